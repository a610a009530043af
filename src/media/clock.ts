/**
 * Time for media: a monotonic clock, and the 20 ms tick that paces every stream of a worker.
 *
 *     tick n is due at start + n × 20 ms; a late tick does not move the ones after it
 */
import type { Clock, TimerHandle } from "../core/clock.ts";

/** Milliseconds since the Unix epoch with fractions, never stepping back; timers of the platform. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/** Ticks that are made up at once after a stall; more are skipped (a suspended machine). */
const MAX_BURST = 10;

/** Calls back every `periodMs`, correcting itself. */
export class Ticker {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onTick: (due: number, skipped: number) => void;
  #due = 0;
  #timer: TimerHandle | undefined;

  /**
   * @param onTick gets the nominal time of the tick, ms, and how many ticks before it were skipped
   */
  constructor(clock: Clock, periodMs: number, onTick: (due: number, skipped: number) => void) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onTick = onTick;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** The first tick is due at once. Idempotent. */
  start(): void {
    if (this.running) return;
    this.#due = this.#clock.now();
    this.#arm();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const wait = Math.max(0, this.#due - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#run(), wait);
  }

  #run(): void {
    const now = this.#clock.now();
    const behind = Math.floor((now - this.#due) / this.#periodMs);
    let skipped = 0;
    if (behind > MAX_BURST) {
      skipped = behind;
      this.#due += behind * this.#periodMs;
    }
    while (this.running && this.#due <= now) {
      this.#onTick(this.#due, skipped);
      skipped = 0;
      this.#due += this.#periodMs;
    }
    if (this.running) this.#arm();
  }
}
