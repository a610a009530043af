/** The clock of the running phone. */
export { type StationClock, SYSTEM_CLOCK } from "./clock.ts";
