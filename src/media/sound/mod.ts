/** The sound of a call between its endpoints and its stream. */
export { CallSound, type EndpointName } from "./call_sound.ts";
