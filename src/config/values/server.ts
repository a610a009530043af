/** The server of an account, as its settings name it. Pure. */
import {
  formatHostPort,
  parseHostPort,
  parseWebSocketUrl,
  type WebSocketUrl,
} from "../../base/network/mod.ts";

/** The WebSocket that an account's requests go to, if its proxy or server is one. */
export function webSocketOf(
  { server, outbound_proxy: proxy }: { server?: string; outbound_proxy?: string },
): WebSocketUrl | undefined {
  return parseWebSocketUrl(proxy ?? server ?? "");
}

/**
 * `server` in the form that the rest of the project compares: brackets only where needed; of a
 * WebSocket's URL the host, which is the domain of its addresses.
 */
export function canonicalServer(server: string): string {
  const url = parseWebSocketUrl(server);
  return formatHostPort(url === undefined ? parseHostPort(server)! : { host: url.host });
}
