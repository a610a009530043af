/** The system's time, for everything in the station that waits. */
import { type Clock, SteadyTime } from "../base/time/mod.ts";
import { systemClock } from "../sip/transport/flow/mod.ts";

/** A clock that can be told to follow the wall clock when that does no harm. */
export type StationClock = Clock & { follow?(): void };

const time = new SteadyTime(() => Date.now(), () => performance.now());

export const SYSTEM_CLOCK: StationClock = {
  ...systemClock,
  now: () => time.now(),
  follow: () => time.follow(),
};
