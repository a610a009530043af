/** SIP messages over UDP, TCP, TLS and WebSocket. */
export { TransportLayer } from "./layer.ts";
