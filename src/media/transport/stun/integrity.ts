/**
 * Who sent a STUN message, and whether it is one at all: MESSAGE-INTEGRITY (RFC 8489 §14.5, §14.6)
 * and FINGERPRINT (§14.7). Keys are bytes: a short-term password as it is, a long-term one by
 * `longTermKey` (§9.2.2).
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { uint32 } from "../../../base/octets/mod.ts";
import { ATTRIBUTE, type StunMessage, type StunWriter } from "../../../base/stun/mod.ts";

const FINGERPRINT_MASK = 0x5354554e;

/** The last but FINGERPRINT: it covers what is there already. */
export function addIntegrity(writer: StunWriter, key: Uint8Array): StunWriter {
  const end = writer.bytes.length;
  return writer.add(ATTRIBUTE.messageIntegrity, hmac("sha1", key, writer.bytes, end, 20));
}

/** The very last. */
export function addFingerprint(writer: StunWriter): StunWriter {
  const end = writer.bytes.length;
  return writer.uint32(ATTRIBUTE.fingerprint, fingerprint(writer.bytes, end));
}

/**
 * Whether the sender has the key: every integrity that the message has must be right, and one must be
 * there.
 */
export function hasIntegrity(message: StunMessage, key: Uint8Array): boolean {
  const sha1 = message.attributes.get(ATTRIBUTE.messageIntegrity);
  const sha256 = message.attributes.get(ATTRIBUTE.messageIntegritySha256);
  if (sha1 === undefined && sha256 === undefined) return false;
  const { bytes } = message;
  if (sha1 && !same(sha1.value, hmac("sha1", key, bytes, sha1.offset, 20))) return false;
  // It may be cut down to 16 bytes (RFC 8489 §14.6).
  const cut = sha256?.value.length ?? 0;
  if (sha256 === undefined) return true;
  if (cut < 16 || cut > 32 || cut % 4 !== 0) return false;
  return same(sha256.value, hmac("sha256", key, bytes, sha256.offset, cut).subarray(0, cut));
}

/** Whether a FINGERPRINT, if there is one, says that this is STUN. */
export function fingerprintFits(message: StunMessage): boolean {
  const found = message.attributes.get(ATTRIBUTE.fingerprint);
  if (found === undefined) return true;
  return found.value.length === 4 && found.offset + 8 === message.bytes.length &&
    uint32(found.value, 0) === fingerprint(message.bytes, found.offset);
}

/** The key of long-term credentials (RFC 8489 §9.2.2: MD5 is what servers speak). */
export function longTermKey(username: string, realm: string, password: string): Uint8Array {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

/** Over all before `end`, with a length in the header as if the message ended behind the attribute. */
function hmac(
  hash: "sha1" | "sha256",
  key: Uint8Array,
  message: Uint8Array,
  end: number,
  length: number,
): Uint8Array {
  const header = headerEndingAt(message, end + 4 + length);
  return createHmac(hash, key).update(header).update(message.subarray(20, end)).digest();
}

function fingerprint(message: Uint8Array, end: number): number {
  const header = headerEndingAt(message, end + 8);
  return (crc32(message.subarray(20, end), crc32(header)) ^ FINGERPRINT_MASK) >>> 0;
}

function headerEndingAt(message: Uint8Array, end: number): Uint8Array {
  const header = message.slice(0, 20);
  header[2] = (end - 20) >> 8;
  header[3] = end - 20;
  return header;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
