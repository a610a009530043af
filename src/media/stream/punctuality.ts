/**
 * Whether this machine gets round to its ticks: how long it stood still in the last ten seconds. On the
 * real-time path; time is passed in.
 */

/** A tick that comes so much late left somebody without sound, ms. */
const LATE_MS = 100;
const SECONDS = 10;

export class Punctuality {
  /** What was missed in each second, ms, and which second that was. */
  readonly #missed = new Float64Array(SECONDS);
  readonly #second = new Float64Array(SECONDS).fill(-Infinity);
  #latenessMs = 0;

  /** A tick that was due at `due` comes at `now`; those behind it come as late until it is made up. */
  tick(due: number, now: number): void {
    const latenessMs = now - due;
    if (latenessMs >= LATE_MS && this.#latenessMs < LATE_MS) this.#add(latenessMs, now);
    this.#latenessMs = latenessMs;
  }

  /** Ticks that never came. */
  skipped(ms: number, now: number): void {
    this.#add(ms, now);
  }

  /** How long it stood still in the last ten seconds, ms. */
  missedMs(now: number): number {
    const second = Math.floor(now / 1000);
    let sum = 0;
    for (let at = 0; at < SECONDS; at++) {
      if (second - this.#second[at]! < SECONDS) sum += this.#missed[at]!;
    }
    return Math.round(Math.min(sum, SECONDS * 1000));
  }

  #add(ms: number, now: number): void {
    const second = Math.floor(now / 1000);
    const at = second % SECONDS;
    if (this.#second[at] !== second) this.#missed[at] = 0;
    this.#second[at] = second;
    this.#missed[at]! += ms;
  }
}
