/**
 * Distinguished Encoding Rules (X.690): as much as a certificate needs. Each function returns a whole
 * element: tag, length, content.
 */
import { concat } from "../octets/mod.ts";

export function sequence(...parts: ArrayLike<number>[]): Uint8Array {
  return tagged(0x30, ...parts);
}

export function set(...parts: ArrayLike<number>[]): Uint8Array {
  return tagged(0x31, ...parts);
}

/** @param bytes big-endian, the first bit is the sign */
export function integer(bytes: ArrayLike<number>): Uint8Array {
  return tagged(0x02, bytes);
}

export function oid(bytes: ArrayLike<number>): Uint8Array {
  return tagged(0x06, bytes);
}

/** Whole octets. */
export function bitString(bytes: ArrayLike<number>): Uint8Array {
  return tagged(0x03, [0], bytes);
}

export function utf8String(text: string): Uint8Array {
  return tagged(0x0c, new TextEncoder().encode(text));
}

/**
 * UTCTime until 2049, then GeneralizedTime (RFC 5280 §4.1.2.5).
 * @param instant as `Date.toISOString` writes it
 */
export function time(instant: string): Uint8Array {
  const digits = instant.replace(/[-:T]|\.\d+/g, "");
  const short = Number(digits.slice(0, 4)) < 2050;
  return tagged(short ? 0x17 : 0x18, new TextEncoder().encode(short ? digits.slice(2) : digits));
}

/** Tag, length (X.690 §8.1.3), content. */
export function tagged(tag: number, ...parts: ArrayLike<number>[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = length < 128
    ? [tag, length]
    : length < 256
    ? [tag, 0x81, length]
    : [tag, 0x82, length >> 8, length & 0xff];
  return concat(head, ...parts);
}
