/**
 * Where a request goes next (RFC 3261 §8.1.2): the URI of its topmost Route, else its request URI; and
 * what of a SIP URI that decides. Pure.
 */
import { isTransport, type TransportName } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { Destination } from "../../dns/mod.ts";
import {
  header,
  parseNameAddrList,
  type SipMessage,
  STRICT_ROUTER,
  unbracketed,
} from "../../message/mod.ts";
import type { NextHop } from "../flow/mod.ts";

/** What routing needs of a SIP or SIPS URI. */
export interface HopUri extends Destination {
  /** `host` or `host:port` as written, lower case: names the hop in a table. */
  hostPort: string;
}

const HOP =
  /^(sips?):(?:[^@<>]*@)?(\[[0-9a-f:.]+\]|[0-9a-z_.-]+)(?::(\d{1,5}))?(?=[;?>]|$)([^?>]*)/i;

/** Undefined when the text is no SIP or SIPS URI. */
export function parseHopUri(text: string): HopUri | undefined {
  const match = HOP.exec(text.trim());
  if (match === null) return undefined;
  const [, scheme, host, port, parameters] = match;
  if (port !== undefined && Number(port) > 65535) return undefined;
  const secure = scheme.toLowerCase() === "sips";
  const transport = parameter(parameters, "transport")?.toLowerCase();
  // RFC 3261 §19.1.1: maddr overrides the host as the address to contact.
  const hop: HopUri = {
    host: unbracketed(parameter(parameters, "maddr") ?? host),
    secure,
    hostPort: `${host}${port === undefined ? "" : `:${port}`}`.toLowerCase(),
  };
  if (port !== undefined) hop.port = Number(port);
  if (transport !== undefined && isTransport(transport)) hop.transport = transport;
  return hop;
}

function parameter(parameters: string, name: string): string | undefined {
  for (const part of parameters.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim().toLowerCase() === name) {
      return part.slice(equals + 1).trim();
    }
  }
  return undefined;
}

/**
 * The next hop of a request; undefined when neither Route nor request URI is one (`tel:`). A strict
 * router stands in the request URI and comes before the Routes (RFC 3261 §8.1.2, §12.2.1.1): the library
 * says so, or the topmost Route has no `lr`.
 */
export function nextHopOf(request: SipMessage): HopUri | undefined {
  const route = header(request, "route");
  const topmost = route === undefined ? undefined : parseNameAddrList(route)?.[0].uri;
  const isStrict = request.via.host.startsWith(STRICT_ROUTER);
  if (isStrict || topmost === undefined || !topmost.parameters.has("lr")) {
    return parseHopUri(request.requestUri);
  }
  return parseHopUri(topmost.text);
}

/** A configured next hop as destination; `path` is that of a `ws://` or `wss://` URL. */
export function configuredHop(nextHop: NextHop): Destination & { path?: string } {
  const server = nextHop.server.trim().replace(/^<(.*)>$/, "$1");
  const url = /^(wss?):\/\/([^/?#]+)(\/[^#]*)?$/i.exec(server);
  if (url !== null) {
    const hop = parseHopUri(`sip:${url[2]}`);
    if (hop === undefined) throw invalidServer(nextHop.server);
    return { ...hop, transport: url[1].toLowerCase() as TransportName, path: url[3] ?? "/" };
  }
  const bare = server.includes(":") && !/^\[|:.*:/.test(server) ? server : bracketedIPv6(server);
  const hop = parseHopUri(/^sips?:/i.test(server) ? server : `sip:${bare}`);
  if (hop === undefined) throw invalidServer(nextHop.server);
  return nextHop.transport === undefined ? hop : { ...hop, transport: nextHop.transport };
}

/** The configured next hop, and those that take its place. */
export function configuredHops(nextHop: NextHop): (Destination & { path?: string })[] {
  const { server, backups = [], ...rest } = nextHop;
  return [server, ...backups].map((each) => configuredHop({ ...rest, server: each }));
}

/** A bare IPv6 address as people write it in a configuration. */
function bracketedIPv6(server: string): string {
  return /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(server) ? `[${server}]` : server;
}

function invalidServer(server: string): OffhookError {
  return new OffhookError("invalid-target", `${JSON.stringify(server)} is not a SIP server`, {
    hint: "Write host, host:port, [IPv6]:port, a sip: URI, or wss://host/path.",
    data: { server },
  });
}
