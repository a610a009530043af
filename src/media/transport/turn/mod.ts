/** Relays: a TURN client (RFC 8656). */
export { TurnClient, type TurnLink } from "./client.ts";
export { type LinkListener, type OpenLink, systemLinks } from "./links.ts";
export { nameOf, type TurnServer } from "./server.ts";
