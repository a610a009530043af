/** The way of a call's datagrams. */
export type { MediaKind, MediaTransport } from "./media_transport.ts";
export { PlainTransport } from "./plain_transport.ts";
export { type PortRange, type Sockets, UdpSockets } from "./sockets.ts";
