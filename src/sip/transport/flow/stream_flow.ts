/**
 * A TCP or TLS connection as a flow: framing, CRLF keepalive, death.
 */
import type { Socket } from "node:net";
import { OffhookError } from "../../../base/mod.ts";
import { BaseFlow, type FlowOwner, plainHost } from "./flow.ts";
import { Keepalive } from "./keepalive.ts";
import { sendError } from "./network_error.ts";
import { maxWaitingBytes } from "../../limits/mod.ts";
import { StreamFramer } from "./stream_framer.ts";
import { tlsCloseError } from "./tls_error.ts";
import type { Address } from "./types.ts";

export interface StreamFlowOptions {
  transport: "tcp" | "tls";
  accepted: boolean;
  /** The name that the certificate was verified for. */
  name?: string;
}

export class StreamFlow extends BaseFlow {
  readonly transport: StreamFlowOptions["transport"];
  readonly local: Address;
  readonly remote: Address;
  override readonly name: string | undefined;
  readonly #keepalive: Keepalive;

  /** @param socket connected, TLS handshake done; owned by the flow from now on */
  constructor(owner: FlowOwner, readonly socket: Socket, options: StreamFlowOptions) {
    super(owner, options.accepted);
    this.transport = options.transport;
    this.name = options.name;
    this.local = socketAddress(socket.localAddress, socket.localPort);
    this.remote = socketAddress(socket.remoteAddress, socket.remotePort);
    socket.setNoDelay(true);
    this.#keepalive = new Keepalive({
      clock: owner.clock,
      random: owner.random,
      // The side that connected keeps the connection alive.
      intervalMs: options.accepted ? 0 : owner.keepaliveMs,
      mustAnswer: false,
      ping: () => this.#write("\r\n\r\n"),
      dead: () => this.close(sendError(this.transport, this.remote, undefined, NO_PONG)),
    });
    this.#listen();
  }

  override keep(ms: number | undefined): void {
    this.#keepalive.oblige(ms);
  }

  protected transmit(text: string): Promise<void> {
    if (this.#isClogged()) return Promise.reject(sendError(this.transport, this.remote));
    return new Promise((resolve, reject) => {
      this.socket.write(text, (cause) => {
        if (cause) reject(sendError(this.transport, this.remote, cause));
        else resolve();
      });
    });
  }

  protected release(): void {
    this.#keepalive.stop();
    this.socket.destroySoon();
    // destroySoon waits for unsent bytes, which a dead peer never takes.
    const timer = this.owner.clock.setTimeout(() => this.socket.destroy(), 1000);
    this.socket.once("close", () => this.owner.clock.clearTimeout(timer));
  }

  #listen(): void {
    const framer = new StreamFramer({
      message: (bytes) => this.owner.received(this, bytes),
      ping: () => this.#write("\r\n"),
      pong: () => this.#keepalive.ponged(),
      broken: (reason) => this.close(brokenError(this, reason)),
    });
    this.socket.on("data", (bytes: Uint8Array) => {
      this.#keepalive.heard();
      this.lastByteAt = this.owner.clock.now();
      if (this.isOpen) framer.push(bytes);
      this.partSince = framer.isWaiting ? this.partSince ?? this.lastByteAt : undefined;
    });
    this.socket.on("error", (cause) => {
      const tls = this.transport === "tls" ? tlsCloseError(this.remote, cause) : undefined;
      this.close(tls ?? sendError(this.transport, this.remote, cause));
    });
    this.socket.on(
      "close",
      () => this.close(sendError(this.transport, this.remote, undefined, "the peer closed it")),
    );
  }

  #write(text: string): void {
    if (this.isOpen && !this.socket.destroyed && !this.#isClogged()) this.socket.write(text);
  }

  /** True: the peer does not read, and the connection is given up. */
  #isClogged(): boolean {
    if (this.socket.writableLength <= maxWaitingBytes(this.accepted)) return false;
    this.close(sendError(this.transport, this.remote, undefined, "the peer does not read"));
    this.socket.destroy();
    return true;
  }
}

const NO_PONG = "the peer no longer answers keepalives";

function brokenError(flow: StreamFlow, reason: string): OffhookError {
  const { host, port } = flow.remote;
  const transport = flow.transport.toUpperCase();
  return new OffhookError(
    "unreachable",
    `The ${transport} connection to ${host}:${port} does not carry SIP: ${reason}`,
    {
      hint: "Check that the port belongs to a SIP server.",
      data: { transport: flow.transport, host, port },
    },
  );
}

export function socketAddress(host: string | undefined, port: number | undefined): Address {
  return { host: plainHost(host ?? ""), port: port ?? 0 };
}
