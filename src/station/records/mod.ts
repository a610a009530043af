/** The store of a station. */
export { keepRecords } from "./keep_records.ts";
export { type Retention, StationStore } from "./station_store.ts";
