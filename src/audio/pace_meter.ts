/**
 * Tells a live source from one that was made before: sound that arrives at the pace of time itself
 * is live; faster, in bursts or held back by us is not. Near the real-time path; time is passed in.
 */

const WINDOW_MS = 500;
/** Sound per time that counts as the pace of time. */
const SLOWEST = 0.8;
const FASTEST = 1.25;
/** Live windows in a row over which a surplus must last. */
const LASTING = 20;

export class PaceMeter {
  readonly #now: () => number;
  #windowStart: number | undefined;
  #arrivedMs = 0;
  #wasBlocked = false;
  #liveWindows = 0;
  #lowest = Infinity;

  /** @param now ms, monotonic */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the last complete window came at the pace of time. */
  get live(): boolean {
    this.#roll(this.#now());
    return this.#liveWindows > 0;
  }

  /** Sound of `ms` came in. */
  arrived(ms: number): void {
    const now = this.#now();
    if (this.#windowStart === undefined) {
      // What waited before the first look says nothing about the pace.
      this.#windowStart = now;
      return;
    }
    this.#roll(now);
    this.#arrivedMs += ms;
  }

  /** The source had to wait for us. */
  blocked(): void {
    this.#wasBlocked = true;
  }

  /**
   * The backlog that has lasted through a long live time.
   *
   * @param backlogMs sound that waits now
   * @returns ms; 0 unless the source has been live for ten seconds
   */
  surplus(backlogMs: number, now: number): number {
    this.#roll(now);
    this.#lowest = Math.min(this.#lowest, backlogMs);
    if (this.#liveWindows < LASTING) return 0;
    const surplus = this.#lowest;
    this.#liveWindows = 0;
    this.#lowest = Infinity;
    return surplus;
  }

  #roll(now: number): void {
    if (this.#windowStart === undefined) return;
    const elapsed = now - this.#windowStart;
    if (elapsed < WINDOW_MS) return;
    const pace = this.#arrivedMs / elapsed;
    const live = !this.#wasBlocked && pace >= SLOWEST && pace <= FASTEST;
    this.#liveWindows = live ? this.#liveWindows + 1 : 0;
    if (!live) this.#lowest = Infinity;
    this.#windowStart = now;
    this.#arrivedMs = 0;
    this.#wasBlocked = false;
  }
}
