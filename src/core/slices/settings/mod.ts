/** What a person sets for the whole phone. */
export { SETTINGS } from "./slice.ts";
export { filterFailed } from "./speech.ts";
export { setVolume } from "./volume.ts";
