/**
 * Keeps the sum of several sounds within 16 bits without the crackle of a cut wave: it sees a peak
 * 2 ms before the peak is heard, and has turned the sound down by then.
 *
 *     peak comes in ──► gain falls in a straight line, 2 ms ──► held while peaks last ──► rises, 200 ms
 *
 * The sound is late by as much as it looks ahead. On the real-time path: nothing is allocated.
 */
import { GRAPH_RATE } from "../../audio/mod.ts";

/** How far it looks ahead, and how late its sound is, samples: 2 ms. */
export const LOOKAHEAD = 2 * GRAPH_RATE / 1000;
/** Largest sample that comes out: −0.2 dBFS. */
export const CEILING = 32_000;
/** Share of the way back to full gain that is gone in a sample: 63 % in 200 ms. */
const RELEASE = 1 - Math.exp(-1 / (0.2 * GRAPH_RATE));
/** Gain that is not told from none. */
const FULL = 0.9999;

export class Limiter {
  /** The last samples that came in, which go out next. */
  readonly #delayed = new Int32Array(LOOKAHEAD);
  /**
   * The gain, the gain that the peaks on their way need (while `#hold` lasts), and the change a sample
   * until it is there. In an array, because a number with a fraction in a field is a new object each time.
   */
  readonly #gains = Float64Array.of(1, 1, 0);
  /** Samples until the last peak is out. */
  #hold = 0;

  /** Begins anew: what it holds is dropped. */
  reset(): void {
    this.#delayed.fill(0);
    this.#gains.set([1, 1, 0]);
    this.#hold = 0;
  }

  /**
   * @param sum at least {@link LOOKAHEAD} samples
   * @param into as many, of which the first {@link LOOKAHEAD} are of the frame before
   */
  process(sum: Int32Array, into: Int16Array): void {
    let gain = this.#gains[0]!;
    let target = this.#gains[1]!;
    let step = this.#gains[2]!;
    let hold = this.#hold;
    const delayed = this.#delayed;
    const { length } = sum;
    for (let i = 0; i < length; i++) {
      const size = Math.abs(sum[i]!);
      if (size > CEILING) {
        target = Math.min(CEILING / size, hold > 0 ? target : gain);
        // The steeper of two falls is in time for both.
        step = Math.min(step, (target - gain) / LOOKAHEAD);
        hold = LOOKAHEAD + 1;
      }
      if (hold > 0) {
        gain = Math.max(target, gain + step);
        if (--hold === 0) step = 0;
      } else if (gain < 1) {
        gain = gain > FULL ? 1 : gain + (1 - gain) * RELEASE;
      }
      into[i] = gain * (i < LOOKAHEAD ? delayed[i]! : sum[i - LOOKAHEAD]!);
    }
    for (let i = 0; i < LOOKAHEAD; i++) delayed[i] = sum[length - LOOKAHEAD + i]!;
    this.#gains[0] = gain;
    this.#gains[1] = target;
    this.#gains[2] = step;
    this.#hold = hold;
  }
}
