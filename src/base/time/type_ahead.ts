/**
 * Whether a letter is meant for what is on now, or was typed for what was there before.
 *
 *     a call comes, goes or moves ─► letters do nothing ─ 700 ms without a letter ─► they act
 *
 * Who types "max" while a call begins means a name, not mute and hang up; also who types slowly.
 * Pure: time is passed in.
 */

/** ms in which nobody can have seen a change and pressed a key for it, or found the next letter. */
export const SETTLE_MS = 700;

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

  /** A letter was typed. @returns whether it does nothing; what follows it soon does nothing either */
  drops(at: number): boolean {
    if (at >= this.#until) return false;
    this.changed(at);
    return true;
  }
}
