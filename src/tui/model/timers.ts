/** Time, passed in: tests have their own. */
export interface Timers {
  /** ms since the epoch. */
  now(): number;
  /** @returns stops it */
  after(ms: number, run: () => void): () => void;
}

export const SYSTEM_TIMERS: Timers = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
