/**
 * What came on standard input and is not in the call yet.
 *
 *     stdin ──push()──► queue (2 s) ──take(room)──► call
 *
 * A full queue stops the reading: a file loses nothing. Sound that comes at the pace of time itself is
 * live: what piled up of it is dropped, or it would be late for as long as it lasts. Pure; time is
 * passed in.
 */

const QUEUE_MS = 2_000;
/** What a live source keeps of the time before it was to be heard. */
const LIVE_KEEP_MS = 60;
const WINDOW_MS = 500;
/** Sound per time that counts as the pace of time. */
const SLOWEST = 0.8;
const FASTEST = 1.25;
/** Windows at that pace, one after the other, that make a source live. */
const LIVE_WINDOWS = 2;

export class SpokenQueue {
  /** Samples that were dropped because they were late. */
  dropped = 0;
  readonly #capacity: number;
  readonly #rate: number;
  readonly #chunks: Int16Array[] = [];
  #length = 0;
  #windowStart: number | undefined;
  #arrived = 0;
  #wasFull = false;
  #lowest = Infinity;
  #liveWindows = 0;

  /** @param rate samples a second */
  constructor(rate: number) {
    this.#rate = rate;
    this.#capacity = (rate * QUEUE_MS) / 1000;
  }

  /** Nothing more should be read. */
  get full(): boolean {
    if (this.#length < this.#capacity) return false;
    return this.#wasFull = true;
  }

  get length(): number {
    return this.#length;
  }

  /** @param samples the queue's from now on; @param now ms, monotonic */
  push(samples: Int16Array, now: number): void {
    this.#chunks.push(samples);
    this.#length += samples.length;
    if (this.#windowStart === undefined) {
      // What waited before the first look says nothing about the pace.
      this.#windowStart = now;
      return;
    }
    this.#arrived += samples.length;
    if (now - this.#windowStart >= WINDOW_MS) this.#judge(now - this.#windowStart, now);
  }

  /** The call takes sound from now on: what a live source said before is of no use any more. */
  begin(): void {
    if (this.#liveWindows === 0) return;
    this.#drop(Math.max(0, this.#length - (this.#rate * LIVE_KEEP_MS) / 1000));
  }

  /** The oldest samples, at most so many; undefined when there are none. */
  take(most: number): Int16Array | undefined {
    const first = this.#chunks[0];
    if (first === undefined || most === 0) return undefined;
    const taken = first.subarray(0, most);
    if (taken.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(most);
    this.#length -= taken.length;
    this.#lowest = Math.min(this.#lowest, this.#length);
    return taken;
  }

  #judge(elapsedMs: number, now: number): void {
    const pace = (this.#arrived * 1000) / this.#rate / elapsedMs;
    const live = !this.#wasFull && pace >= SLOWEST && pace <= FASTEST;
    this.#liveWindows = live ? this.#liveWindows + 1 : 0;
    if (this.#liveWindows >= LIVE_WINDOWS && this.#lowest < Infinity) this.#drop(this.#lowest);
    this.#windowStart = now;
    this.#arrived = 0;
    this.#wasFull = false;
    this.#lowest = Infinity;
  }

  #drop(count: number): void {
    for (let left = count; left > 0;) {
      const samples = this.take(left);
      if (samples === undefined) return;
      left -= samples.length;
      this.dropped += samples.length;
    }
  }
}
