/**
 * Finds DTMF in sound (Goertzel filters on the eight frequencies), for peers that send it in band.
 * On the real-time path: about 3 µs a frame at 8 kHz, no allocation.
 *
 * A digit is told when it has ended: three blocks of 12.75 ms (the 102 samples of common practice)
 * that agree begin it, two that do not end it (Q.24: 40 ms must be taken, 10 ms of drop-out borne).
 * Speech has such blocks now and then; what tells it apart are its overtones, and that its level moves.
 */
import { digitAt, HIGH_GROUP, LOW_GROUP } from "./digits.ts";

const BLOCK_MS = 12.75;
/** Blocks that begin and that end a digit. */
const BEGIN_BLOCKS = 3;
const END_BLOCKS = 2;
/** Mean square below which nothing is a digit: some −40 dBFS. */
const QUIET = 100_000;
/** The two tones hold this share of the block's energy at least (against speech). */
const TONAL_SHARE = 0.7;
/** The strongest of a group stands above the others of it by this factor in power. */
const DOMINANCE = 5;
/** Most that a group may be stronger than the other, power: the low one 8 dB, the high one 6 dB. */
const LOW_TWIST = 6.3;
const HIGH_TWIST = 4;
/**
 * An overtone is below its tone by this factor in power, 10 dB: a voice's is not. Of a low tone it is the
 * third harmonic, because the second lies among the high tones.
 */
const OVERTONE = 10;
const OVERTONES = [
  ...LOW_GROUP.map((frequency) => 3 * frequency),
  ...HIGH_GROUP.map((frequency) => 2 * frequency),
];
/** Most that the level moves from one whole block of a digit to the next, power: 4 dB. */
const STEADY = 2.5;

export class ToneDetector {
  readonly #rate: number;
  readonly #block: number;
  readonly #coefficients: Float64Array;
  readonly #overtones: Float64Array;
  readonly #powers = new Float64Array(8);
  readonly #onDigit: (digit: string, durationMs: number) => void;
  readonly #samples: Float64Array;
  #filled = 0;
  #candidate: string | undefined;
  #agreed = 0;
  #missed = 0;
  /** Mean square of the block, and of the one before it that was of the same digit. */
  #level = 0;
  #formerLevel = 0;

  /** @param rate of the samples, Hz: 8000 or 16000 */
  constructor(rate: number, onDigit: (digit: string, durationMs: number) => void) {
    this.#rate = rate;
    this.#onDigit = onDigit;
    this.#block = Math.round((rate * BLOCK_MS) / 1000);
    this.#samples = new Float64Array(this.#block);
    const coefficient = (frequency: number) => 2 * Math.cos((2 * Math.PI * frequency) / rate);
    this.#coefficients = Float64Array.from([...LOW_GROUP, ...HIGH_GROUP], coefficient);
    this.#overtones = Float64Array.from(OVERTONES, coefficient);
  }

  /** Takes the next samples, any number. */
  add(samples: Int16Array): void {
    for (let i = 0; i < samples.length; i++) {
      this.#samples[this.#filled++] = samples[i]!;
      if (this.#filled === this.#block) {
        this.#filled = 0;
        this.#judge(this.#digitInBlock());
      }
    }
  }

  #judge(digit: string | undefined): void {
    if (digit !== undefined && digit === this.#candidate && this.#isSteady()) {
      this.#formerLevel = this.#level;
      this.#agreed += 1 + this.#missed;
      this.#missed = 0;
      return;
    }
    if (this.#candidate !== undefined && this.#agreed >= BEGIN_BLOCKS) {
      if (++this.#missed < END_BLOCKS) return;
      this.#onDigit(this.#candidate, Math.round((this.#agreed * this.#block * 1000) / this.#rate));
    }
    this.#candidate = digit;
    this.#formerLevel = this.#level;
    this.#agreed = digit === undefined ? 0 : 1;
    this.#missed = 0;
  }

  #digitInBlock(): string | undefined {
    let energy = 0;
    for (let i = 0; i < this.#block; i++) energy += this.#samples[i]! * this.#samples[i]!;
    this.#level = energy / this.#block;
    if (this.#level < QUIET) return undefined;
    for (let k = 0; k < 8; k++) this.#powers[k] = this.#power(this.#coefficients[k]!);
    const row = this.#strongest(0);
    const column = this.#strongest(4);
    if (row < 0 || column < 0) return undefined;
    const low = this.#powers[row]!;
    const high = this.#powers[4 + column]!;
    if (low > high * LOW_TWIST || high > low * HIGH_TWIST) return undefined;
    if (this.#hasOvertone(row, low) || this.#hasOvertone(4 + column, high)) return undefined;
    // A sine of energy E in the block has Goertzel power E × block / 2.
    if ((low + high) * 2 < TONAL_SHARE * energy * this.#block) return undefined;
    return digitAt(row, column);
  }

  #hasOvertone(tone: number, power: number): boolean {
    return this.#power(this.#overtones[tone]!) * OVERTONE > power;
  }

  /** The first block of a digit may be filled in part only. */
  #isSteady(): boolean {
    if (this.#agreed < 2) return true;
    const [now, before] = [this.#level, this.#formerLevel];
    return now < before * STEADY && before < now * STEADY;
  }

  #power(coefficient: number): number {
    let s1 = 0;
    let s2 = 0;
    for (let i = 0; i < this.#block; i++) {
      const s = this.#samples[i]! + coefficient * s1 - s2;
      s2 = s1;
      s1 = s;
    }
    return s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  }

  /** The index in a group of four that stands out, −1 without one. */
  #strongest(first: 0 | 4): number {
    let best: number = first;
    for (let k = first + 1; k < first + 4; k++) {
      if (this.#powers[k]! > this.#powers[best]!) best = k;
    }
    for (let k = first; k < first + 4; k++) {
      if (k !== best && this.#powers[k]! * DOMINANCE > this.#powers[best]!) return -1;
    }
    return best - first;
  }
}
