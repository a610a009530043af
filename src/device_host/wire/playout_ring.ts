/** Samples over which a cut is blended: 2.5 ms at 48 kHz. */
const BLEND = 120;

/**
 * A bounded ring of samples between two clocks, one at each end of the wire: the client fills it and
 * the card empties it, or the other way round.
 *
 * It starts to give sound when `target` samples are held, and again after it ran empty; what does not
 * fit pushes the oldest sound out down to `target`, so that a pause of the reader costs a gap once
 * and no lasting delay. On the real-time path: no allocation after construction.
 */
export class PlayoutRing {
  /** Samples to hold before sound is given. */
  readonly target: number;
  readonly #samples: Int16Array;
  #head = 0;
  #length = 0;
  #primed = false;
  #underflows = 0;
  #overflows = 0;

  /** @param capacity samples; @param target samples, at most `capacity` */
  constructor(capacity: number, target: number) {
    this.#samples = new Int16Array(capacity);
    this.target = target;
  }

  /** Samples held now. */
  get length(): number {
    return this.#length;
  }

  /** Whether it gives sound: it held `target` samples and has not run empty since. */
  get primed(): boolean {
    return this.#primed;
  }

  /** Times that it ran empty while giving sound. */
  get underflows(): number {
    return this.#underflows;
  }

  /** Times that sound was thrown away because nobody took it. */
  get overflows(): number {
    return this.#overflows;
  }

  /** Copies the samples in; at most `capacity`. */
  push(samples: Int16Array): void {
    const capacity = this.#samples.length;
    const excess = this.#length + samples.length - capacity;
    if (excess > 0) {
      this.#overflows++;
      this.#discard(Math.max(excess, this.#length - this.target));
    }
    const tail = (this.#head + this.#length) % capacity;
    const first = Math.min(samples.length, capacity - tail);
    if (first === samples.length) {
      this.#samples.set(samples, tail);
    } else {
      this.#samples.set(samples.subarray(0, first), tail);
      this.#samples.set(samples.subarray(first), 0);
    }
    this.#length += samples.length;
    if (this.#length >= this.target) this.#primed = true;
  }

  /**
   * Fills `into` completely, with silence where there is no sound.
   *
   * @returns samples of sound; the rest, at the end, is silence
   */
  pull(into: Int16Array): number {
    if (!this.#primed) {
      into.fill(0);
      return 0;
    }
    const count = Math.min(into.length, this.#length);
    const first = Math.min(count, this.#samples.length - this.#head);
    into.set(this.#samples.subarray(this.#head, this.#head + first));
    if (first < count) into.set(this.#samples.subarray(0, count - first), first);
    this.#discard(count);
    if (count < into.length) {
      into.fill(0, count);
      this.#underflows++;
      this.#primed = false;
    }
    return count;
  }

  /**
   * Takes `count` samples out of what is held, blending what was before them into what was after:
   * less delay for a fault that is hardly heard.
   */
  shorten(count: number): void {
    const blend = Math.min(BLEND, this.#length - count);
    if (blend <= 0) return;
    const { length: capacity } = this.#samples;
    for (let i = 0; i < blend; i++) {
      const kept = (this.#head + count + i) % capacity;
      const before = this.#samples[(this.#head + i) % capacity];
      this.#samples[kept] = before + (this.#samples[kept] - before) * i / blend;
    }
    this.#discard(count);
  }

  /** Throws all sound away; the counters stay. */
  clear(): void {
    this.#head = 0;
    this.#length = 0;
    this.#primed = false;
  }

  #discard(count: number): void {
    this.#head = (this.#head + count) % this.#samples.length;
    this.#length -= count;
  }
}
