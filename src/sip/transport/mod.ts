/** SIP messages over UDP, TCP, TLS and WebSocket. */
export { TransportLayer } from "./layer.ts";
export { PENALTY_MS } from "./routing/mod.ts";
