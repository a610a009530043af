/**
 * The digits that came from the peer, as events or as tones, in order. On the real-time path.
 *
 * Bounded: a peer can make up digits as fast as packets. More than a person or a machine dials are
 * passed over, and only the newest are kept.
 */

/** Digits that are kept. */
const KEPT = 1000;
/** Digits that may come at once, and those a second in the long run: the fastest dialler makes 16. */
const AT_ONCE = 40;
const PER_SECOND = 20;

export class DigitLog {
  /** The newest digits, in order. */
  received = "";
  /** Digits that were too many. */
  dropped = 0;
  #allowed = AT_ONCE;
  #since: number | undefined;

  /**
   * @param now ms
   * @returns whether the digit counts
   */
  add(digit: string, now: number): boolean {
    const passed = Math.max(0, now - (this.#since ?? now));
    this.#since = now;
    this.#allowed = Math.min(AT_ONCE, this.#allowed + (passed * PER_SECOND) / 1000);
    if (this.#allowed < 1) {
      this.dropped++;
      return false;
    }
    this.#allowed--;
    this.received = (this.received + digit).slice(-KEPT);
    return true;
  }
}
