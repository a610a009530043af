/**
 * The keys of a description: `a=crypto` (RFC 4568), `a=fingerprint` (RFC 8122) and `a=setup`.
 *
 *     a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19z…|2^31|1:4 UNENCRYPTED_SRTCP
 *              tag suite                 key and salt   lifetime MKI  session parameters
 *
 * A line that is none is passed over, as RFC 4568 §6.1 wants of one that is not understood: what is
 * left decides. A line with keys never stands in an error. Pure.
 */
import { OffhookError } from "../../base/mod.ts";
import {
  type CryptoAttribute,
  type Fingerprint,
  isEncrypted,
  type MasterKeyIdentifier,
  type MediaKeys,
  type NonEmpty,
  type Protection,
  type RtpProfile,
  type SdesKey,
  type Setup,
} from "../../core/media/mod.ts";
import { type Attributes, valuesAt, valuesOf } from "./sdp_lines.ts";

const SETUPS: readonly Setup[] = ["active", "passive", "actpass", "holdconn"];
/** Lines of one kind that are looked at. */
const MAX_LINES = 16;
const MAX_KEYS = 4;
const MAX_PARAMETERS = 8;

const CRYPTO = /^([0-9]{1,9})[ \t]+([A-Za-z0-9_]{1,64})[ \t]+(\S{1,1024})(?:[ \t]+(\S.*))?$/;
const INLINE = /^inline:([A-Za-z0-9+/]{16,256}={0,2})((?:\|[0-9:^]{1,150}){0,2})$/i;
const LIFETIME = /^(?:2\^([0-9]{1,2})|([0-9]{1,15}))$/;
const MKI = /^([0-9]{1,15}):([0-9]{1,3})$/;
const FINGERPRINT = /^([A-Za-z0-9\-]{1,16})[ \t]+([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){15,63})$/;

export function readKeys(from: Attributes): MediaKeys {
  const crypto = valuesOf(from.media, "crypto", MAX_LINES).flatMap(cryptoOf);
  const fingerprints = valuesAt(from, "fingerprint", MAX_LINES).flatMap(fingerprintOf);
  const stated = valuesAt(from, "setup", 1)[0]?.trim().toLowerCase();
  const setup = SETUPS.find((known) => known === stated);
  return {
    ...(crypto.length === 0 ? {} : { crypto }),
    ...(fingerprints.length === 0 ? {} : { fingerprints }),
    ...(setup === undefined ? {} : { setup }),
  };
}

/** @throws OffhookError `encryption-failed` for a profile that promises encryption without any key */
export function protectionOf(profile: RtpProfile, port: number, keys: MediaKeys): Protection {
  if (port === 0) return { ...keys, profile, port };
  if (profile === "RTP/AVP" || profile === "RTP/AVPF") return { ...keys, profile };
  const { crypto, fingerprints, setup = "actpass" } = keys;
  // What DTLS alone can protect is not protected by keys that stand beside it.
  if (isFilled(crypto) && isBySdes(profile)) return { ...keys, profile, crypto };
  if (isFilled(fingerprints)) return { ...keys, profile, fingerprints, setup };
  throw new OffhookError(
    "encryption-failed",
    `the other side wants encrypted sound (${profile}) and states no usable key`,
    {
      hint: "Its description has neither a=crypto nor a=fingerprint that could be read.",
      data: { profile },
    },
  );
}

export function keyLines({ crypto = [], fingerprints = [], setup }: MediaKeys): string[] {
  return [
    ...crypto.map(cryptoLine),
    ...fingerprints.map(({ hash, value }) => `a=fingerprint:${hash} ${value}`),
    ...(setup === undefined ? [] : [`a=setup:${setup}`]),
  ];
}

function isBySdes(profile: RtpProfile): boolean {
  return isEncrypted(profile) && !profile.startsWith("UDP/TLS/");
}

function isFilled<T>(list: T[] | undefined): list is NonEmpty<T> {
  return list !== undefined && list.length > 0;
}

function cryptoLine({ tag, suite, keys, parameters }: CryptoAttribute): string {
  return [`a=crypto:${tag}`, suite, keys.map(inline).join(";"), ...parameters].join(" ");
}

function inline({ keySalt, lifetime, mki }: SdesKey): string {
  return [
    `inline:${keySalt}`,
    ...(lifetime === undefined ? [] : [`2^${lifetime}`]),
    ...(mki === undefined ? [] : [`${mki.value}:${mki.length}`]),
  ].join("|");
}

function cryptoOf(line: string): CryptoAttribute[] {
  const [, tag, suite, methods, rest] = CRYPTO.exec(line.trim()) ?? [];
  if (tag === undefined) return [];
  const keys = methods.split(";").map(keyOf);
  const parameters = rest === undefined ? [] : rest.split(/[ \t]+/);
  if (keys.length > MAX_KEYS || parameters.length > MAX_PARAMETERS) return [];
  const known = keys.filter((key) => key !== undefined);
  // One key of several that cannot be read: packets under it could not be, either (§6.1).
  if (known.length < keys.length) return [];
  return [{ tag: Number(tag), suite: suite.toUpperCase(), keys: known, parameters }];
}

function keyOf(text: string): SdesKey | undefined {
  const [, keySalt, behind] = INLINE.exec(text) ?? [];
  if (keySalt === undefined || keySalt.replace(/=+$/, "").length % 4 === 1) return undefined;
  const key: SdesKey = { keySalt };
  for (const part of behind.split("|").slice(1)) {
    const lifetime = lifetimeOf(part);
    const mki = mkiOf(part);
    if (lifetime !== undefined && key.lifetime === undefined && key.mki === undefined) {
      key.lifetime = lifetime;
    } else if (mki !== undefined && key.mki === undefined) key.mki = mki;
    else return undefined;
  }
  return key;
}

/** Its exponent, rounded down. */
function lifetimeOf(text: string): number | undefined {
  const [, exponent, packets] = LIFETIME.exec(text) ?? [];
  const power = exponent !== undefined ? Number(exponent) : Math.floor(Math.log2(Number(packets)));
  return power >= 0 && power <= 48 ? power : undefined;
}

function mkiOf(text: string): MasterKeyIdentifier | undefined {
  const [, value, octets] = MKI.exec(text) ?? [];
  const length = Number(octets);
  return length >= 1 && length <= 128 ? { value: Number(value), length } : undefined;
}

function fingerprintOf(line: string): Fingerprint[] {
  const [, hash, value] = FINGERPRINT.exec(line.trim()) ?? [];
  return hash === undefined ? [] : [{ hash: hash.toLowerCase(), value: value.toUpperCase() }];
}
