/**
 * What one listener hears: the sum of some sounds, frame by frame.
 *
 *     one sound  ──► as it is, at once
 *     several    ──► sum ──► limiter, 2 ms late
 *
 * Between the two ways it goes over within a frame, without a click. On the real-time path: nothing is
 * allocated.
 */
import { FRAME_SAMPLES } from "../../audio/mod.ts";
import { Limiter } from "./limiter.ts";
import { crossfade, saturate } from "./mixing.ts";

/** Nobody may write to it. */
export const SILENCE: Int16Array = new Int16Array(FRAME_SAMPLES);

export class Mix {
  readonly #sum = new Int32Array(FRAME_SAMPLES);
  readonly #limited = new Int16Array(FRAME_SAMPLES);
  readonly #direct = new Int16Array(FRAME_SAMPLES);
  readonly #limiter = new Limiter();
  /** Sounds of the frame that is being mixed, and the first of them. */
  #count = 0;
  #first = SILENCE;
  /** The last frame came through the limiter. */
  #limits = false;

  /** @param frame 20 ms, untouched until `take` */
  add(frame: Int16Array): void {
    const sum = this.#sum;
    switch (++this.#count) {
      case 1:
        this.#first = frame;
        return;
      case 2:
        for (let i = 0; i < FRAME_SAMPLES; i++) sum[i] = this.#first[i]! + frame[i]!;
        return;
      default:
        for (let i = 0; i < FRAME_SAMPLES; i++) sum[i]! += frame[i]!;
    }
  }

  /** @returns the sum of what was added since the last time; not to be written to, valid until `add` */
  take(): Int16Array {
    const several = this.#count > 1;
    const first = this.#count === 0 ? SILENCE : this.#first;
    this.#count = 0;
    if (!several && !this.#limits) return first;
    if (!several) this.#sum.set(first);
    this.#limiter.process(this.#sum, this.#limited);
    if (several === this.#limits) return this.#limited;
    return this.#goOver(several);
  }

  #goOver(toLimiter: boolean): Int16Array {
    this.#limits = toLimiter;
    saturate(this.#sum, this.#direct);
    if (toLimiter) {
      crossfade(this.#direct, this.#limited);
      return this.#direct;
    }
    crossfade(this.#limited, this.#direct);
    this.#limiter.reset();
    return this.#limited;
  }
}
