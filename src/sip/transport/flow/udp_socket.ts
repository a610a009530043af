/**
 * One bound UDP socket and the flows over it, one a remote address.
 */
import { lazily } from "../../../base/mod.ts";
import { bindDatagrams, type Datagrams } from "./datagrams.ts";
import { BaseFlow, type FlowOwner, isIPv6 } from "./flow.ts";
import { Keepalive } from "./keepalive.ts";
import { localAddressToward, wayToward } from "./local_address.ts";
import { listenError, sendError } from "./network_error.ts";
import type { StunKeepalive } from "./stun_keepalive.ts";
import type { Address } from "./types.ts";

/** Remote addresses remembered a socket; beyond it the one that is longest silent is forgotten. */
const MAX_FLOWS = 4096;
/** The first octet of a STUN message at most (RFC 7983 §7). */
const MOST_OF_STUN = 3;

export class UdpSocket {
  readonly #flows = new Map<string, UdpFlow>();
  readonly #encoder = new TextEncoder();
  #closed = false;

  readonly #datagrams: Datagrams;

  private constructor(readonly owner: FlowOwner, datagrams: Datagrams) {
    this.#datagrams = datagrams;
  }

  /** Binds; port 0 takes a free one. Throws `unreachable` when the address cannot be bound. */
  static async bind(owner: FlowOwner, at: Address): Promise<UdpSocket> {
    let socket: UdpSocket | undefined;
    try {
      const datagrams = await bindDatagrams(at, (bytes, from) => {
        if (socket !== undefined) socket.#receive(bytes, from);
      });
      return socket = new UdpSocket(owner, datagrams);
    } catch (cause) {
      throw listenError("udp", at, cause);
    }
  }

  get bound(): Address {
    return this.#datagrams.bound;
  }

  get isWildcard(): boolean {
    return this.bound.host === "0.0.0.0" || this.bound.host === "::";
  }

  /** True: it can reach addresses of that family. */
  reaches(host: string): boolean {
    return isIPv6(host) === isIPv6(this.bound.host);
  }

  flowTo(remote: Address, accepted = false): UdpFlow {
    const key = `${remote.host} ${remote.port}`;
    let flow = this.#flows.get(key);
    // Put back at the end: the map's order is that of silence.
    if (flow !== undefined) this.#flows.delete(key);
    else flow = new UdpFlow(this, remote, accepted);
    this.#flows.set(key, flow);
    if (this.#flows.size > MAX_FLOWS) this.#forgetOldest();
    return flow;
  }

  /** Strangers are forgotten, never the server whose flow is kept alive. */
  #forgetOldest(): void {
    for (const [key, flow] of this.#flows) {
      if (flow.isKeptAlive) continue;
      this.#flows.delete(key);
      return;
    }
  }

  forget(flow: UdpFlow): void {
    const key = `${flow.remote.host} ${flow.remote.port}`;
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
  }

  /** The host's addresses have changed. @returns the flows that leave from another one now */
  follow(): UdpFlow[] {
    return this.isWildcard ? [...this.#flows.values()].filter((flow) => flow.follow()) : [];
  }

  async send(message: string | Uint8Array, remote: Address): Promise<void> {
    if (this.#closed) throw sendError("udp", remote);
    const bytes = typeof message === "string" ? this.#encoder.encode(message) : message;
    try {
      await this.#datagrams.send(bytes, remote);
    } catch (cause) {
      throw sendError("udp", remote, cause);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const flow of [...this.#flows.values()]) flow.close();
    this.#datagrams.close();
  }

  #receive(bytes: Uint8Array, from: Address): void {
    if (this.#closed) return;
    const flow = this.flowTo(from, true);
    // RFC 5626 §8: no SIP message begins so.
    if (bytes[0]! <= MOST_OF_STUN && flow.takesStun) flow.receiveStun(bytes);
    else this.owner.received(flow, bytes);
  }
}

export class UdpFlow extends BaseFlow {
  readonly transport = "udp";
  #local: Address;
  #keepalive: Keepalive | undefined;
  #stun: StunKeepalive | undefined;

  constructor(readonly socket: UdpSocket, readonly remote: Address, accepted: boolean) {
    super(socket.owner, accepted);
    const { bound } = socket;
    this.#local = socket.isWildcard
      ? { host: localAddressToward(remote.host, socket.owner.host), port: bound.port }
      : bound;
  }

  get local(): Address {
    return this.#local;
  }

  /** True: it leaves from another address now. Where there is no way at all, it stays what it was. */
  follow(): boolean {
    const { host, port } = this.#local;
    const way = wayToward(this.remote.host, this.owner.host, host);
    if (way === undefined || way === host) return false;
    this.#local = { host: way, port };
    this.publicAddress = undefined;
    return true;
  }

  get isKeptAlive(): boolean {
    return this.#keepalive !== undefined;
  }

  /** Sends a CRLF now and then from here on, so that NATs on the way remember us. */
  keepAlive(): void {
    this.#keepalive ??= new Keepalive({
      clock: this.owner.clock,
      random: this.owner.random,
      intervalMs: this.owner.keepaliveMs,
      mustAnswer: false,
      ping: () => this.#ping(),
      dead: () => {},
    });
  }

  /** The server keeps flows: it is asked by STUN from now on. */
  override keep(ms: number | undefined): void {
    this.#keepalive?.hasten(ms);
    if (this.owner.keepaliveMs > 0) void this.#useStun().catch(() => {});
  }

  /** Whether it asked something by STUN. */
  get takesStun(): boolean {
    return this.#stun !== undefined;
  }

  receiveStun(bytes: Uint8Array): void {
    this.lastByteAt = this.owner.clock.now();
    this.#stun?.receive(bytes);
  }

  #ping(): void {
    if (this.#stun?.isOfUse) this.#stun.ask();
    else this.#sendRaw("\r\n");
  }

  #sendRaw(bytes: string | Uint8Array): void {
    this.socket.send(bytes, this.remote).catch(() => {});
  }

  async #useStun(): Promise<void> {
    if (this.#stun !== undefined) return;
    const { StunKeepalive } = await lazily<typeof import("./stun_keepalive.ts")>(
      import.meta.url,
      "./stun_keepalive.ts",
    );
    if (this.#stun !== undefined || !this.isOpen) return;
    this.#stun = new StunKeepalive({
      clock: this.owner.clock,
      send: (bytes) => this.#sendRaw(bytes),
      mapped: (address) => {
        if (this.learn(address)) this.owner.moved(this);
      },
      dead: () => this.close(sendError("udp", this.remote, undefined, NO_ANSWER)),
    });
    this.#stun.ask();
  }

  protected transmit(text: string): Promise<void> {
    return this.socket.send(text, this.remote);
  }

  protected release(): void {
    this.#keepalive?.stop();
    this.#stun?.stop();
    this.socket.forget(this);
  }
}

const NO_ANSWER = "the peer no longer answers keepalives";
