/** Which flow a request takes. */
export { DialogFlows } from "./dialog_flows.ts";
export { FlowTable } from "./flow_table.ts";
export { KnownAddresses } from "./known_addresses.ts";
export { NextHopConnection } from "./next_hop_connection.ts";
export { configuredHop, parseHopUri } from "./next_hop.ts";
export { Routing } from "./routing.ts";
