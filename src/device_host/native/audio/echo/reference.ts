/**
 * What a speaker plays, brought to the clock of a microphone: the two belong to different cards, whose
 * clocks differ by up to some hundred parts in a million. It is read a little faster or slower than it is
 * written, so that an echo keeps the same delay for hours and the canceller need not learn it anew.
 *
 *     write, a block ─► ring ─► read at 1 ± 0.2 %, cubic between samples ─► a block
 *                         └─ how much is held, by the time of both ─► the middle of 1 s ─► the pace
 *
 * On the real-time path: nothing is allocated.
 */

/**
 * Held on the average, ms, half of a block less than right after a write. Enough for a block that is
 * late, and less than any way from a speaker back to a microphone.
 */
const TARGET_MS = 25;
/**
 * Blocks over which is measured, by the middle value, how much is held: a thread that is held up now and
 * then, and reads or writes several blocks at once, does not count.
 */
const MEASURED = 100;
/** More that is held, or less, comes of a pause: it is made up for at once, not by the pace. ms. */
const PAUSED_MS = 8;
/** What is kept of the past. */
const CAPACITY_MS = 1_000;
/** Change of the pace for a millisecond that is too much. */
const PACE = 2.5e-4;
const MOST_PACE = 2e-3;

export class EchoReference {
  readonly #samples: Int16Array;
  readonly #rate: number;
  readonly #clock: () => number;
  /** Place of the next sample to be written; it and the one to be read count without end. */
  #written = 0;
  #primed = false;
  /** Excess over the target at the last reads, samples, and how many those are. */
  readonly #excess = new Float64Array(MEASURED);
  #reads = 0;
  /** Nothing was measured yet. */
  #isNew = true;
  /** Place to read next; how much faster than it is written it is read; time of the last block, ms. */
  readonly #state = Float64Array.of(0, 0, 0);

  /** @param rate Hz of what is written and read; @param clock monotonic, ms */
  constructor(rate: number, clock: () => number) {
    this.#rate = rate;
    this.#clock = clock;
    this.#samples = new Int16Array(Math.round(rate * CAPACITY_MS / 1000));
  }

  /** Samples that it holds; less than 0: so many were read before they came. */
  get length(): number {
    return this.#written - this.#state[0]!;
  }

  /** @param block what the card just took */
  write(block: Int16Array): void {
    const { length } = this.#samples;
    for (let i = 0; i < block.length; i++) {
      this.#samples[(this.#written + i) % length] = block[i]!;
    }
    this.#written += block.length;
    this.#state[2] = this.#clock();
    const target = this.#rate * TARGET_MS / 1000;
    if (this.#primed && this.length < length - block.length) return;
    if (!this.#primed && this.length < target) return;
    this.#state[0] = this.#written - target;
    this.#primed = true;
    this.#isNew = true;
    this.#reads = 0;
  }

  /** Adds the next samples to `sum`: nothing, where nothing is played. */
  addTo(sum: Int32Array): void {
    if (!this.#primed) return;
    this.#measure(sum.length);
    const step = 1 + this.#state[1]!;
    let place = this.#state[0]!;
    for (let i = 0; i < sum.length; i++) {
      // Two samples are looked at beyond the place.
      if (place + 2 < this.#written) sum[i]! += this.#at(place);
      place += step;
    }
    this.#state[0] = place;
  }

  #measure(block: number): void {
    const since = (this.#clock() - this.#state[2]!) * this.#rate / 1000;
    // Blocks come at once; by the clock, half a block more than is held was played on the average.
    const held = this.length + Math.min(Math.max(since, 0), block) - block / 2;
    this.#excess[this.#reads++] = held - this.#rate * TARGET_MS / 1000;
    if (this.#reads < MEASURED) return;
    this.#reads = 0;
    const excess = this.#excess.sort()[MEASURED >> 1]!;
    const excessMs = excess * 1000 / this.#rate;
    if (this.#isNew || Math.abs(excessMs) > PAUSED_MS) {
      this.#state[0]! += excess;
      this.#isNew = false;
    } else this.#state[1] = Math.min(MOST_PACE, Math.max(-MOST_PACE, excessMs * PACE));
  }

  /** Between samples, by a cubic through the four around it (Catmull-Rom). */
  #at(place: number): number {
    const first = Math.floor(place);
    const part = place - first;
    const { length } = this.#samples;
    const before = this.#samples[(first + length - 1) % length]!;
    const here = this.#samples[first % length]!;
    const next = this.#samples[(first + 1) % length]!;
    const after = this.#samples[(first + 2) % length]!;
    const cubic = 3 * (here - next) + after - before;
    const square = 2 * before - 5 * here + 4 * next - after;
    return here + part * (next - before + part * (square + part * cubic)) / 2;
  }
}
