/**
 * How late packets come, and so how early playing may be. On the real-time path; time is passed in.
 *
 * A packet's transit is `arrival − media time`, ms, up to a constant. Playing has a transit as well:
 * `time of playing − media time`. A packet is in time when its transit is below that of playing, by
 * the margin that decoding and a late tick need. The tracker keeps the transits of the last seconds
 * and says which transit of playing would have been in time for nearly all of them. Clock drift
 * moves all transits slowly; the window follows it.
 */

/** Packets that are looked at: 5 s of 20 ms packets. */
const WINDOW = 250;
/** Packets of the window that may come too late: 1 % of a full one. */
const TOLERATED = 2;

export class DelayTracker {
  readonly #transits = new Float64Array(WINDOW);
  /** The highest transits, descending; scratch of `required`. */
  readonly #highest = new Float64Array(TOLERATED + 1);
  #next = 0;
  #count = 0;

  /** Packets that the answer rests on. */
  get count(): number {
    return this.#count;
  }

  /** Takes a packet's transit, ms. */
  add(transitMs: number): void {
    this.#transits[this.#next] = transitMs;
    this.#next = (this.#next + 1) % WINDOW;
    if (this.#count < WINDOW) this.#count++;
  }

  /** The transit, ms, that all but the tolerated packets kept. NaN without packets. */
  required(): number {
    if (this.#count === 0) return NaN;
    const tolerated = Math.min(TOLERATED, this.#count - 1);
    const highest = this.#highest;
    highest.fill(-Infinity);
    for (let i = 0; i < this.#count; i++) {
      const transit = this.#transits[i]!;
      if (transit <= highest[tolerated]!) continue;
      let at = tolerated;
      while (at > 0 && highest[at - 1]! < transit) {
        highest[at] = highest[at - 1]!;
        at--;
      }
      highest[at] = transit;
    }
    return highest[tolerated]!;
  }

  reset(): void {
    this.#next = 0;
    this.#count = 0;
  }
}
