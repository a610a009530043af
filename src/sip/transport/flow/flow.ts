/**
 * What every kind of flow has in common. A flow carries whole SIP messages; framing, handshakes and
 * keepalives are its own business.
 *
 *     connect ──► open ──(peer, keepalive, close())──► closed     (never opens again)
 */
import type { TransportName } from "../../../core/account/mod.ts";
import type { OffhookError } from "../../../base/mod.ts";
import { sendError } from "./network_error.ts";
import type { Address, Clock, Flow, HostNetwork, TransactionFlow } from "./types.ts";

/** Who takes what a flow receives: the layer. */
export interface FlowOwner {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly keepaliveMs: number;
  readonly host: HostNetwork;
  /** One datagram, WebSocket message or framed message. */
  received(flow: BaseFlow, bytes: Uint8Array): void;
  /** A message is about to go out. */
  sending(flow: BaseFlow, text: string): void;
  /** `sent` settles when a message is with the kernel, or cannot go out. */
  leaving(sent: Promise<void>): void;
  /** The peer sees us at another `publicAddress` now. */
  moved(flow: BaseFlow): void;
  /** Called once; `error` is absent when the flow was closed by us. */
  closed(flow: BaseFlow, error: OffhookError | undefined): void;
}

let lastId = 0;

export abstract class BaseFlow implements Flow, TransactionFlow {
  readonly id = ++lastId;
  publicAddress: Address | undefined;
  abstract readonly transport: TransportName;
  abstract readonly local: Address;
  abstract readonly remote: Address;
  /** The name that its TLS certificate was verified for, or that its WebSocket was opened to. */
  readonly name: string | undefined = undefined;
  /** Milliseconds since the epoch; 0: nothing ever came. The owner keeps it. */
  lastHeardAt = 0;
  /** Milliseconds since the epoch of the last byte, keepalives too; 0: none came. */
  lastByteAt = 0;
  /** True: for what is under way on it only, as another has taken its place. */
  retired = false;
  /** Since when part of a message waits for the rest. */
  partSince: number | undefined;
  #open = true;

  constructor(readonly owner: FlowOwner, readonly accepted: boolean) {}

  get isOpen(): boolean {
    return this.#open;
  }

  /** True: no retransmission is needed (RFC 3261 §17). */
  get reliable(): boolean {
    return this.transport !== "udp";
  }

  /** Sends one message; rejects with `unreachable` when the flow is closed. */
  send(text: string): Promise<void> {
    if (!this.#open) return Promise.reject(sendError(this.transport, this.remote));
    this.owner.sending(this, text);
    const sent = this.transmit(text);
    this.owner.leaving(sent);
    return sent;
  }

  /** The peer answers keepalives (RFC 5626), and wants one every `ms` at least. */
  keep(_ms: number | undefined): void {}

  /** The peer has seen us at an address. @returns whether that is another than we knew */
  learn(seen: Address): boolean {
    const known = this.publicAddress;
    const isLocal = seen.host === this.local.host && seen.port === this.local.port;
    this.publicAddress = isLocal ? undefined : seen;
    return known?.host !== this.publicAddress?.host || known?.port !== this.publicAddress?.port;
  }

  protected abstract transmit(text: string): Promise<void>;

  resend(text: string): void {
    // A failure closes a connection, which is reported there; UDP has timers.
    this.send(text).catch(() => {});
  }

  /** Idempotent. The owner's `closed` is called before it returns. */
  close(error?: OffhookError): void {
    if (!this.#open) return;
    this.#open = false;
    this.release();
    this.owner.closed(this, error);
  }

  /** Frees sockets and timers; called once. */
  protected abstract release(): void;
}

/** A numeric address as flows show it: IPv4-mapped IPv6 as IPv4, no zone, no brackets. */
export function plainHost(host: string): string {
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(bare) ? bare.slice(7) : bare;
}

/** Whether a transport encrypts. */
export function isSecure({ transport }: { transport: TransportName }): boolean {
  return transport === "tls" || transport === "wss";
}

export function isIPv6(host: string): boolean {
  return host.includes(":");
}

const CR = 13;
const LF = 10;

/** Nothing but line ends: keepalives of some peers. */
export function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== CR && byte !== LF) return false;
  return true;
}
