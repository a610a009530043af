/**
 * A playout ring that holds no more than its two clocks need: what is there after every read for two
 * seconds is delay without a use, and goes; each time that the ring runs dry it keeps more.
 *
 *     never less than the margin and 5 ms after a read ──► shortened down to the margin
 *     dry ──► margin + 5 ms, down again by 1 ms in 8 s
 *
 * On the real-time path.
 */
import { PlayoutRing } from "./playout_ring.ts";

/** Sound that is held before some is given, at the start and after the ring ran dry, ms. */
const TARGET_MS = 30;
/** Least that is left after a read while all is well, ms. */
const LEAST_MARGIN_MS = 5;
const MOST_MARGIN_MS = 40;
const DRY_STEP_MS = 5;
const CALM_STEP_MS = 0.25;
/** Less than this is not worth a cut, ms. */
const TOLERANCE_MS = 5;
/** Sound over which the least is taken, ms. */
const WINDOW_MS = 2000;

export class LeanRing {
  readonly #ring: PlayoutRing;
  /** Samples per ms. */
  readonly #perMs: number;
  #marginMs = LEAST_MARGIN_MS;
  /** Least held right after a read, over this window so far. */
  #least = Infinity;
  /** Samples that this window still lasts. */
  #left: number;

  /** @param rate samples per second; @param capacityMs sound that is held at most */
  constructor(rate: number, capacityMs: number) {
    this.#perMs = rate / 1000;
    this.#ring = new PlayoutRing(
      Math.round(capacityMs * this.#perMs),
      Math.round(TARGET_MS * this.#perMs),
    );
    this.#left = WINDOW_MS * this.#perMs;
  }

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

  /** As of {@link PlayoutRing}. */
  get primed(): boolean {
    return this.#ring.primed;
  }

  push(samples: Int16Array): void {
    this.#ring.push(samples);
  }

  /** Fills `into`, with silence where there is no sound. @returns samples of sound */
  pull(into: Int16Array): number {
    const ring = this.#ring;
    if (!ring.primed) return ring.pull(into);
    const given = ring.pull(into);
    if (!ring.primed) {
      this.#marginMs = Math.min(MOST_MARGIN_MS, this.#marginMs + DRY_STEP_MS);
      this.#beginWindow();
      return given;
    }
    this.#least = Math.min(this.#least, ring.length);
    this.#left -= into.length;
    if (this.#left <= 0) this.#endWindow();
    return given;
  }

  clear(): void {
    this.#ring.clear();
    this.#beginWindow();
  }

  #endWindow(): void {
    const excess = this.#least - Math.round(this.#marginMs * this.#perMs);
    if (excess >= TOLERANCE_MS * this.#perMs) this.#ring.shorten(excess);
    this.#marginMs = Math.max(LEAST_MARGIN_MS, this.#marginMs - CALM_STEP_MS);
    this.#beginWindow();
  }

  #beginWindow(): void {
    this.#least = Infinity;
    this.#left = WINDOW_MS * this.#perMs;
  }
}
