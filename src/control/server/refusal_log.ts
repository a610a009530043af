/**
 * Lines about what clients do wrong, bounded: who repeats nonsense a thousand times a second must not
 * fill the disk with it.
 *
 *     line ─ new within the minute, and few yet? ─► written
 *                └ else counted ─► the minute is over: "… more refusals"
 */
const WINDOW_MS = 60_000;
/** Different lines a minute. */
const LINES = 20;

export class RefusalLog {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #since: number;
  readonly #seen = new Set<string>();
  #dropped = 0;

  /** @param now ms, monotonic */
  constructor(write: (text: string) => void, now = () => performance.now()) {
    this.#write = write;
    this.#now = now;
    this.#since = now();
  }

  add(text: string): void {
    this.tick();
    if (this.#seen.has(text) || this.#seen.size >= LINES) {
      this.#dropped++;
      return;
    }
    this.#seen.add(text);
    this.#write(`control: ${text}`);
  }

  /** Tells what was counted, once its minute is over. */
  tick(): void {
    if (this.#now() - this.#since < WINDOW_MS) return;
    this.flush();
  }

  flush(): void {
    if (this.#dropped > 0) this.#write(`control: ${this.#dropped} more refusals like these`);
    this.#since = this.#now();
    this.#seen.clear();
    this.#dropped = 0;
  }
}
