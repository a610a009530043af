/**
 * The sound of a microphone between its card's clock and ours: a playout ring that also works off the
 * delay that a pause of either side leaves behind. On the real-time path.
 *
 *     card ──push──► ring ──pull──► media clock
 *                     └─ over 2 s never near empty: shortened by what was never needed
 */
import { PlayoutRing } from "../../device_host/wire/mod.ts";
import { FRAME_SAMPLES } from "../mod.ts";

/** Sound that is held before some is given: a frame of ours and half a frame, one of the host's. */
const TARGET = 1.5 * FRAME_SAMPLES;
/** Sound that is held at most: 100 ms. */
const CAPACITY = 5 * FRAME_SAMPLES;
/** Least that is held right after a read while all is well. */
const HEADROOM = FRAME_SAMPLES / 2;
/** More than this above it, all the time, is delay without a use. */
const EXCESS = FRAME_SAMPLES;
/** Reads over which the least is taken: 2 s. */
const WINDOW = 100;

export class CaptureRing {
  readonly #ring = new PlayoutRing(CAPACITY, TARGET);
  /** Least held right after a read, over the reads of this window so far. */
  #least = Infinity;
  #reads = 0;

  get underflows(): number {
    return this.#ring.underflows;
  }

  get overflows(): number {
    return this.#ring.overflows;
  }

  /** Samples held now. */
  get length(): number {
    return this.#ring.length;
  }

  push(samples: Int16Array): void {
    this.#ring.push(samples);
  }

  /** Fills `into`, a frame, with silence where there is no sound. @returns samples of sound */
  pull(into: Int16Array): number {
    const given = this.#ring.pull(into);
    this.#least = Math.min(this.#least, this.#ring.length);
    if (++this.#reads === WINDOW) this.#endWindow();
    return given;
  }

  clear(): void {
    this.#ring.clear();
    this.#reads = 0;
    this.#least = Infinity;
  }

  #endWindow(): void {
    const excess = this.#least - HEADROOM;
    if (excess >= EXCESS) this.#ring.shorten(excess);
    this.#reads = 0;
    this.#least = Infinity;
  }
}
