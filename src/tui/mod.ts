/** The terminal phone. */
export type { TuiOptions, TuiOutcome } from "./open.tsx";
