/** STUN (RFC 8489): messages, their integrity, and requests that wait for a response. */
export { addAddress, addressIn, mappedAddressOf, type SocketAddress } from "./addresses.ts";
export {
  addFingerprint,
  addIntegrity,
  fingerprintFits,
  hasIntegrity,
  longTermKey,
} from "./integrity.ts";
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
export { randomId } from "./random.ts";
export { type RequestOptions, type Settle, StunTransactions } from "./transactions.ts";
