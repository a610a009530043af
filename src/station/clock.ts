/** The system's time, for everything in the station that waits. */
import type { Clock } from "../base/clock.ts";
import { systemClock } from "../sip/transport/flow/clock.ts";

export const SYSTEM_CLOCK: Clock = systemClock;
