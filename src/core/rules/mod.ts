/** What follows from a change in another slice. */
export { RULES } from "./rules.ts";
