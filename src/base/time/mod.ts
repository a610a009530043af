/** Time, and how often something may happen in it. Pure. */
export type { Clock, TimerHandle } from "./clock.ts";
export { DigitRate } from "./digit_rate.ts";
export { SteadyTime } from "./steady_time.ts";
export { TypeAhead } from "./type_ahead.ts";
