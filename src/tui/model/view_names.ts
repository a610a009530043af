/** The views, in the order of their tabs. */
import type { Names } from "../../base/names/mod.ts";

export const VIEWS = [
  "phone",
  "contacts",
  "history",
  "quality",
  "devices",
  "accounts",
  "log",
] as const satisfies Names<7>;
export type ViewName = typeof VIEWS[number];
