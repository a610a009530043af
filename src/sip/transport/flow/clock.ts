/**
 * The system's time as a {@link Clock}. The system's timers hold 31 bits of milliseconds and fire at
 * once beyond: what a peer asks to wait for longer waits 24 days.
 */
import { SteadyTime } from "../../../base/time/mod.ts";
import type { Clock } from "./types.ts";

const LONGEST_MS = 2 ** 31 - 1;

const time = new SteadyTime(() => Date.now(), () => performance.now());

/** Nothing of SIP is a matter of the time of day: it never follows a clock that is set. */
export const systemClock: Clock = {
  now: () => time.now(),
  setTimeout: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_MS)),
  clearTimeout: (handle) => clearTimeout(handle as number),
};

/** Uniform in [0, 1) from the system's strong random numbers. */
export function cryptoRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
}
