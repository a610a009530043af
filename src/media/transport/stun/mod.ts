/** STUN (RFC 8489): messages, their integrity, and requests that wait for a response. */
export {
  addAddress,
  addError,
  addressIn,
  ATTRIBUTE,
  errorOf,
  mappedAddressOf,
  METHOD,
  parseStun,
  type RequestOptions,
  type Settle,
  type SocketAddress,
  type StunError,
  stunLength,
  type StunMessage,
  StunTransactions,
  StunWriter,
  textOf,
  uint32Of,
  uint64Of,
} from "../../../base/stun/mod.ts";
export {
  addFingerprint,
  addIntegrity,
  fingerprintFits,
  hasIntegrity,
  longTermKey,
} from "./integrity.ts";
export { randomId } from "./random.ts";
