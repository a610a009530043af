/**
 * How many digits a peer may press: as many as a person or a machine dials, not as many as packets fit
 * through. The same for RTP events, tones and SIP INFO. Pure.
 */

/** Digits that may come at once, and those a second in the long run: the fastest dialler makes 16. */
const AT_ONCE = 40;
const PER_SECOND = 20;

export class DigitRate {
  #allowed = AT_ONCE;
  #since: number | undefined;

  /**
   * Notes a digit.
   * @param now ms, of any one clock
   * @returns whether it counts
   */
  take(now: number): boolean {
    const passed = Math.max(0, now - (this.#since ?? now));
    this.#since = now;
    this.#allowed = Math.min(AT_ONCE, this.#allowed + (passed * PER_SECOND) / 1000);
    if (this.#allowed < 1) return false;
    this.#allowed--;
    return true;
  }
}
