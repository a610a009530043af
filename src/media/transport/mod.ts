/** The way of a call's datagrams. */
export { IgnoredSources } from "./ignored_sources.ts";
export {
  type Deliver,
  kindOf,
  type MediaKind,
  type MediaTransport,
  type PacketKind,
  type Receiver,
  type TransportFacts,
} from "./media_transport.ts";
export { PlainTransport } from "./plain_transport.ts";
export {
  canonicalAddress,
  type OnDatagram,
  type PortRange,
  type SocketPair,
  type Sockets,
  UdpSockets,
} from "./sockets.ts";
export { TransportStage } from "./stage.ts";
