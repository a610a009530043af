/** What two parties say about a stream: offer and answer (RFC 3264). */
export { parametersOf, sameFormat } from "./format_parameters.ts";
export {
  CLEARTEXT_HINT,
  type EncryptionTerms,
  isEncrypted,
  keptProtection,
  offeredProtection,
  type SdesKeys,
} from "./encryption.ts";
export {
  type CallTone,
  LAST_TONE_MS,
  type Tone,
  TONE_COUNTRIES,
  type ToneCountry,
} from "./tones.ts";
export {
  commonR,
  QUALITY_SCALES,
  type QualityScale,
  type QualityScore,
  scaleOf,
  scoreOf,
} from "./e_model.ts";
export { RECORDING_FORMATS, type RecordingFormat } from "./recording_format.ts";
export { hasDtls } from "./dtls_keying.ts";
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
export {
  type CryptoAttribute,
  type ExtendedReports,
  type Fingerprint,
  type GatheredIce,
  type IceCandidate,
  type IceCredentials,
  type IceDescription,
  type Keying,
  type LocalIce,
  type LocalPorts,
  type MasterKeyIdentifier,
  type MediaDescription,
  type MediaDirection,
  type MediaKeys,
  type NegotiatedStream,
  type NonEmpty,
  type OpusWish,
  type PayloadFormat,
  type Protection,
  RTP_PROFILES,
  type RtpProfile,
  type SdesKey,
  type Setup,
  type SrtpSuite,
  STREAM_DIRECTIONS,
  type StreamDescription,
} from "./media_description.ts";
export {
  acceptAnswer,
  answerOffer,
  answerRemoval,
  capabilitiesFor,
  COMFORT_NOISE,
  createOffer,
  createReoffer,
  directionOf,
  mayReceive,
  maySend,
} from "./offer_answer.ts";
export { SRTP_SUITES } from "./media_description.ts";
export {
  ECHO_WAYS,
  PLAIN_SPEECH,
  sameSpeech,
  SPEECH_FILTERS,
  SPEECH_SWITCHES,
  type SpeechFilter,
  type SpeechPart,
  type SpeechSettings,
  type SpeechSwitch,
} from "./speech.ts";
export { SUITE_PARAMETERS, type SuiteParameters } from "./srtp_suites.ts";
export { needsIce, regathered, restarted, settledPorts } from "./ice.ts";
export { VOLUME_STEPS, volumeAfter, type VolumeStep, type VolumeWish } from "./volume.ts";
export { OPUS_BITRATES, withOpusWish } from "./opus_wish.ts";
