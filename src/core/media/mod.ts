/** What two parties say about a stream: offer and answer (RFC 3264). */
export type {
  CryptoAttribute,
  Direction,
  Fingerprint,
  IceCandidate,
  IceDescription,
  Keys,
  MasterKeyIdentifier,
  MediaDescription,
  NegotiatedStream,
  NonEmpty,
  PayloadFormat,
  Protection,
  RtpProfile,
  SdesKey,
  Setup,
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
export { volumeAfter, type VolumeWish } from "./volume.ts";
