/** Which way a call goes; of its sound: what we hear comes in. */
import type { Names } from "../../base/names/mod.ts";

export const DIRECTIONS = ["outgoing", "incoming"] as const satisfies Names<2>;
export type CallDirection = (typeof DIRECTIONS)[number];
