/** The views, in the order of their tabs. */
export const VIEWS = [
  "phone",
  "contacts",
  "history",
  "quality",
  "devices",
  "accounts",
  "log",
] as const;
export type ViewName = typeof VIEWS[number];
