/** The terminal phone as lines, for screen readers. */
export { Reader } from "./reader.ts";
