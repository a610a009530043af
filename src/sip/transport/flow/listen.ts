/**
 * Listeners of connection transports: every accepted connection becomes a flow. (UDP has no
 * connections: `udp_socket.ts`.)
 */
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { WebSocketServer } from "ws";
import type { TransportName } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { AcceptedConnections, Ends } from "./accepted_connections.ts";
import { type BaseFlow, type FlowOwner, plainHost } from "./flow.ts";
import { listenError } from "./network_error.ts";
import { StreamFlow } from "./stream_flow.ts";
import type { Address, ListenOptions, ListenTls } from "./types.ts";
import { WEBSOCKET_OPTIONS, WebSocketFlow } from "./websocket_flow.ts";

export interface Listener {
  readonly transport: TransportName;
  readonly address: Address;
  /** Stops accepting; accepted flows go on. */
  close(): void;
}

/** A request line, a dozen headers: all that the handshake of a WebSocket needs. */
const MAX_HANDSHAKE_BYTES = 8_192;

/**
 * @param accepted bounds the connections, of all listeners together
 * @param accept gets every new flow; the flow is open
 * @throws OffhookError `unreachable` when the address cannot be bound, `usage` without a certificate
 */
export async function listenFor(
  owner: FlowOwner,
  transport: Exclude<TransportName, "udp">,
  at: Address,
  options: ListenOptions,
  accepted: AcceptedConnections,
  accept: (flow: BaseFlow) => void,
): Promise<Listener> {
  const opened = (flow: BaseFlow, ends: Ends) => {
    accepted.opened(ends, flow);
    accept(flow);
  };
  const server = transport === "ws" || transport === "wss"
    ? webSocketServer(owner, transport, options, opened)
    : streamServer(owner, transport, options, opened);
  // Before any handshake: half an HTTP request or TLS hello takes a place as well.
  server.prependListener("connection", (socket: net.Socket) => accepted.take(socket));
  await bound(server, transport, at);
  const address = server.address() as net.AddressInfo;
  return {
    transport,
    address: { host: plainHost(address.address), port: address.port },
    close: () => void server.close(),
  };
}

function bound(server: net.Server, transport: TransportName, at: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) => reject(listenError(transport, at, cause));
    server.once("error", failed);
    server.listen({ host: plainHost(at.host), port: at.port }, () => {
      server.off("error", failed);
      // Accepting one connection may fail (too many open files); the next may not.
      server.on("error", () => {});
      resolve();
    });
  });
}

function streamServer(
  owner: FlowOwner,
  transport: StreamFlow["transport"],
  options: ListenOptions,
  opened: (flow: BaseFlow, ends: Ends) => void,
): net.Server {
  const take = (socket: net.Socket) => {
    if (socket.remoteAddress === undefined || socket.destroyed) return void socket.destroy();
    opened(new StreamFlow(owner, socket, { transport, accepted: true }), socket);
  };
  if (transport === "tcp") return net.createServer(take);
  const server = tls.createServer(serverTls(transport, options.tls), take);
  // Handshakes that fail are the client's to report; one that hangs is closed with the silent ones.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function webSocketServer(
  owner: FlowOwner,
  transport: WebSocketFlow["transport"],
  options: ListenOptions,
  opened: (flow: BaseFlow, ends: Ends) => void,
): net.Server {
  const head = { maxHeaderSize: MAX_HANDSHAKE_BYTES };
  const server = transport === "ws"
    ? http.createServer(head, refuse)
    : https.createServer({ ...serverTls(transport, options.tls), ...head }, refuse);
  const sockets = new WebSocketServer({
    server,
    ...WEBSOCKET_OPTIONS,
    verifyClient: ({ req }, done) => {
      const offered = req.headers["sec-websocket-protocol"]?.split(/\s*,\s*/) ?? [];
      if (!isKnownPage(req.headers.origin, options)) done(false, 403, "No web page may connect");
      else done(offered.includes("sip"), 400, "The protocol must be sip");
    },
    handleProtocols: () => "sip",
  });
  sockets.on("connection", (webSocket, request) => {
    if (request.socket.remoteAddress === undefined) return webSocket.terminate();
    const { socket } = request;
    opened(new WebSocketFlow(owner, webSocket, socket, { transport, accepted: true }), socket);
  });
  // Handshakes that fail are the client's to report.
  sockets.on("wsClientError", (_error, socket) => socket.destroy());
  sockets.on("error", () => {});
  return server;
}

/**
 * Phones send no Origin, browsers always do: any page that somebody on this machine looks at could
 * connect to a listener on loopback otherwise (RFC 6455 §10.2).
 */
function isKnownPage(origin: string | undefined, { origins = [] }: ListenOptions): boolean {
  return origin === undefined || origins.includes(origin);
}

function refuse(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(426, { "Content-Type": "text/plain", "Connection": "close" });
  response.end("This port speaks SIP over WebSocket.\n");
}

function serverTls(transport: TransportName, settings: ListenTls | undefined): tls.TlsOptions {
  if (settings === undefined) {
    throw new OffhookError("usage", `Listening by ${transport.toUpperCase()} needs a certificate`);
  }
  const { cert, key, clientCa } = settings;
  return clientCa === undefined
    ? { cert, key }
    : { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}
