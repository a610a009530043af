/** The system's time, for everything in the station that waits. */
import type { Clock } from "../base/mod.ts";
import { systemClock } from "../sip/transport/flow/mod.ts";

export const SYSTEM_CLOCK: Clock = systemClock;
