/**
 * How long nothing comes while something is due. On the real-time path; time is passed in.
 *
 *     expect(true) ─► heard, heard, … ─► current, longest        a pause after comfort noise is none
 */

/** A gap after which its end is worth telling at once, ms. */
const RETURN_MS = 1_000;
/** A gap that is heard as a stall, ms: no jitter buffer waits for so long. */
const STALL_MS = 500;

export class SilenceMeter {
  /** The longest silence that is over, ms. */
  #longest = 0;
  #dueSince: number | undefined;
  #lastHeard: number | undefined;
  #pausing = false;
  /** Stalls that are over, and how long they were in all, ms. */
  stalls = 0;
  stalledMs = 0;

  /** The peer's last packet said that it sends no more until somebody speaks. */
  get pausing(): boolean {
    return this.#pausing;
  }

  /**
   * What was agreed on begins anew.
   * @param due packets are to come from now on
   * @param now ms
   */
  expect(due: boolean, now: number): void {
    this.#longest = this.longest(now);
    this.#dueSince = due ? now : undefined;
  }

  /**
   * A packet came.
   * @param pauses it is comfort noise
   * @returns whether it ends a silence
   */
  heard(now: number, pauses: boolean): boolean {
    const returns = this.#lastHeard !== undefined && now - this.#lastHeard >= RETURN_MS;
    this.#longest = this.longest(now);
    this.#countStall(now);
    this.#lastHeard = now;
    this.#pausing = pauses;
    return returns;
  }

  #countStall(now: number): void {
    if (this.#dueSince === undefined || this.#pausing || this.#lastHeard === undefined) return;
    const gap = now - Math.max(this.#lastHeard, this.#dueSince);
    if (gap < STALL_MS) return;
    this.stalls++;
    this.stalledMs += Math.round(gap);
  }

  /** The longest silence until now, ms. */
  longest(now: number): number {
    if (this.#dueSince === undefined || this.#pausing) return this.#longest;
    const since = Math.max(this.#lastHeard ?? 0, this.#dueSince);
    return Math.max(this.#longest, Math.round(now - since));
  }
}
