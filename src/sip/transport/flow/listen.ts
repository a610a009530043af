/**
 * Listeners of connection transports: every accepted connection becomes a flow. (UDP has no
 * connections: `udp_socket.ts`.) Not on the real-time path.
 */
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { WebSocketServer } from "ws";
import type { TransportName } from "../../../core/account/account.ts";
import { OffhookError } from "../../../base/errors.ts";
import { type BaseFlow, type FlowOwner, plainHost } from "./flow.ts";
import { listenError } from "./network_error.ts";
import { StreamFlow } from "./stream_flow.ts";
import { MAX_MESSAGE_BYTES } from "./stream_framer.ts";
import type { Address, ListenOptions, ListenTls } from "./types.ts";
import { WebSocketFlow } from "./websocket_flow.ts";

export interface Listener {
  readonly transport: TransportName;
  readonly address: Address;
  /** Stops accepting; accepted flows go on. */
  close(): void;
}

/** Connections that one listener holds at most; more are closed at once. */
const MAX_CONNECTIONS = 1024;

/**
 * @param accept gets every new flow; the flow is open
 * @throws OffhookError `unreachable` when the address cannot be bound, `usage` without a certificate
 */
export async function listenFor(
  owner: FlowOwner,
  transport: Exclude<TransportName, "udp">,
  at: Address,
  options: ListenOptions,
  accept: (flow: BaseFlow) => void,
): Promise<Listener> {
  const server = transport === "ws" || transport === "wss"
    ? webSocketServer(owner, transport, options, accept)
    : streamServer(owner, transport, options, accept);
  server.maxConnections = MAX_CONNECTIONS;
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
  transport: "tcp" | "tls",
  options: ListenOptions,
  accept: (flow: BaseFlow) => void,
): net.Server {
  const take = (socket: net.Socket) => {
    if (socket.remoteAddress === undefined) return void socket.destroy();
    accept(new StreamFlow(owner, socket, { transport, accepted: true }));
  };
  return transport === "tcp"
    ? net.createServer(take)
    : tls.createServer(serverTls(transport, options.tls), take);
}

function webSocketServer(
  owner: FlowOwner,
  transport: "ws" | "wss",
  options: ListenOptions,
  accept: (flow: BaseFlow) => void,
): net.Server {
  const server = transport === "ws"
    ? http.createServer(refuse)
    : https.createServer(serverTls(transport, options.tls), refuse);
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    verifyClient: ({ req }, done) => {
      const offered = req.headers["sec-websocket-protocol"]?.split(/\s*,\s*/) ?? [];
      done(offered.includes("sip"), 400, "The protocol must be sip");
    },
    handleProtocols: () => "sip",
  });
  sockets.on("connection", (webSocket, request) => {
    if (request.socket.remoteAddress === undefined) return webSocket.terminate();
    accept(new WebSocketFlow(owner, webSocket, request.socket, { transport, accepted: true }));
  });
  // Handshakes that fail are the client's to report.
  sockets.on("wsClientError", (_error, socket) => socket.destroy());
  sockets.on("error", () => {});
  return server;
}

function refuse(_request: http.IncomingMessage, response: http.ServerResponse): void {
  response.writeHead(426, { "Content-Type": "text/plain" });
  response.end("This port speaks SIP over WebSocket.\n");
}

function serverTls(transport: TransportName, settings: ListenTls | undefined): tls.TlsOptions {
  if (settings === undefined) {
    throw new OffhookError("usage", `Listening by ${transport.toUpperCase()} needs a certificate.`);
  }
  const { cert, key, clientCa } = settings;
  return clientCa === undefined
    ? { cert, key }
    : { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}
