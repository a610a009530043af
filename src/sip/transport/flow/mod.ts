/** One way to one peer: a socket and what holds it open. */
export { AcceptedConnections } from "./accepted_connections.ts";
export { cryptoRandom, systemClock } from "./clock.ts";
export { BaseFlow, type FlowOwner, isBlank, isIPv6, isSecure, plainHost } from "./flow.ts";
export type { Listener } from "./listen.ts";
export {
  addressBits,
  hasAddress,
  hostNetwork,
  localAddressToward,
  networkSignature,
  wayToward,
} from "./local_address.ts";
export type {
  Address,
  Clock,
  Flow,
  HostNetwork,
  LayerEvent,
  ListenOptions,
  NextHop,
  RequestHook,
  RouteTable,
  SipContactAddress,
  TimerHandle,
  TransactionFlow,
  TransportLayerOptions,
} from "./types.ts";
export { UdpFlow, UdpSocket } from "./udp_socket.ts";
