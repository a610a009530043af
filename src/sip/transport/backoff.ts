/**
 * Delays between attempts to connect: doubling, bounded, with jitter so that a thousand phones do not
 * come back at once. The first is short, for the connection that was merely cut. Pure.
 */
const FIRST_MS = 250;
const MAX_MS = 60_000;
/** A connection that lasted this long starts the sequence anew. */
const STABLE_MS = 30_000;

export class Backoff {
  #failures = 0;
  #connectedAt: number | undefined;

  /** @param random uniform in [0, 1) */
  constructor(readonly random: () => number) {}

  /** A connection came up at `now` (milliseconds). */
  reset(now: number): void {
    this.#connectedAt = now;
  }

  /** Milliseconds to wait after a failure at `now`: 50–100 % of 250 ms, 500 ms, 1 s, … 60 s. */
  next(now: number): number {
    const stable = this.#connectedAt !== undefined && now - this.#connectedAt >= STABLE_MS;
    if (stable) this.#failures = 0;
    this.#connectedAt = undefined;
    const bound = Math.min(MAX_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 20);
    return Math.round(bound * (0.5 + 0.5 * this.random()));
  }
}
