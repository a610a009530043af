/** What a handshake computes with: suites, keys, signatures, certificates. */
export { CIPHER_SUITES, type CipherSuite, cipherSuite } from "./cipher_suites.ts";
export { fingerprintOf, isAnnounced } from "./fingerprint.ts";
export { type Identity, makeIdentity } from "./identity.ts";
export { DEFAULT_GROUPS, generateKeyShare, type KeyShare, NAMED_GROUPS } from "./key_agreement.ts";
export {
  exportKeyingMaterial,
  extendedMasterSecret,
  masterSecret,
  type Randoms,
  recordKeys,
  transcriptHash,
  verifyData,
  type WriteKeys,
} from "./key_schedule.ts";
export { isSigned, OWN_SCHEME, publicKeyOf, SIGNATURE_SCHEMES, signed } from "./signatures.ts";
export {
  type DtlsSrtpKeys,
  EXPORTER_LABEL,
  materialLength,
  profilesOf,
  srtpKeys,
  type SrtpProfile,
} from "./srtp_profiles.ts";
