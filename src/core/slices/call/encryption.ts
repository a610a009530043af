/** What a call may agree about encryption: its policy, its keys, and whether its signalling may carry them. */
import type { ErrorJson } from "../../../base/mod.ts";
import { DEFAULT_ENCRYPTION, type Encryption, type TransportName } from "../../account/mod.ts";
import {
  type EncryptionTerms,
  type Fingerprint,
  hasDtls,
  type MediaDescription,
  type SdesKeys,
} from "../../media/mod.ts";
import type { Call, OpenMedia, Turn } from "../../state/mod.ts";

/** What an account's calls are encrypted like, unless they say otherwise. */
export function encryptionOfAccount(turn: Turn, account: string): Encryption {
  return turn.accounts.get(account)?.account.encryption ?? DEFAULT_ENCRYPTION;
}

/** @param call without media: an offer is judged, not answered */
export function termsFor(
  turn: Turn,
  call: Pick<Call, "account" | "encryption" | "transport"> & { media?: Call["media"] },
  { keys, fingerprint }: Pick<OpenMedia, "keys" | "fingerprint">,
): EncryptionTerms {
  const { encryption: policy, transport, media } = call;
  const told = keys !== undefined && carriesKeys(turn, call.account, transport);
  const keying = media?.name === "running" ? media.stream.keying : undefined;
  return {
    policy,
    ...(told ? { keys } : {}),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(keying?.kind === "dtls" ? { role: keying.role } : {}),
  };
}

/** Whether a call needs a certificate: the peer offers keys by DTLS, or we are to offer them. */
export function needsCertificate(turn: Turn, call: Call): boolean {
  if (call.encryption === "off") return false;
  const { phase } = call;
  const offer = "offer" in phase && call.direction === "incoming" ? phase.offer : null;
  if (offer !== null) return hasDtls(offer);
  const { account, request } = call;
  return (request.keying ?? turn.accounts.get(account)?.account.keying) === "dtls";
}

/** Whether signalling may carry keys: it is encrypted, or that was allowed. */
export function carriesKeys(
  turn: Turn,
  account: string,
  transport: TransportName | undefined,
): boolean {
  return transport === "tls" || transport === "wss" ||
    turn.accounts.get(account)?.account.cleartextKeys === true;
}

/** Our first offer as it went out: signalling that may not carry keys got one without. */
export function sentOffer(
  turn: Turn,
  call: Call,
  offer: MediaDescription,
  transport: TransportName | undefined,
): MediaDescription {
  if (transport === undefined || offer.crypto === undefined) return offer;
  if (carriesKeys(turn, call.account, transport)) return offer;
  const { crypto: _, ...open } = offer;
  return { ...open, profile: "RTP/AVP" };
}

/**
 * A refusal of our offer, with what the user can do. A 488 or 606 does not say what the peer misses:
 * a codec, or the encryption that we require or that it requires.
 */
export function refusedOffer(turn: Turn, call: Call, error: ErrorJson): ErrorJson {
  if (error.code !== "no-common-codec" || error.data?.status === undefined) return error;
  if (call.encryption === "require") return { ...error, hint: REQUIRED_HINT };
  const { description, account, transport } = call;
  const keyed = description?.fingerprints !== undefined ||
    (description?.crypto !== undefined && carriesKeys(turn, account, transport));
  return keyed ? error : { ...error, hint: OPEN_HINT };
}

const REQUIRED_HINT =
  "Either it has none of our codecs: allow more (--codec). Or it does not encrypt as we require: " +
  "try the other --keying (dtls, sdes), or allow sound that is not encrypted (--encryption prefer).";
const OPEN_HINT =
  "Either it has none of our codecs: allow more (--codec). Or it takes only encrypted sound: offer " +
  "keys, by TLS or WSS (--transport) or by DTLS (--keying dtls), with --encryption prefer or require.";

/** Stands in for keys where only an offer is judged; each differs from any that a peer has. */
export const NO_FINGERPRINT: Fingerprint = { hash: "sha-256", value: "" };
export const NO_KEYS: SdesKeys = {
  AEAD_AES_256_GCM: "",
  AEAD_AES_128_GCM: "",
  AES_256_CM_HMAC_SHA1_80: "",
  AES_CM_128_HMAC_SHA1_80: "",
  AES_256_CM_HMAC_SHA1_32: "",
  AES_CM_128_HMAC_SHA1_32: "",
};
