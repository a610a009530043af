/** Relays: a TURN client (RFC 8656). */
export { TurnClient } from "./client.ts";
export { type OpenLink, systemLinks } from "./links.ts";
export { nameOf, type TurnServer } from "./server.ts";
