/**
 * UDP sockets of a stream: an even port for RTP and the odd one above it for RTCP (RFC 3550 §11).
 *
 * Dual-stack where the system has IPv6: bound on `::`, IPv4 peers written as `::ffff:a.b.c.d` on the
 * socket and as `a.b.c.d` everywhere else. On the real-time path: one buffer per socket, a datagram
 * is valid during its callback.
 */
import { OffhookError } from "../../base/mod.ts";
import { MAX_DATAGRAM, type Random32 } from "../rtp/mod.ts";

/** @param data valid until the callback returns */
export type OnDatagram = (data: Uint8Array, address: string, port: number) => void;

/** The two sockets of one stream. Sending never throws; what cannot be sent is lost, as on a network. */
export interface SocketPair {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** @param data stays untouched until it is out (see RtpSender) */
  sendRtp(data: Uint8Array, address: string, port: number): void;
  sendRtcp(data: Uint8Array, address: string, port: number): void;
  /** Why the system did not take the last RTP; absent: it did, or nobody knows. */
  readonly failure?: string | undefined;
  /** Idempotent; no datagram is delivered after it. */
  close(): void;
}

export interface Sockets {
  /**
   * @param address binds there only; absent: as the sockets were made
   * @throws OffhookError `media-failed` when no pair of ports is free
   */
  open(onRtp: OnDatagram, onRtcp: OnDatagram, address?: string): SocketPair;
  /** An IP address for a host name; addresses pass. @throws OffhookError `media-failed` */
  resolve(host: string): Promise<string>;
}

/** Inclusive bounds of the ports that may be bound. */
export interface PortRange {
  min: number;
  max: number;
}

/** Tries without a range, each with another port of the system's choice. */
const TRIES = 64;
/** Errors in a row after which a socket is given up. */
const MAX_FAILURES = 1000;

/** Sockets of the operating system. */
export class UdpSockets implements Sockets {
  readonly #range: PortRange | undefined;
  readonly #random: Random32;
  readonly #hostnames: string[];

  /** @param options.address binds there only; absent: every address, IPv6 and IPv4 */
  constructor(options: { range?: PortRange; address?: string; random: Random32 }) {
    this.#range = options.range;
    this.#random = options.random;
    this.#hostnames = options.address === undefined ? ["::", "0.0.0.0"] : [options.address];
  }

  open(onRtp: OnDatagram, onRtcp: OnDatagram, address?: string): SocketPair {
    const at = address === undefined ? this.#hostnames : [address];
    for (const port of this.#candidates()) {
      const rtp = this.#bind(port, onRtp, at);
      if (rtp === undefined) continue;
      const rtcp = rtp.port % 2 === 0 ? this.#bind(rtp.port + 1, onRtcp, at) : undefined;
      if (rtcp) return new UdpPair(rtp, rtcp);
      rtp.close();
    }
    const where = this.#range ? ` in ${this.#range.min}–${this.#range.max}` : "";
    throw new OffhookError("media-failed", `no free pair of UDP ports${where} for RTP`, {
      hint: "Widen the port range, or end the program that holds the ports.",
      data: { ...this.#range },
    });
  }

  async resolve(host: string): Promise<string> {
    const [first] = await this.resolveAll(host);
    return first!;
  }

  /** Every address of a host, one at least. @throws OffhookError `media-failed` */
  async resolveAll(host: string): Promise<string[]> {
    if (isAddress(host)) return [canonicalAddress(host)];
    try {
      const { lookup } = await import("node:dns/promises");
      const found = await lookup(host, { all: true });
      return found.map(({ address }) => canonicalAddress(address));
    } catch (error) {
      throw new OffhookError("media-failed", `the media host ${host} has no address`, {
        data: { host },
        cause: error,
      });
    }
  }

  /** Even ports to try: all of the range from a random one on, else the system's choice. */
  *#candidates(): Generator<number> {
    if (this.#range === undefined) {
      for (let i = 0; i < TRIES; i++) yield 0;
      return;
    }
    const first = this.#range.min + (this.#range.min & 1);
    const pairs = Math.floor((this.#range.max - first + 1) / 2);
    const start = pairs > 0 ? this.#random() % pairs : 0;
    for (let i = 0; i < pairs; i++) yield first + 2 * ((start + i) % pairs);
  }

  #bind(
    port: number,
    onDatagram: OnDatagram,
    hostnames: readonly string[],
  ): UdpSocket | undefined {
    for (const hostname of hostnames) {
      try {
        const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
        return new UdpSocket(socket, onDatagram);
      } catch (error) {
        if (error instanceof Deno.errors.AddrInUse) return undefined;
        // No IPv6 here: the next address decides.
      }
    }
    return undefined;
  }
}

class UdpPair implements SocketPair {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly #rtp: UdpSocket;
  readonly #rtcp: UdpSocket;

  constructor(rtp: UdpSocket, rtcp: UdpSocket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.rtpPort = rtp.port;
    this.rtcpPort = rtcp.port;
  }

  sendRtp(data: Uint8Array, address: string, port: number): void {
    this.#rtp.send(data, address, port);
  }

  sendRtcp(data: Uint8Array, address: string, port: number): void {
    this.#rtcp.send(data, address, port);
  }

  get failure(): string | undefined {
    return this.#rtp.failure;
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }
}

class UdpSocket {
  readonly port: number;
  readonly #socket: Deno.DatagramConn;
  readonly #dualStack: boolean;
  readonly #onDatagram: OnDatagram;
  readonly #sent = () => this.failure = undefined;
  readonly #unsent = (error: unknown) => this.failure = systemWords(error);
  /** Why the last datagram was not sent. */
  failure: string | undefined;
  #closed = false;
  /** The destination, and how the socket wants it written. */
  #target: Deno.NetAddr & { transport: "udp" } = { transport: "udp", hostname: "", port: 0 };
  #targetAddress = "";
  /** The last source, as the socket writes it and as everyone else does. */
  #sourceHostname = "";
  #sourceAddress = "";

  constructor(socket: Deno.DatagramConn, onDatagram: OnDatagram) {
    const local = socket.addr as Deno.NetAddr;
    this.#socket = socket;
    this.#onDatagram = onDatagram;
    this.port = local.port;
    this.#dualStack = local.hostname.includes(":");
    this.#receive();
  }

  send(data: Uint8Array, address: string, port: number): void {
    if (this.#closed) return;
    if (address !== this.#targetAddress || port !== this.#target.port) {
      const mapped = this.#dualStack && !address.includes(":") ? `::ffff:${address}` : address;
      this.#targetAddress = address;
      this.#target = { transport: "udp", hostname: mapped, port };
    }
    // Unreachable networks and full queues are loss.
    this.#socket.send(data, this.#target).then(this.#sent, this.#unsent);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  async #receive(): Promise<void> {
    const buffer = new Uint8Array(MAX_DATAGRAM);
    for (let failures = 0; !this.#closed && failures < MAX_FAILURES;) {
      try {
        const [data, source] = await this.#socket.receive(buffer);
        failures = 0;
        if (!this.#closed) this.#deliver(data, source as Deno.NetAddr);
      } catch (error) {
        // An ICMP error of an earlier send may surface here; only closing ends the socket.
        if (this.#closed || error instanceof Deno.errors.BadResource) return;
        failures++;
      }
    }
  }

  #deliver(data: Uint8Array, { hostname, port }: Deno.NetAddr): void {
    if (hostname !== this.#sourceHostname) {
      this.#sourceHostname = hostname;
      this.#sourceAddress = canonicalAddress(hostname);
    }
    try {
      this.#onDatagram(data, this.#sourceAddress, port);
    } catch (error) {
      // A bug of ours, not of the network: tell it, and keep listening.
      reportError(error);
    }
  }
}

/** `Network is unreachable` */
function systemWords(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ \(os error \d+\)$/, "") : String(error);
}

/** Whether this is an IPv4 or IPv6 address, not a name. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

/** One spelling per address: IPv4 mapped into IPv6 as IPv4, IPv6 compressed in lower case. */
export function canonicalAddress(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  try {
    return new URL(`http://[${address}]`).hostname.slice(1, -1);
  } catch {
    return address.toLowerCase();
  }
}
