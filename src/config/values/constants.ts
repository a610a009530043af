/**
 * The allowed values of keys, apart from the schema: flags use them too, and must not wait for zod.
 */
import type { Names } from "../../base/names/mod.ts";

export const LOG_LEVELS = [
  "trace",
  "debug",
  "info",
  "warning",
  "error",
  "fatal",
] as const satisfies Names<6>;

/** What an account cannot be without. */
export const NEEDED_KEYS = ["server", "user"] as const satisfies Names<2>;

/** Sample rates that a pipe may have: what every tool can produce and the codecs can use, Hz. */
export const MINIMUM_PIPE_RATE = 8000;
export const MAXIMUM_PIPE_RATE = 192000;

/** Name of the account that a first set-up makes, wherever it is made. */
export const FIRST_ACCOUNT = "default";
