/** The clock of the running phone. */
export { SYSTEM_CLOCK } from "./clock.ts";
