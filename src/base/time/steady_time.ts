/**
 * The time of day without its jumps. A clock that is set (by hand, or by NTP on a machine without a
 * battery) must move no timer and no limit, and give no call of ten seconds an hour.
 *
 *     set ─► follow ─► now, now, now … on a clock that nobody sets ─► follow ─► …
 */
export class SteadyTime {
  readonly #wall: () => number;
  readonly #steady: () => number;
  #ahead = 0;

  /** Both in ms: since the Unix epoch, and since anything. */
  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall;
    this.#steady = steady;
    this.follow();
  }

  /** Whole ms since the Unix epoch, as it was at the last {@link follow}. */
  now(): number {
    return Math.round(this.#ahead + this.#steady());
  }

  /** From here on it is what the wall clock says now. */
  follow(): void {
    this.#ahead = this.#wall() - this.#steady();
  }
}
