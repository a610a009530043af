/** What two parties say about a stream: offer and answer (RFC 3264). */
export {
  DIGITS_HINT,
  digitsOf,
  DTMF_DIGITS,
  type DtmfDigit,
  isDigit,
  isPause,
  isTelephoneKey,
  KEYPAD,
  PAUSES_MS,
  wrongDigit,
} from "./dtmf.ts";
export type {
  CryptoAttribute,
  Direction,
  Fingerprint,
  IceCandidate,
  IceDescription,
  Keying,
  Keys,
  MasterKeyIdentifier,
  MediaDescription,
  NegotiatedStream,
  NonEmpty,
  OpenProfile,
  PayloadFormat,
  Protection,
  RtpProfile,
  SdesKey,
  Setup,
  SrtpSuite,
  StreamDescription,
} from "./media_description.ts";
export {
  acceptAnswer,
  answerOffer,
  answerRemoval,
  capabilitiesFor,
  createOffer,
  createReoffer,
  directionOf,
  encryptionWanted,
  isEncrypted,
  mayReceive,
  maySend,
} from "./offer_answer.ts";
export { isSrtpSuite, SUITE_PARAMETERS, type SuiteParameters } from "./srtp_suites.ts";
export { volumeAfter, type VolumeWish } from "./volume.ts";
