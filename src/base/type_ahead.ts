/**
 * Whether a letter is meant for what is on now, or was typed for what was there before.
 *
 *     a call comes, goes or moves ─► letters do nothing for 700 ms ─ and for as long as they come fast
 *
 * Who types "max" while a call begins means a name, not mute and hang up. Pure: time is passed in.
 */

/** ms in which nobody can have seen a change and pressed a key for it. */
export const SETTLE_MS = 700;
/** ms between two letters of one word, at most. */
const BURST_MS = 300;

export class TypeAhead {
  #until = -Infinity;

  /** ms on the clock that is passed in: from then on letters act. */
  get until(): number {
    return this.#until;
  }

  /** What letters mean has changed. */
  changed(at: number): void {
    this.#until = at + SETTLE_MS;
  }

  /** A letter was typed. @returns whether it does nothing: so does what follows it fast */
  drops(at: number): boolean {
    if (at >= this.#until) return false;
    this.#until = Math.max(this.#until, at + BURST_MS);
    return true;
  }
}
