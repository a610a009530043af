/**
 * HMAC-SHA1 (RFC 2104, RFC 3174) with the padded keys hashed once. On the real-time path: nothing is
 * allocated.
 */

const SHA1_START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
/** Octets that SHA-1 takes at a time. */
const BLOCK = 64;
const TAG = 20;
/** The schedule of the block under way; calls never overlap. */
const W = new Int32Array(80);

export class HmacSha1 {
  /** What `sign` computed last. */
  readonly tag = new Uint8Array(TAG);
  readonly #inner = Int32Array.from(SHA1_START);
  readonly #outer = Int32Array.from(SHA1_START);
  readonly #state = new Int32Array(5);
  readonly #rest = new Uint8Array(2 * BLOCK);

  /** @param key at most 64 octets */
  constructor(key: Uint8Array) {
    const padded = new Uint8Array(BLOCK);
    padded.set(key);
    compress(this.#inner, padded.map((octet) => octet ^ 0x36), 0);
    compress(this.#outer, padded.map((octet) => octet ^ 0x5c), 0);
  }

  /**
   * Signs `data[0, length)`, followed by a word of 32 bits where one is given: `tag` has the result.
   * @param word −1: none
   */
  sign(data: Uint8Array, length: number, word: number): void {
    const state = this.#state;
    const rest = this.#rest;
    state.set(this.#inner);
    let at = 0;
    for (; at + BLOCK <= length; at += BLOCK) compress(state, data, at);
    rest.fill(0);
    let filled = 0;
    for (; at < length; at++) rest[filled++] = data[at]!;
    if (word >= 0) {
      writeWord(rest, filled, word);
      filled += 4;
    }
    this.#finish(filled, BLOCK + length + (word >= 0 ? 4 : 0));
    rest.fill(0);
    for (let i = 0; i < 5; i++) writeWord(rest, 4 * i, state[i]!);
    state.set(this.#outer);
    this.#finish(TAG, BLOCK + TAG);
    for (let i = 0; i < 5; i++) writeWord(this.tag, 4 * i, state[i]!);
  }

  /** Pads what is in `#rest` and hashes it. @param total octets hashed in all */
  #finish(filled: number, total: number): void {
    const rest = this.#rest;
    rest[filled] = 0x80;
    const end = filled + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    writeWord(rest, end - 4, total * 8);
    compress(this.#state, rest, 0);
    if (end > BLOCK) compress(this.#state, rest, BLOCK);
  }
}

function writeWord(into: Uint8Array, at: number, word: number): void {
  into[at] = word >>> 24;
  into[at + 1] = word >>> 16;
  into[at + 2] = word >>> 8;
  into[at + 3] = word;
}

/** One block of SHA-1 (RFC 3174 §6.1). */
function compress(state: Int32Array, data: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const j = at + 4 * i;
    W[i] = (data[j]! << 24) | (data[j + 1]! << 16) | (data[j + 2]! << 8) | data[j + 3]!;
  }
  for (let i = 16; i < 80; i++) {
    const w = W[i - 3]! ^ W[i - 8]! ^ W[i - 14]! ^ W[i - 16]!;
    W[i] = (w << 1) | (w >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20
      ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + mixed + e + W[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
}
