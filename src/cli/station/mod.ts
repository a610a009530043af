/** A subcommand at a running station. */
export { attachedStation, type AttachWishes, refuseToStay } from "./at_station.ts";
export { callField, LIVE, type LiveFields, stationFields, withStation } from "./live.ts";
export { meantCall } from "./meant_call.ts";
export {
  endProcess,
  isAlive,
  joinStation,
  startStation,
  type StationProcess,
} from "./own_station.ts";
export { stationPlace } from "./station_place.ts";
export { storePath } from "./store_place.ts";
export { withRecords } from "./with_records.ts";
