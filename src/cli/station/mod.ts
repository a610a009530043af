/** A station for a subcommand: one that it joins or starts, or the records that one would keep. */
export { attachedStation, type AttachWishes, refuseToStay } from "./at_station.ts";
export {
  endProcess,
  isAlive,
  joinStation,
  startStation,
  type StationProcess,
} from "./own_station.ts";
export { storePath } from "./store_place.ts";
export { withRecords } from "./with_records.ts";
