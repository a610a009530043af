/** The practice PBX, and the instruments of proofs. */
export type { PracticeLine } from "./practice_line.ts";
