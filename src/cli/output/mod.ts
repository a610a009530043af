/** What commands write besides sentences: tables, and events into a descriptor. */
export { openDescriptor } from "./event_descriptor.ts";
export { table } from "./table.ts";
