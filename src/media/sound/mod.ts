/** The sound of a call between its endpoints and its stream. */
export { CallSound } from "./call_sound.ts";
