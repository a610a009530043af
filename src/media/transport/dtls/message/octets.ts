/** Reading and writing the structures of TLS (RFC 5246 §4). Numbers are big-endian. */
import { concat } from "../../../../base/octets/mod.ts";

/** A structure that is shorter, longer or otherwise than it says. */
export class Malformed extends Error {}

/** Reads from the caller's bytes; what it returns are views of them. */
export class OctetReader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get at(): number {
    return this.#at;
  }

  get rest(): number {
    return this.#octets.length - this.#at;
  }

  /** @throws Malformed when fewer are left */
  take(length: number): Uint8Array {
    if (length > this.rest) throw new Malformed("truncated");
    this.#at += length;
    return this.#octets.subarray(this.#at - length, this.#at);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    const [high, low] = this.take(2);
    return high! << 8 | low!;
  }

  uint24(): number {
    return this.uint8() << 16 | this.uint16();
  }

  uint48(): number {
    return this.uint24() * 2 ** 24 + this.uint24();
  }

  /** Vectors with their length in front (RFC 5246 §4.3). */
  vector8(): Uint8Array {
    return this.take(this.uint8());
  }

  vector16(): Uint8Array {
    return this.take(this.uint16());
  }

  vector24(): Uint8Array {
    return this.take(this.uint24());
  }

  /** @throws Malformed when something is left */
  end(): void {
    if (this.rest > 0) throw new Malformed("octets behind the end");
  }
}

/** A vector of 16-bit numbers. @throws Malformed when half a number is left */
export function uint16List(octets: Uint8Array): number[] {
  if (octets.length % 2 !== 0) throw new Malformed("an odd length");
  return Array.from(
    { length: octets.length / 2 },
    (_, i) => octets[2 * i]! << 8 | octets[2 * i + 1]!,
  );
}

export function uint8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

export function uint24(value: number): Uint8Array {
  return Uint8Array.of(value >> 16, value >> 8, value);
}

export function uint48(value: number): Uint8Array {
  return concat(uint24(Math.floor(value / 2 ** 24)), uint24(value % 2 ** 24));
}

export function vector8(...parts: Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(uint8(body.length), body);
}

export function vector16(...parts: Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(uint16(body.length), body);
}

export function vector24(...parts: Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(uint24(body.length), body);
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
