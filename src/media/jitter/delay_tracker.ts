/**
 * How late packets come, and so how early playing may be. On the real-time path; time is passed in.
 *
 * A packet's transit is `arrival − media time`, ms, up to a constant. Playing has a transit as well:
 * `time of playing − media time`. A packet is in time when its transit is below that of playing, by
 * the margin that decoding and a late tick need. The tracker keeps the transits of the last seconds
 * and says which transit of playing would have been in time for nearly all of them. Clock drift
 * moves all transits slowly, another way through the network at once; the window follows both.
 */

/** Packets that are looked at: 5 s of 20 ms packets. Longer packets: as many as come in that time. */
const WINDOW = 250;
const WINDOW_MS = 5000;
/** What the fastest packet is looked for in, ms. */
const LOWEST_MS = 1000;
/** Packets of the window that may come too late: 1 % of a full one. */
const TOLERATED = 2;

export class DelayTracker {
  readonly #transits = new Float64Array(WINDOW);
  /** The highest transits, descending; scratch of `required`. */
  readonly #highest = new Float64Array(TOLERATED + 1);
  /** Of the packets since the reset. */
  #next = 0;
  #count = 0;
  #window = WINDOW;
  #lowestOf = WINDOW;
  #lowest = NaN;

  constructor() {
    this.packetsLast(20);
  }

  /** Says how much time the window is. @param ms duration of a packet */
  packetsLast(ms: number): void {
    this.#window = Math.min(WINDOW, Math.ceil(WINDOW_MS / ms));
    this.#lowestOf = Math.min(WINDOW, Math.ceil(LOWEST_MS / ms));
  }

  /** Packets that the answer rests on. */
  get count(): number {
    return this.#count;
  }

  /** Takes a packet's transit, ms. */
  add(transitMs: number): void {
    this.#transits[this.#next] = transitMs;
    this.#next = (this.#next + 1) % WINDOW;
    if (this.#count < WINDOW) this.#count++;
    this.#lowest = NaN;
  }

  /** Forgets all but the newest packets: what was before is over. */
  keep(packets: number): void {
    this.#count = Math.min(this.#count, packets);
    this.#lowest = NaN;
  }

  /** The transit of the fastest packet of the last second, ms. NaN without packets. */
  lowest(): number {
    if (this.#count === 0 || !Number.isNaN(this.#lowest)) return this.#lowest;
    let lowest = Infinity;
    for (let age = Math.min(this.#count, this.#lowestOf); age > 0; age--) {
      lowest = Math.min(lowest, this.#transits[this.#indexOf(age)]!);
    }
    return this.#lowest = lowest;
  }

  /** The transit, ms, that all but the tolerated packets kept. NaN without packets. */
  required(): number {
    if (this.#count === 0) return NaN;
    const count = Math.min(this.#count, this.#window);
    const tolerated = Math.min(TOLERATED, count - 1);
    const highest = this.#highest;
    highest.fill(-Infinity);
    for (let age = count; age > 0; age--) {
      const transit = this.#transits[this.#indexOf(age)]!;
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
    this.#lowest = NaN;
  }

  /** @param age 1: the newest packet */
  #indexOf(age: number): number {
    return (this.#next - age + WINDOW) % WINDOW;
  }
}
