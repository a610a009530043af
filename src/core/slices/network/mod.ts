/** The machine's network. */
export { NETWORK } from "./slice.ts";
