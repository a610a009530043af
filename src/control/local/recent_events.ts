/** The last events, so that a client that was away can ask for what it missed. */
import type { Sequenced } from "../contract/mod.ts";

/** A call makes some ten events and one report a second: about a quarter of an hour of one call. */
const CAPACITY = 1_000;

export class RecentEvents {
  readonly #events: Sequenced[] = [];

  add(event: Sequenced): void {
    this.#events.push(event);
    if (this.#events.length > CAPACITY) this.#events.shift();
  }

  /**
   * What came after `since`; begins with `lagged` when some of it is forgotten.
   * @param reached the seq of the newest event
   * @param now ms since the epoch
   */
  since(since: number, reached: number, now: number): Sequenced[] {
    const known = this.#events.filter((event) => event.seq > since);
    const missing = Math.max(0, reached - since) - known.length;
    if (missing <= 0) return known;
    const seq = known[0] === undefined ? reached : known[0].seq - 1;
    return [{ type: "lagged", dropped: missing, seq, at: now }, ...known];
  }
}
