/** What may hang, as native code does, and how long it is waited for. */
export { Lock, Stuck, within } from "./bounded.ts";
