/** The way of a call's datagrams. */
export type {
  Deliver,
  MediaKind,
  MediaTransport,
  PacketKind,
  Receiver,
} from "./media_transport.ts";
export { PlainTransport } from "./plain_transport.ts";
export { type PortRange, type Sockets, UdpSockets } from "./sockets.ts";
