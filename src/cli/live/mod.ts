/** A request to the running station, and the call that it is about. */
export { callAction, talking } from "./call_action.ts";
export { callLine, partyWords } from "./call_line.ts";
export { callField, LIVE, type LiveFields, stationFields, withStation } from "./live.ts";
export { meantCall } from "./meant_call.ts";
export { reachStation } from "./reach_station.ts";
export { silenceWords, soundWords } from "./silence_words.ts";
export { stationPlace } from "./station_place.ts";
