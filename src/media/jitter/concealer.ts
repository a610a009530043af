/**
 * Packet loss concealment: continues the sound before a gap, and joins it to the sound after.
 * On the real-time path: no allocation.
 *
 *     … played sound ─► find its pitch ─► repeat the last periods, fading ─► cross-fade into what comes
 *
 * After the method of ITU-T G.711 appendix I: the pitch is the lag at which the last 20 ms resemble
 * the sound before best; the sound goes on with that period, and fades out within 100 ms.
 */
import type { PcmBuffer } from "./pcm_buffer.ts";

/** Range of the pitch period, ms: 400 Hz down to 66 Hz. */
const MIN_PERIOD_MS = 2.5;
const MAX_PERIOD_MS = 15;
/** Sound that is compared, ms. */
const MATCH_MS = 10;
/** Full volume at first, then a linear fade to silence, ms. */
const HOLD_MS = 10;
const FADE_MS = 80;
/** Cross-fade into the sound after the gap, ms. */
const JOIN_MS = 4;

export class Concealer {
  readonly #rate: number;
  /** The last period, with the join to its own beginning already in it. */
  readonly #period: Int16Array;
  #periodLength = 0;
  #position = 0;
  /** Samples that were made since the gap began; 0: no gap. */
  #made = 0;

  constructor(rate: number) {
    this.#rate = rate;
    this.#period = new Int16Array((rate * MAX_PERIOD_MS) / 1000);
  }

  /** Appends `count` samples that continue the sound in `buffer`. */
  conceal(buffer: PcmBuffer, count: number): void {
    buffer.makeRoom(count);
    if (this.#made === 0) this.#begin(buffer);
    for (let i = 0; i < count; i++) buffer.samples[buffer.end++] = this.#next();
  }

  /** Cross-fades the made-up sound into the first samples after the gap, in place. */
  join(after: Int16Array): void {
    if (this.#made === 0) return;
    const count = Math.min(after.length, (this.#rate * JOIN_MS) / 1000);
    for (let i = 0; i < count; i++) {
      const share = (i + 1) / (count + 1);
      after[i] = Math.round(this.#next() * (1 - share) + after[i]! * share);
    }
    this.#made = 0;
  }

  reset(): void {
    this.#made = 0;
  }

  #next(): number {
    const madeMs = (this.#made++ * 1000) / this.#rate;
    const gain = madeMs < HOLD_MS ? 1 : Math.max(0, 1 - (madeMs - HOLD_MS) / FADE_MS);
    const sample = this.#period[this.#position]!;
    this.#position = (this.#position + 1) % this.#periodLength;
    return Math.round(sample * gain);
  }

  #begin(buffer: PcmBuffer): void {
    const { samples, end } = buffer;
    const length = bestPeriod(samples, end, this.#rate);
    const overlap = length >> 2;
    for (let i = 0; i < length; i++) this.#period[i] = samples[end - length + i]!;
    // The end of the period runs into what preceded its beginning, so that repeats do not click.
    for (let i = 0; i < overlap; i++) {
      const share = (i + 1) / (overlap + 1);
      const at = length - overlap + i;
      this.#period[at] = Math.round(
        samples[end - overlap + i]! * (1 - share) + samples[end - length - overlap + i]! * share,
      );
    }
    this.#periodLength = length;
    this.#position = 0;
  }
}

/** The lag, in samples, at which the sound before `end` resembles itself best. */
function bestPeriod(samples: Int16Array, end: number, rate: number): number {
  const shortest = Math.round((rate * MIN_PERIOD_MS) / 1000);
  const longest = Math.round((rate * MAX_PERIOD_MS) / 1000);
  const match = (rate * MATCH_MS) / 1000;
  let best = longest;
  let bestScore = -Infinity;
  for (let lag = shortest; lag <= longest; lag++) {
    let product = 0;
    let energy = 1;
    for (let i = end - match; i < end; i++) {
      product += samples[i]! * samples[i - lag]!;
      energy += samples[i - lag]! * samples[i - lag]!;
    }
    const score = product <= 0 ? 0 : (product * product) / energy;
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  return best;
}
