/**
 * STUN (RFC 8489), its messages and requests that wait for a response: for the sound's way through NATs and for keepalives of signalling. Apart
 * from the rest of base, which every start reads.
 */
export { addAddress, addressIn, mappedAddressOf, type SocketAddress } from "./addresses.ts";
export {
  addError,
  ATTRIBUTE,
  errorOf,
  METHOD,
  parseStun,
  type StunError,
  stunLength,
  type StunMessage,
  StunWriter,
  textOf,
  uint32Of,
  uint64Of,
} from "./message.ts";
export { type RequestOptions, type Settle, StunTransactions } from "./transactions.ts";
