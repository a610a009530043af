/**
 * The digits that came from the peer, as events or as tones, in order. On the real-time path.
 *
 * Bounded: a peer can make up digits as fast as packets. More than a person or a machine dials are
 * passed over, and only the newest are kept.
 */
import { DigitRate } from "../../base/time/mod.ts";

/** Digits that are kept. */
const KEPT = 1000;

export class DigitLog {
  /** The newest digits, in order. */
  received = "";
  /** Digits that were too many. */
  dropped = 0;
  readonly #rate = new DigitRate();

  /**
   * @param now ms
   * @returns whether the digit counts
   */
  add(digit: string, now: number): boolean {
    if (!this.#rate.take(now)) {
      this.dropped++;
      return false;
    }
    this.received = (this.received + digit).slice(-KEPT);
    return true;
  }
}
