/** The headless station. */
export { type Changed, Station, type StationOptions, type StationSettings } from "./station.ts";
