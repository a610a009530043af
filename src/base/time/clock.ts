/** Time as adapters see it: an interface only, so that tests bring a virtual one. */

/** Whatever a {@link Clock} returns for a running timer. */
export type TimerHandle = unknown;

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  setTimeout(callback: () => void, ms: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}
