/**
 * Decoded samples on their way to be played, together with the ones played before them: what
 * concealment and time stretching look at. On the real-time path: no allocation.
 *
 *     │◄── history (played) ──►│◄── pending ──►│  room
 *     0                      start            end
 */

/** Played sound that is kept, ms. */
const HISTORY_MS = 60;
/** Pending sound that fits, ms. */
const PENDING_MS = 500;

export class PcmBuffer {
  /** Samples at `rate`; read it through `start` and `end`, write through `room` and `grow`. */
  readonly samples: Int16Array;
  readonly rate: number;
  /** Index of the next sample to be played. */
  start: number;
  /** Index after the last pending sample. */
  end: number;
  readonly #history: number;

  constructor(rate: number) {
    this.rate = rate;
    this.#history = (rate * HISTORY_MS) / 1000;
    this.samples = new Int16Array(3 * this.#history + (rate * PENDING_MS) / 1000);
    this.start = this.#history;
    this.end = this.#history;
  }

  /** Samples that wait to be played. */
  get pending(): number {
    return this.end - this.start;
  }

  /** Makes room for `count` samples after `end`: moves everything to the front when needed. */
  makeRoom(count: number): void {
    if (this.end + count <= this.samples.length) return;
    const from = this.start - this.#history;
    this.samples.copyWithin(0, from, this.end);
    this.start -= from;
    this.end -= from;
  }

  /** Appends samples; ones that do not fit are dropped. */
  append(samples: Int16Array): void {
    this.makeRoom(samples.length);
    const count = Math.min(samples.length, this.samples.length - this.end);
    this.samples.set(count === samples.length ? samples : samples.subarray(0, count), this.end);
    this.end += count;
  }

  /** Takes the next `into.length` samples; the caller sees to it that they are pending. */
  take(into: Int16Array): void {
    into.set(this.samples.subarray(this.start, this.start + into.length));
    this.start += into.length;
  }

  /** Silence all around: a new stream. */
  clear(): void {
    this.samples.fill(0);
    this.start = this.#history;
    this.end = this.#history;
  }
}
