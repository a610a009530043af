/** What a person sets for the whole phone. */
export { SETTINGS } from "./slice.ts";
export { speechFailed } from "./speech.ts";
export { setVolume } from "./volume.ts";
