/**
 * A WebSocket connection as a flow (RFC 7118): one message of SIP a WebSocket message, whichever kind;
 * blank ones are keepalives of peers and are ignored.
 */
import { concat } from "../../../base/octets/mod.ts";
import type { WebSocketUrl } from "../../../base/network/mod.ts";
import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import { BaseFlow, type FlowOwner, isBlank } from "./flow.ts";
import { MAX_MESSAGE_BYTES, maxWaitingBytes } from "../../limits/mod.ts";
import { Keepalive } from "./keepalive.ts";
import { sendError } from "./network_error.ts";
import { socketAddress } from "./stream_flow.ts";
import { tlsCloseError } from "./tls_error.ts";
import type { Address } from "./types.ts";

/** Of every WebSocket: a message in at most a few hundred fragments, pongs only while there is room. */
export const WEBSOCKET_OPTIONS = {
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: 512,
  maxBufferedChunks: 1_024,
} as const;

export interface WebSocketFlowOptions {
  transport: WebSocketUrl["transport"];
  accepted: boolean;
  /** The name that it was opened to. */
  name?: string;
}

export class WebSocketFlow extends BaseFlow {
  readonly transport: WebSocketUrl["transport"];
  readonly local: Address;
  readonly remote: Address;
  override readonly name: string | undefined;
  readonly #keepalive: Keepalive;

  /** @param webSocket open, pongs left to the flow; owned by the flow from now on, with the `socket` that carries it */
  constructor(
    owner: FlowOwner,
    readonly webSocket: WebSocket,
    socket: Socket,
    options: WebSocketFlowOptions,
  ) {
    super(owner, options.accepted);
    this.transport = options.transport;
    this.name = options.name;
    this.local = socketAddress(socket.localAddress, socket.localPort);
    this.remote = socketAddress(socket.remoteAddress, socket.remotePort);
    socket.setNoDelay(true);
    this.#keepalive = new Keepalive({
      clock: owner.clock,
      random: owner.random,
      intervalMs: owner.keepaliveMs,
      mustAnswer: true,
      ping: () => this.webSocket.ping(),
      dead: () =>
        this.close(
          sendError(this.transport, this.remote, undefined, "the peer no longer answers pings"),
        ),
    });
    this.#listen();
  }

  protected transmit(text: string): Promise<void> {
    const { transport, remote, webSocket } = this;
    if (this.#isClogged()) return Promise.reject(sendError(transport, remote));
    return new Promise((resolve, reject) => {
      webSocket.send(text, (cause) => {
        if (cause) reject(sendError(transport, remote, cause));
        else resolve();
      });
    });
  }

  protected release(): void {
    this.#keepalive.stop();
    this.webSocket.close(1000);
    // The closing handshake needs a living peer.
    const timer = this.owner.clock.setTimeout(() => this.webSocket.terminate(), 1000);
    this.webSocket.once("close", () => this.owner.clock.clearTimeout(timer));
  }

  #alive(): void {
    this.#keepalive.heard();
    this.lastByteAt = this.owner.clock.now();
  }

  /** True: the peer does not read, and the connection is given up. */
  #isClogged(): boolean {
    if (this.webSocket.bufferedAmount <= maxWaitingBytes(this.accepted)) return false;
    this.close(sendError(this.transport, this.remote, undefined, "the peer does not read"));
    this.webSocket.terminate();
    return true;
  }

  #listen(): void {
    this.webSocket.on("message", (data: RawData) => {
      this.#alive();
      const bytes = asBytes(data);
      if (this.isOpen && !isBlank(bytes)) this.owner.received(this, bytes);
    });
    this.webSocket.on("pong", () => {
      this.#alive();
      this.#keepalive.ponged();
    });
    this.webSocket.on("ping", (data: Buffer) => {
      this.#alive();
      if (this.isOpen && !this.#isClogged()) this.webSocket.pong(data);
    });
    this.webSocket.on("error", (cause) => {
      const tls = this.transport === "wss" ? tlsCloseError(this.remote, cause) : undefined;
      this.close(tls ?? sendError(this.transport, this.remote, cause));
    });
    this.webSocket.on("close", (code) => {
      const why = `the peer closed it (WebSocket ${code})`;
      this.close(sendError(this.transport, this.remote, undefined, why));
    });
  }
}

function asBytes(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Array.isArray(data) ? concat(...data) : data;
}
