/** Records, and messages in them and out of them. */
export { datagramsOf, type FlightPart } from "./flight.ts";
export { Reassembly } from "./reassembly.ts";
export {
  ContentType,
  type DtlsRecord,
  RecordLayer,
  type RecordProtection,
  recordsIn,
} from "./records.ts";
export { Repeater } from "./repeater.ts";
