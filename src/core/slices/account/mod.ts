/** The registration of accounts. */
export { configureAccounts } from "./accounts.ts";
export { ACCOUNT } from "./slice.ts";
