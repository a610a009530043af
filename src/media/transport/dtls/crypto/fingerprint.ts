/** Fingerprints of certificates as signalling announces them (RFC 8122 §5). */
import { createHash } from "node:crypto";
import type { Fingerprint } from "../../../../core/media/mod.ts";

/** Hash functions that are believed, the strongest first; by older ones a twin can be made. */
const HASHES: Readonly<Record<string, string>> = {
  "sha-512": "sha512",
  "sha-384": "sha384",
  "sha-256": "sha256",
};

/** @param hash one of `sha-256`, `sha-384`, `sha-512` */
export function fingerprintOf(der: Uint8Array, hash = "sha-256"): Fingerprint {
  const digest = createHash(HASHES[hash]!).update(der).digest("hex").toUpperCase();
  return { hash, value: digest.match(/../g)!.join(":") };
}

/**
 * Whether a certificate is one of those that were announced: of the strongest hash function that we
 * know, any may match (RFC 8122 §5.1).
 */
export function isAnnounced(der: Uint8Array, announced: readonly Fingerprint[]): boolean {
  const strongest = Object.keys(HASHES).find((name) => announced.some(({ hash }) => hash === name));
  if (strongest === undefined) return false;
  const { value } = fingerprintOf(der, strongest);
  return announced.some((one) => one.hash === strongest && one.value === value);
}
