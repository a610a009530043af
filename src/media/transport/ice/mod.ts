/** ICE (RFC 8445): the lowest stage of a call's transport where both sides have it. */
export type { IceSettings, IceSurroundings } from "./gatherer.ts";
export { IceGatherer } from "./gatherer.ts";
export { IceTransport } from "./ice_transport.ts";
export { systemLinks } from "../turn/mod.ts";
export { candidateAddresses, ownAddresses } from "./own_addresses.ts";
