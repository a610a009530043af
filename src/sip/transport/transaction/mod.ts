/** Transactions (RFC 3261 §17). */
export { type ClientTransaction, ClientTransactions } from "./client.ts";
export { type ServerTransaction, ServerTransactions, transactionId } from "./server.ts";
