/** Headsets and their buttons. */
export { HEADSET } from "./slice.ts";
