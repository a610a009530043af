/** The methods that need a store, devices or headsets, and no call. */
export { recordHandlers, type RecordMethod } from "./record_handlers.ts";
