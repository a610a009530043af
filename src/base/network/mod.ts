/** Addresses, and what SIP's statuses mean. Pure. */
export {
  formatHostPort,
  type HostPort,
  isIpv4,
  isIpv6,
  isNumericHost,
  parseHostPort,
  parseWebSocketUrl,
  type WebSocketUrl,
} from "./address.ts";
export {
  addressBytes,
  addressOf,
  isInNetwork,
  isNetwork,
  isUnicast,
  isUnspecified,
} from "./network_address.ts";
export { callErrorCode } from "./sip_status.ts";
