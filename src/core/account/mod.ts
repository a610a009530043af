/** Accounts, who may call them, and the account and address of a target. */
export { type AccountView, accountViews } from "./account_view.ts";
export {
  type Account,
  type AccountId,
  type AccountState,
  type CodecName,
  CODECS,
  COMMAND_LINE_ACCOUNT,
  DEFAULT_CODECS,
  DIRECT_ACCOUNT,
  type ExtraHeader,
  isTransport,
  type KeptFlow,
  type PartyIdentity,
  type RegistrationState,
  TLS_VERSIONS,
  type TlsSettings,
  type TransportName,
  TRANSPORTS,
} from "./account.ts";
export { type AutoAnswer, autoAnswerMs } from "./auto_answer.ts";
export { matchesCaller } from "./caller_pattern.ts";
export {
  CALLERS,
  type CallersPolicy,
  isTrusted,
  mayCall,
  type RequestOrigin,
} from "./caller_policy.ts";
export {
  checkSaid,
  displayNameContent,
  extraHeaderLine,
  headerValue,
  nameAddr,
  reasonPhrase,
} from "./header_value.ts";
export { asksForMore, identityFor, routeOf, uriFor } from "./route.ts";
export { countStranger, NO_STRANGERS, type Strangers } from "./strangers.ts";
export { resolveTarget } from "./target.ts";
export { bareNumber } from "./written_number.ts";
export { DIGIT_WAYS, type DigitWay, DTMF_WISHES, type MediaDigitWay } from "./digit_ways.ts";
export {
  DEFAULT_ENCRYPTION,
  type Encryption,
  ENCRYPTIONS,
  type KeyingName,
  KEYINGS,
  stricter,
} from "./encryption.ts";
