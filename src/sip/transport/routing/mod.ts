/** Which flow a request takes. */
export { accountHops } from "./account_hops.ts";
export { DialogFlows, isInDialog } from "./dialog_flows.ts";
export { FlowTable } from "./flow_table.ts";
export { KnownAddresses } from "./known_addresses.ts";
export { type NextHopConnection, PENALTY_MS } from "./next_hop_connection.ts";
export { configuredHops, parseHopUri } from "./next_hop.ts";
export { Routing } from "./routing.ts";
