/**
 * Opens a connection to one target and hands it over as a flow; what fails says why.
 *
 *     TCP ─┬──────────────────────────────► StreamFlow(tcp)
 *          ├─ TLS handshake, checks ─┬────► StreamFlow(tls)
 *          └─────────────────────────┴─ WebSocket upgrade ──► WebSocketFlow(ws, wss)
 */
import net from "node:net";
import tls from "node:tls";
import { WebSocket } from "ws";
import type { TlsSettings } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { Target } from "../../dns/mod.ts";
import { bracketed } from "../../message/mod.ts";
import type { BaseFlow, FlowOwner } from "./flow.ts";
import { type Attempt, connectError, describeAttempt, timeoutError } from "./network_error.ts";
import { StreamFlow } from "./stream_flow.ts";
import { checkPin, tlsOptions } from "./tls.ts";
import { isTlsFailure, silentTlsError, tlsError } from "./tls_error.ts";
import { WEBSOCKET_OPTIONS, WebSocketFlow } from "./websocket_flow.ts";

export interface ConnectOptions {
  tls: TlsSettings;
  /** All handshakes together, milliseconds. */
  timeoutMs: number;
  /** Path of the WebSocket's URL. */
  path?: string;
  /** Local port that is taken where it is free; any other where not. */
  wishedPort?: number;
}

/** That the wished port cannot be had: taken, still waiting for late segments, or not for this user. */
const PORT_REFUSED = new Set(["EADDRINUSE", "EADDRNOTAVAIL", "EINVAL", "EACCES"]);

/**
 * @throws OffhookError `unreachable`, `tls-failed` or `file-unusable`
 */
export async function openFlow(
  owner: FlowOwner,
  target: Target,
  options: ConnectOptions,
): Promise<BaseFlow> {
  const { wishedPort, ...rest } = options;
  if (wishedPort === undefined) return await openFrom(undefined, owner, target, rest);
  try {
    return await openFrom(wishedPort, owner, target, rest);
  } catch (thrown) {
    // Of the port the kernel tells at once: nothing was sent, and no time is lost.
    if (!PORT_REFUSED.has(String(OffhookError.from(thrown).data?.cause))) throw thrown;
    return await openFrom(undefined, owner, target, rest);
  }
}

async function openFrom(
  localPort: number | undefined,
  owner: FlowOwner,
  target: Target,
  options: ConnectOptions,
): Promise<BaseFlow> {
  const address = { host: target.host, port: target.port };
  const ends = { ...address, ...(localPort === undefined ? {} : { localPort }) };
  const attempt: Attempt = { transport: target.transport, name: target.name, address };
  const secure = target.transport === "tls" || target.transport === "wss";
  const tlsConnect = secure ? await tlsOptions(options.tls, target.name) : undefined;
  const socket = tlsConnect === undefined
    ? net.connect(ends)
    : tls.connect({ ...tlsConnect, ...ends });
  // A TLS alert may come in the same read as the end of the handshake, before a flow listens.
  let early: unknown;
  socket.on("error", (cause) => early ??= cause);
  let connectedTo: "nothing" | "port" | "tls" = "nothing";
  socket.once("connect", () => connectedTo = "port");
  socket.once("secureConnect", () => connectedTo = "tls");
  const timer = owner.clock.setTimeout(() => {
    const handshake = secure && connectedTo === "port" ? "TLS" : "WebSocket";
    socket.destroy(
      connectedTo === "nothing"
        ? timeoutError(attempt, options.timeoutMs)
        : silenceAfter(attempt, handshake),
    );
  }, options.timeoutMs);
  try {
    await connected(socket, secure ? "secureConnect" : "connect");
    if (early !== undefined) throw early;
    if (!options.tls.verify && socket instanceof tls.TLSSocket) refuseUnpinned(socket, options.tls);
    const { transport, name } = target;
    if (transport === "ws" || transport === "wss") {
      const webSocket = await upgraded(socket, attempt, options.path ?? "/");
      return new WebSocketFlow(owner, webSocket, socket, { transport, name, accepted: false });
    }
    if (transport === "udp") throw new OffhookError("internal", "UDP has no connections");
    return new StreamFlow(owner, socket, { transport, name, accepted: false });
  } catch (cause) {
    socket.destroy();
    throw await asConnectError(attempt, cause, options.tls.serverName ?? target.name);
  } finally {
    owner.clock.clearTimeout(timer);
  }
}

/** Somebody took the connection, and then left the handshake unanswered. */
function silenceAfter(attempt: Attempt, handshake: "TLS" | "WebSocket"): OffhookError {
  const why = `the server took the connection and did not answer the ${handshake} handshake`;
  if (handshake === "TLS") return silentTlsError(attempt, why);
  const { transport, address: { host, port } } = attempt;
  return new OffhookError("unreachable", `Cannot reach ${describeAttempt(attempt)}: ${why}`, {
    hint: "Check the port, and that it speaks SIP over WebSocket.",
    data: { transport, host, port, cause: "ETIMEDOUT" },
  });
}

function connected(socket: net.Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) => reject(cause);
    const ended = () =>
      reject(Object.assign(new Error("the connection ended"), { code: "ECONNRESET" }));
    socket.once("error", failed);
    socket.once("close", ended);
    socket.once(event, () => {
      socket.off("error", failed);
      socket.off("close", ended);
      resolve();
    });
  });
}

/** With `verify: false` node:tls asks nobody, but a pin still stands for what it says. */
function refuseUnpinned(socket: tls.TLSSocket, settings: TlsSettings): void {
  const mismatch = checkPin(settings.pin, socket.getPeerCertificate());
  if (mismatch !== undefined) throw mismatch;
}

/** The WebSocket handshake over a socket that is already there (RFC 7118 §4). */
function upgraded(socket: net.Socket, attempt: Attempt, path: string): Promise<WebSocket> {
  const { name, address, transport } = attempt;
  const url = `${transport}://${bracketed(name)}:${address.port}${path}`;
  const webSocket = new WebSocket(url, ["sip"], {
    createConnection: () => socket,
    ...WEBSOCKET_OPTIONS,
  });
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => reject(webSocketError(attempt, path, cause));
    webSocket.once("error", failed);
    webSocket.once("open", () => {
      webSocket.off("error", failed);
      if (webSocket.protocol === "sip") return resolve(webSocket);
      webSocket.terminate();
      reject(webSocketError(attempt, path, new Error("the server does not take protocol sip")));
    });
  });
}

function webSocketError(attempt: Attempt, path: string, cause: Error): OffhookError | Error {
  // A socket that timed out or broke explains itself.
  if (cause instanceof OffhookError || /^E[A-Z]+$/.test((cause as { code?: string }).code ?? "")) {
    return cause;
  }
  const { transport, address } = attempt;
  return new OffhookError(
    "unreachable",
    `Cannot reach ${describeAttempt(attempt)}: the WebSocket handshake failed (${cause.message})`,
    {
      hint: `Check that SIP over WebSocket is served at ${path} of that port; ` +
        'Asterisk and FreePBX serve it at /ws: server = "wss://HOST:8089/ws".',
      data: { transport, host: address.host, port: address.port, path },
      cause,
    },
  );
}

function asConnectError(
  attempt: Attempt,
  cause: unknown,
  serverName: string,
): OffhookError | Promise<OffhookError> {
  if (cause instanceof OffhookError) return cause;
  return isTlsFailure(cause) ? tlsError(attempt, serverName, cause) : connectError(attempt, cause);
}
