/**
 * The protection profiles that a handshake can agree on (RFC 5764 §4.1.2, RFC 7714 §14.2), and how
 * exported keying material is shared out (RFC 5764 §4.2).
 */
import type { SrtpSuite } from "../../../../core/media/mod.ts";
import { OctetReader } from "../message/mod.ts";

export interface SrtpProfile {
  id: number;
  suite: SrtpSuite;
  /** Octets. */
  keyLength: number;
  saltLength: number;
}

/** The preferred one first: the cheapest here, and what every peer has. */
export const SRTP_PROFILES: readonly SrtpProfile[] = [
  { id: 0x0001, suite: "AES_CM_128_HMAC_SHA1_80", keyLength: 16, saltLength: 14 },
  { id: 0x0007, suite: "AEAD_AES_128_GCM", keyLength: 16, saltLength: 12 },
  { id: 0x0008, suite: "AEAD_AES_256_GCM", keyLength: 32, saltLength: 12 },
  { id: 0x0002, suite: "AES_CM_128_HMAC_SHA1_32", keyLength: 16, saltLength: 14 },
];

/** Those of suites, in their order; a suite that DTLS has no number for is left out. */
export function profilesOf(suites: readonly SrtpSuite[]): SrtpProfile[] {
  return suites.flatMap((suite) => SRTP_PROFILES.filter((profile) => profile.suite === suite));
}

/** A master key and its salt, of one direction. */
export interface SrtpMasterKey {
  key: Uint8Array;
  salt: Uint8Array;
}

/** What SRTP needs of a handshake. */
export interface DtlsSrtpKeys {
  suite: SrtpSuite;
  /** Of what we send. */
  local: SrtpMasterKey;
  /** Of what the peer sends. */
  remote: SrtpMasterKey;
}

export const EXPORTER_LABEL = "EXTRACTOR-dtls_srtp";

export function materialLength({ keyLength, saltLength }: SrtpProfile): number {
  return 2 * (keyLength + saltLength);
}

/** @param material of {@link materialLength} octets */
export function srtpKeys(
  { suite, keyLength, saltLength }: SrtpProfile,
  material: Uint8Array,
  role: "client" | "server",
): DtlsSrtpKeys {
  const reader = new OctetReader(material);
  const [clientKey, serverKey] = [reader.take(keyLength), reader.take(keyLength)];
  const client = { key: clientKey, salt: reader.take(saltLength) };
  const server = { key: serverKey, salt: reader.take(saltLength) };
  return role === "client"
    ? { suite, local: client, remote: server }
    : { suite, local: server, remote: client };
}
