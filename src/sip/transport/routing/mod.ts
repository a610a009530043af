/** Which flow a request takes. */
export { DialogFlows, isInDialog } from "./dialog_flows.ts";
export { FlowTable } from "./flow_table.ts";
export { KnownAddresses } from "./known_addresses.ts";
export { NextHopConnection, PENALTY_MS } from "./next_hop_connection.ts";
export { configuredHop, configuredHops, parseHopUri } from "./next_hop.ts";
export { Routing } from "./routing.ts";
