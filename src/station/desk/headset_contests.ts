/**
 * Headsets that another softphone fights for: how often lately, and which are left to it. Pure.
 *
 *     fight, fight ─ within MEMORY_MS ─► left to the other          (only where so configured)
 *     a quiet MEMORY_MS ─► forgotten
 *
 * A headset that was left stays so until somebody wants it back: trying it again by itself would end a
 * call of the other softphone.
 */

/** Hang-ups faster than a person, after which a headset is left. */
const LIMIT = 2;
/** ms after which a fight is forgotten. */
const MEMORY_MS = 10 * 60_000;

export class HeadsetContests<T> {
  readonly #fights = new Map<T, number[]>();
  readonly #left = new Set<T>();

  /** @returns true when that was once too often lately */
  fought(headset: T, now: number): boolean {
    const recent = (this.#fights.get(headset) ?? []).filter((at) => now - at < MEMORY_MS);
    recent.push(now);
    this.#fights.set(headset, recent);
    return recent.length >= LIMIT;
  }

  /** The other softphone may have it. */
  leave(headset: T): void {
    this.#left.add(headset);
  }

  isLeft(headset: T): boolean {
    return this.#left.has(headset);
  }

  /** It was unplugged. */
  delete(headset: T): void {
    this.#fights.delete(headset);
    this.#left.delete(headset);
  }

  /** Every headset is wanted again. */
  clear(): void {
    this.#fights.clear();
    this.#left.clear();
  }
}
