/**
 * Whether a stream is encrypted, and with which keys (SDES, RFC 4568; DTLS, RFC 5763), as pure functions.
 *
 *     policy    we offer                      of an offer we take
 *     off       RTP/AVP                       RTP/AVP, without keys
 *     prefer    RTP/AVP with keys (RFC 8643)  keys where there are any, else none
 *     require   RTP/SAVP                      keys only
 *
 * Keys never go over signalling that others can read: without {@link SdesTerms} there is no SDES. They
 * are made by media, one for each suite, and stay a call's own as long as it lasts.
 */
import { OffhookError } from "../../base/mod.ts";
import type { Encryption } from "../account/mod.ts";
import type {
  CryptoAttribute,
  Fingerprint,
  Keying,
  MediaDescription,
  NonEmpty,
  OpenProfile,
  Protection,
  SdesKey,
  SrtpSuite,
} from "./media_description.ts";
import { agreedDtls, answeredDtls, type DtlsRole, offeredDtls } from "./dtls_keying.ts";
import { isSrtpSuite, SUITE_PARAMETERS } from "./srtp_suites.ts";

/** A key for each suite, base64 of key and salt. */
export type SdesKeys = Readonly<Record<SrtpSuite, string>>;

/** What may be agreed about encryption. */
export interface EncryptionTerms {
  policy: Encryption;
  /** Of our certificate; absent: no keys by DTLS. Those go over any signalling: they are never in it. */
  fingerprint?: Fingerprint;
  /** Our role in the DTLS association that runs. */
  role?: DtlsRole;
  /** Our keys; absent: the signalling of this call may not carry any. */
  keys?: SdesKeys;
}

/** What is offered, the preferred one first: short tags of RTP are taken, but not asked for. */
const OFFERED: NonEmpty<SrtpSuite> = [
  "AES_256_CM_HMAC_SHA1_80",
  "AES_CM_128_HMAC_SHA1_80",
  "AEAD_AES_256_GCM",
  "AEAD_AES_128_GCM",
];

/** @throws OffhookError `encryption-failed` when it is required and keys may not be told */
export function offeredProtection({ policy, keys, fingerprint }: EncryptionTerms): Protection {
  if (fingerprint !== undefined && policy !== "off") {
    const dtls = offeredDtls(fingerprint);
    return policy === "require"
      ? { profile: "UDP/TLS/RTP/SAVPF", ...dtls }
      : { profile: "RTP/AVP", ...dtls };
  }
  if (policy === "require" && keys === undefined) throw unprotectedKeys();
  if (policy === "off" || keys === undefined) return { profile: "RTP/AVP" };
  const [first, ...others] = OFFERED.map((suite, at) => attribute(at + 1, suite, keys[suite]));
  const crypto: NonEmpty<CryptoAttribute> = [first!, ...others];
  return policy === "require" ? { profile: "RTP/SAVP", crypto } : { profile: "RTP/AVP", crypto };
}

/**
 * The same protection as now, for an offer in a running call: keys, certificate and profile stay.
 * @param described our description that is in force
 */
export function keptProtection(
  keying: Keying | undefined,
  described: MediaDescription | undefined,
): Protection {
  const { profile = "RTP/AVP", fingerprints = [] } = described ?? {};
  const [fingerprint] = fingerprints;
  if (keying?.kind === "dtls" && fingerprint) return { profile, ...offeredDtls(fingerprint) };
  if (keying?.kind !== "sdes") return { profile: "RTP/AVP" };
  const { suite, send: { keySalt } } = keying;
  const secure = profile === "RTP/SAVP" || profile === "RTP/SAVPF";
  const open = profile === "RTP/AVPF" ? profile : "RTP/AVP";
  const crypto: NonEmpty<CryptoAttribute> = [attribute(1, suite, keySalt)];
  return secure ? { profile, crypto } : { profile: open, crypto };
}

/**
 * How an offer of the peer is answered.
 * @throws OffhookError `encryption-failed` (a 488) when the policy cannot be kept
 */
export function answeredProtection(
  offer: MediaDescription,
  { policy, keys, fingerprint, role }: EncryptionTerms,
): { protection: Protection; keying?: Keying } {
  const { profile } = offer;
  const dtls = policy === "off" || fingerprint === undefined
    ? undefined
    : answeredDtls(offer, fingerprint, role);
  if (dtls !== undefined) {
    return { protection: { profile, ...dtls.ours }, keying: dtls.keying };
  }
  const asked = profile === "RTP/AVP" || profile === "RTP/AVPF" ? undefined : profile;
  const chosen = policy === "off" || keys === undefined || asked?.startsWith("UDP/TLS/")
    ? undefined
    : offer.crypto?.find(isUsable);
  if (chosen === undefined) {
    if (asked !== undefined) throw cannotEncrypt(offer, policy, keys !== undefined);
    if (policy === "require") throw notEncrypted(offer, keys !== undefined);
    return { protection: { profile: profile as OpenProfile } };
  }
  const suite = chosen.suite as SrtpSuite;
  const ours = { ...attribute(chosen.tag, suite, keys![suite]) };
  refuseOwnKey(ours, chosen);
  const keying = keyingOf(suite, ours, chosen);
  const crypto: NonEmpty<CryptoAttribute> = [ours];
  return {
    protection: asked === undefined
      ? { profile: profile as OpenProfile, crypto }
      : { profile: asked, crypto },
    keying,
  };
}

/**
 * What the peer's answer to our offer settled; undefined: nothing is encrypted.
 * @throws OffhookError `encryption-failed` when a secure offer got another answer, or an unusable one
 */
export function agreedKeying(
  offer: MediaDescription,
  answer: MediaDescription,
  policy: Encryption,
): Keying | undefined {
  const [theirs] = answer.crypto ?? [];
  const isSecure = policy === "require" || isEncrypted(offer.profile);
  const dtls = offer.fingerprints && agreedDtls(answer);
  if (dtls !== undefined && (isEncrypted(answer.profile) || !isEncrypted(offer.profile))) {
    return dtls;
  }
  if (theirs === undefined || (offer.crypto === undefined && !isEncrypted(answer.profile))) {
    if (!isSecure && !isEncrypted(answer.profile)) return undefined;
    throw mismatch("its answer has no key for what we offered");
  }
  const ours = offer.crypto?.find(({ tag, suite }) => tag === theirs.tag && suite === theirs.suite);
  if (ours === undefined || !isUsable(theirs)) {
    throw mismatch("its answer takes no suite that we offered");
  }
  if (isEncrypted(offer.profile) && !isEncrypted(answer.profile)) {
    throw mismatch("its answer is not encrypted");
  }
  refuseOwnKey(ours, theirs);
  return keyingOf(theirs.suite as SrtpSuite, ours, theirs);
}

/** Whether a transport protocol of an m= line wants SRTP, by SDES or DTLS. */
export function isEncrypted(protocol: string): boolean {
  return protocol.includes("SAVP");
}

/** Whether we can do everything that a line asks for (RFC 4568 §6.3, §5.1.2). */
function isUsable({ suite, keys, parameters }: CryptoAttribute): boolean {
  if (!isSrtpSuite(suite) || !parameters.every(isUnderstood)) return false;
  const { keyLength, saltLength } = SUITE_PARAMETERS[suite];
  if (keys.some(({ keySalt }) => octetsOf(keySalt) !== keyLength + saltLength)) return false;
  const mkis = keys.map(({ mki }) => mki);
  if (keys.length === 1) return true;
  return mkis.every((mki) => mki !== undefined && mki.length === mkis[0]!.length) &&
    new Set(mkis.map((mki) => mki!.value)).size === keys.length;
}

/** A hint for the window of replays, which ours is as large as; or what may be passed over. */
function isUnderstood(parameter: string): boolean {
  return parameter.startsWith("-") || /^WSH=[0-9]{2,}$/i.test(parameter);
}

function octetsOf(base64: string): number {
  return Math.floor(base64.replace(/=+$/, "").length * 6 / 8);
}

function attribute(tag: number, suite: SrtpSuite, keySalt: string): CryptoAttribute {
  return { tag, suite, keys: [{ keySalt }], parameters: [] };
}

function keyingOf(suite: SrtpSuite, ours: CryptoAttribute, theirs: CryptoAttribute): Keying {
  const [send] = ours.keys as NonEmpty<SdesKey>;
  return { kind: "sdes", suite, send, receive: theirs.keys };
}

/** Both directions under one key would give both away (RFC 3711 §9.1). */
function refuseOwnKey(ours: CryptoAttribute, theirs: CryptoAttribute): void {
  const own = new Set(ours.keys.map(({ keySalt }) => keySalt));
  if (theirs.keys.some(({ keySalt }) => own.has(keySalt))) {
    throw mismatch("it sent our own key back as its key");
  }
}

function unprotectedKeys(): OffhookError {
  return new OffhookError(
    "encryption-failed",
    "encrypted sound is required, and its keys would be readable on the way",
    { hint: CLEARTEXT_HINT },
  );
}

/** @param tellable whether keys may be told */
function cannotEncrypt(
  { profile, crypto, fingerprints }: MediaDescription,
  policy: Encryption,
  tellable: boolean,
): OffhookError {
  const wants = `the other side wants encrypted sound (${profile})`;
  const byDtls = crypto === undefined || profile.startsWith("UDP/TLS/");
  const [why, hint] = policy === "off"
    ? ["which is switched off", 'Set encryption = "prefer" for the account.']
    : byDtls && fingerprints !== undefined
    ? [
      "with keys by DTLS, for which this call has no certificate",
      'Set keying = "dtls" for the account.',
    ]
    : !tellable
    ? ["and its keys came over signalling that others can read", CLEARTEXT_HINT]
    : ["with no suite that offhook has", `Suites: ${Object.keys(SUITE_PARAMETERS).join(", ")}.`];
  return new OffhookError("encryption-failed", `${wants}, ${why}`, { hint, data: { profile } });
}

function notEncrypted({ profile, crypto }: MediaDescription, tellable: boolean): OffhookError {
  const why = crypto === undefined || tellable
    ? "and the other side offers none that offhook can do"
    : "and the keys came over signalling that others can read";
  return new OffhookError("encryption-failed", `encrypted sound is required, ${why} (${profile})`, {
    hint: tellable ? 'Or set encryption = "prefer" for the account.' : CLEARTEXT_HINT,
    data: { profile },
  });
}

function mismatch(why: string): OffhookError {
  return new OffhookError("encryption-failed", `no keys were agreed with the other side: ${why}`, {
    hint: "Check which SRTP suites it allows; the log at debug level has both descriptions.",
  });
}

/** What helps where SDES keys would be readable. */
export const CLEARTEXT_HINT =
  "Use TLS or WSS (transport, --transport), or keys by DTLS (keying, --keying); " +
  "an account may allow it with cleartext_keys = true.";
