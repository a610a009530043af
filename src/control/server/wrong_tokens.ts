/**
 * Wrong tokens, slowed down: the answer to each comes later than the one before, by source.
 *
 *     wrong ─► wait ─► refused │ the fourth on one connection ends it
 *
 * The right one is never kept waiting: a stranger at the same address must lock nobody out. Pure but
 * for the clock that is passed in.
 */
const FIRST_MS = 200;
const LONGEST_MS = 5_000;
/** After so long without a wrong one all is forgotten, ms. */
const FORGOTTEN_MS = 60_000;
/** Sources that are remembered; with more of them the oldest goes. */
const SOURCES = 1_000;

/** Wrong tokens that one connection may say. */
export const WRONG_TOKENS = 3;

interface Source {
  delayMs: number;
  lastAt: number;
}

export class WrongTokens {
  readonly #now: () => number;
  readonly #sources = new Map<string, Source>();

  /** @param now ms, monotonic */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Notes one. @returns ms that its answer waits */
  add(source: string): number {
    const now = this.#now();
    const before = this.#sources.get(source);
    const known = before !== undefined && now - before.lastAt < FORGOTTEN_MS;
    const delayMs = known ? Math.min(before.delayMs * 2, LONGEST_MS) : FIRST_MS;
    this.#sources.delete(source);
    this.#sources.set(source, { delayMs, lastAt: now });
    if (this.#sources.size > SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    return delayMs;
  }
}
