/**
 * Syntax of the addresses that people write: `host`, `host:port`, `[v6]:port`, `address:port` to
 * listen on. Pure.
 */

/** A host with an optional port. An IPv6 address is without its brackets. */
export interface HostPort {
  host: string;
  port?: number;
}

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const ALL_NUMERIC = /^[0-9.]+$/;
const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
const IPV6 = /^[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?$/;

export function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => IPV4_PART.test(part) && Number(part) < 256);
}

export function isIpv6(text: string): boolean {
  if (!IPV6.test(text) || !text.includes(":")) return false;
  return URL.canParse(`http://[${text.replace(/%.*$/, "")}]/`);
}

/** Whether it is a host that no name server has to be asked for. */
export function isNumericHost(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

/** Whether it can be the host of a SIP URI: a name, an IPv4 or an IPv6 address without brackets. */
function isHost(text: string): boolean {
  if (ALL_NUMERIC.test(text)) return isIpv4(text);
  return HOST_NAME.test(text) || isIpv6(text);
}

/** Port number of decimal digits, 1–65535 (0 only when `zero` allows it), else undefined. */
export function parsePort(text: string, zero = false): number | undefined {
  if (!/^[0-9]{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port > 65535 || (port === 0 && !zero) ? undefined : port;
}

/** `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address; undefined when it is none. */
export function parseHostPort(text: string, zeroPort = false): HostPort | undefined {
  if (isIpv6(text)) return { host: text };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(.*))?$/.exec(text);
  if (match === null) return undefined;
  const host = match[1] ?? match[2]!;
  if (match[1] !== undefined ? !isIpv6(host) : !isHost(host)) return undefined;
  if (match[3] === undefined) return { host };
  const port = parsePort(match[3], zeroPort);
  return port === undefined ? undefined : { host, port };
}

/** Where SIP over WebSocket is served (RFC 7118). */
export interface WebSocketUrl extends HostPort {
  transport: "ws" | "wss";
  /** From its slash on; `/` when the URL has none. */
  path: string;
}

/** `wss://host:port/path`, `ws://…`; undefined when it is none. */
export function parseWebSocketUrl(text: string): WebSocketUrl | undefined {
  const match = /^(wss?):\/\/([^/?#\s]+)((?:\/[^#\s]*)?)$/i.exec(text);
  const place = match === null ? undefined : parseHostPort(match[2]!);
  if (match === null || place === undefined) return undefined;
  const transport = match[1]!.toLowerCase() as WebSocketUrl["transport"];
  return { transport, ...place, path: match[3] || "/" };
}

/** The inverse: brackets round an IPv6 address. */
export function formatHostPort({ host, port }: HostPort): string {
  const shown = host.includes(":") ? `[${host}]` : host;
  return port === undefined ? shown : `${shown}:${port}`;
}
