/**
 * Bits inside reports: little endian, bit 0 the lowest of the first byte (HID 1.11 §5.8, §8.4).
 * Pure.
 */

/** Reads `size` bits (1–32) as an unsigned number; undefined when the bytes end before them. */
export function readBits(bytes: Uint8Array, offset: number, size: number): number | undefined {
  if (offset + size > bytes.length * 8) return undefined;
  let value = 0;
  for (let bit = Math.min(size, 32) - 1; bit >= 0; bit--) {
    const at = offset + bit;
    value = value * 2 + ((bytes[at >> 3]! >> (at & 7)) & 1);
  }
  return value;
}

/** Writes the low `size` bits of `value`; bits beyond the bytes are dropped. */
export function writeBits(bytes: Uint8Array, offset: number, size: number, value: number): void {
  for (let bit = 0; bit < Math.min(size, 32); bit++) {
    const at = offset + bit;
    if (at >= bytes.length * 8) return;
    const mask = 1 << (at & 7);
    if (Math.floor(value / 2 ** bit) % 2 === 1) bytes[at >> 3]! |= mask;
    else bytes[at >> 3]! &= ~mask;
  }
}
