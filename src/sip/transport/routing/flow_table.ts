/**
 * Every flow of one user agent: UDP sockets, connections that we opened, connections that came to our
 * listeners. Finds a flow to a target, or opens it, once for all who ask at the same time.
 *
 * UDP is loaded at once; connections, TLS and WebSocket with the first that needs them: they weigh more
 * than the rest of the phone's start.
 */
import type { TlsSettings, TransportName } from "../../../core/account/mod.ts";
import { lazily, OffhookError } from "../../../base/mod.ts";
import type { Target } from "../../dns/mod.ts";
import {
  type AcceptedConnections,
  type Address,
  type BaseFlow,
  type Clock,
  type FlowOwner,
  hasAddress,
  type HostNetwork,
  hostNetwork,
  isIPv6,
  type Listener,
  type ListenOptions,
  plainHost,
  type TimerHandle,
  type TransportLayerOptions,
  type UdpFlow,
  UdpSocket,
  wayToward,
} from "../flow/mod.ts";

const CONNECT_TIMEOUT_MS = 5000;
const KEEPALIVE_MS = 25_000;
/** How long what is under way on a connection may go on there, while another has taken its place. */
const RETIRED_MS = 180_000;
const DEFAULT_TLS: TlsSettings = { minVersion: "1.2", verify: true };
/** How long the last messages may take to reach the kernel before the sockets are closed. */
const DRAIN_MS = 300;

/** How a connection is opened when there is none. */
export interface Opening {
  /** Of the whole attempt, ms. */
  timeoutMs?: number;
  /** From the wished port: the account's own connection, whose port is in its Contact. */
  fromWishedPort?: boolean;
}

/** What the table tells the layer. */
export interface FlowTableSink {
  received(flow: BaseFlow, bytes: Uint8Array): void;
  sending(flow: BaseFlow, text: string): void;
  opened(flow: BaseFlow): void;
  closed(flow: BaseFlow, error: OffhookError | undefined): void;
  /** Its peer sees us at another address. */
  moved(flow: BaseFlow): void;
  /** The flows that calls are on. */
  inCalls(): ReadonlySet<BaseFlow>;
}

export interface FlowTableOptions extends TransportLayerOptions {
  clock: Clock;
  random: () => number;
  /** Path of WebSocket URLs that we open. */
  path?: string;
}

export class FlowTable implements FlowOwner {
  readonly clock: Clock;
  readonly random: () => number;
  readonly keepaliveMs: number;
  readonly host: HostNetwork;
  readonly #connections = new Set<BaseFlow>();
  readonly #retiring = new Map<BaseFlow, TimerHandle>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #opening = new Map<string, Promise<BaseFlow>>();
  readonly #listeners: Listener[] = [];
  #accepted: AcceptedConnections | undefined;
  readonly #sockets: UdpSocket[] = [];
  readonly #binding = new Map<4 | 6, Promise<UdpSocket>>();
  /** The last try from the wished port had no answer: a firewall may still hold the old connection. */
  #wishWasSilent = false;
  #closed = false;

  constructor(readonly options: FlowTableOptions, readonly sink: FlowTableSink) {
    this.clock = options.clock;
    this.random = options.random;
    this.keepaliveMs = options.keepaliveMs ?? KEEPALIVE_MS;
    this.host = options.host ?? hostNetwork;
  }

  received(flow: BaseFlow, bytes: Uint8Array): void {
    flow.lastHeardAt = this.clock.now();
    this.sink.received(flow, bytes);
  }

  sending(flow: BaseFlow, text: string): void {
    this.sink.sending(flow, text);
  }

  moved(flow: BaseFlow): void {
    this.sink.moved(flow);
  }

  leaving(sent: Promise<void>): void {
    const done = sent.catch(() => {}).finally(() => this.#leaving.delete(done));
    this.#leaving.add(done);
  }

  /** Resolves when what was sent is with the kernel: a process that ends loses the rest. */
  async drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.clock.setTimeout(resolve, DRAIN_MS);
    await Promise.race([Promise.all(this.#leaving), promise]);
    this.clock.clearTimeout(timer);
  }

  closed(flow: BaseFlow, error: OffhookError | undefined): void {
    this.#connections.delete(flow);
    this.clock.clearTimeout(this.#retiring.get(flow));
    this.#retiring.delete(flow);
    this.sink.closed(flow, error);
  }

  /**
   * The flow to a target, an open one when there is one.
   * @throws OffhookError `unreachable`, `tls-failed`, `file-unusable`
   */
  async toward(target: Target, how: Opening = {}): Promise<BaseFlow> {
    if (this.#closed) throw new OffhookError("unreachable", "The SIP transport is closed");
    if (target.transport === "udp") return await this.udpToward(target);
    const open = this.#find(target);
    if (open !== undefined) return open;
    const key = `${target.transport} ${target.host} ${target.port} ${target.name}`;
    const pending = this.#opening.get(key);
    if (pending !== undefined) return await pending;
    const opening = this.#open(target, how).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return await opening;
  }

  async udpToward(remote: Address): Promise<UdpFlow> {
    const socket = await this.#socketFor(remote.host);
    return socket.flowTo({ host: plainHost(remote.host), port: remote.port });
  }

  /** @throws OffhookError `unreachable`, `usage` */
  async listen(transport: TransportName, at: Address, options: ListenOptions): Promise<Address> {
    if (transport === "udp") {
      const socket = await UdpSocket.bind(this, at);
      this.#sockets.push(socket);
      return socket.bound;
    }
    const { listenFor } = await lazily<typeof import("../flow/listen.ts")>(
      import.meta.url,
      "../flow/listen.ts",
    );
    const { AcceptedConnections } = await lazily<typeof import("../flow/accepted_connections.ts")>(
      import.meta.url,
      "../flow/accepted_connections.ts",
    );
    const inCalls = () => this.sink.inCalls();
    this.#accepted ??= new AcceptedConnections({ clock: this.clock, inCalls });
    const add = (flow: BaseFlow) => this.#add(flow);
    const listener = await listenFor(this, transport, at, options, this.#accepted, add);
    this.#listeners.push(listener);
    return listener.address;
  }

  /** The local port that a peer can reach us on by this flow's transport, after the flow is gone. */
  listeningPort(flow: BaseFlow): number {
    const listener = this.#listeners.find((each) =>
      each.transport === flow.transport && isIPv6(each.address.host) === isIPv6(flow.local.host)
    );
    return listener?.address.port ?? flow.local.port;
  }

  /** The address that this host uses toward a flow's peer now; undefined: it has no way there. */
  localHost(flow: BaseFlow): string | undefined {
    return wayToward(flow.remote.host, this.host, flow.local.host);
  }

  /**
   * The host's addresses have changed. UDP leaves from the new ones, connections from one that is gone
   * are closed where there is another way. @returns the flows that changed
   */
  follow(): BaseFlow[] {
    const moved: BaseFlow[] = this.#sockets.flatMap((socket) => socket.follow());
    for (const flow of [...this.#connections]) {
      const way = this.localHost(flow);
      if (way === undefined || way === flow.local.host || this.#has(flow.local.host)) continue;
      moved.push(flow);
      flow.close(new OffhookError("unreachable", `This machine left ${flow.local.host}`));
    }
    return moved;
  }

  /** Another connection is to take its place: what is under way may end on it. */
  retire(flow: BaseFlow): void {
    if (flow.retired) return;
    flow.retired = true;
    this.#retiring.set(flow, this.clock.setTimeout(() => flow.close(), RETIRED_MS));
  }

  #has(address: string): boolean {
    return hasAddress(address, this.host);
  }

  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners.splice(0)) listener.close();
    for (const flow of [...this.#connections]) flow.close();
    this.#accepted?.close();
    for (const socket of this.#sockets.splice(0)) socket.close();
    this.#binding.clear();
  }

  #find(target: Target): BaseFlow | undefined {
    for (const flow of this.#connections) {
      const same = flow.isOpen && !flow.retired && flow.transport === target.transport &&
        flow.remote.port === target.port && flow.remote.host === target.host;
      // A certificate is verified for one name only; who came to us showed none.
      const trusted = flow.transport === "tcp" || flow.transport === "ws" ||
        flow.name === target.name;
      if (same && trusted) return flow;
    }
    return undefined;
  }

  async #open(target: Target, { timeoutMs, fromWishedPort }: Opening): Promise<BaseFlow> {
    const { tls = DEFAULT_TLS, connectTimeoutMs = CONNECT_TIMEOUT_MS, path, bind } = this.options;
    const wishedPort = fromWishedPort && !this.#wishWasSilent ? bind?.wishedPort : undefined;
    this.#wishWasSilent = false;
    const { openFlow } = await lazily<typeof import("../flow/connect.ts")>(
      import.meta.url,
      "../flow/connect.ts",
    );
    const flow = await openFlow(this, target, {
      tls,
      timeoutMs: timeoutMs ?? connectTimeoutMs,
      path: target.path ?? path,
      ...(wishedPort === undefined ? {} : { wishedPort }),
    }).catch((error: OffhookError) => {
      this.#wishWasSilent = wishedPort !== undefined && error.data?.cause === "ETIMEDOUT";
      throw error;
    });
    this.#add(flow);
    return flow;
  }

  #add(flow: BaseFlow): void {
    // It may have broken before anybody could hear of it.
    if (this.#closed || !flow.isOpen) return flow.close();
    this.#connections.add(flow);
    this.sink.opened(flow);
  }

  async #bind(host: string): Promise<UdpSocket> {
    const { port = 0, wishedPort = 0 } = this.options.bind ?? {};
    if (port !== 0 || wishedPort === 0) return await UdpSocket.bind(this, { host, port });
    return await UdpSocket.bind(this, { host, port: wishedPort })
      .catch(() => UdpSocket.bind(this, { host, port }));
  }

  async #socketFor(host: string): Promise<UdpSocket> {
    const bound = this.#sockets.find((socket) => socket.reaches(host));
    if (bound !== undefined) return bound;
    const family = isIPv6(host) ? 6 : 4;
    let binding = this.#binding.get(family);
    if (binding === undefined) {
      const wish = this.options.bind;
      const any = family === 6 ? "::" : "0.0.0.0";
      const fits = wish?.host !== undefined && isIPv6(plainHost(wish.host)) === (family === 6);
      binding = this.#bind(fits ? wish.host! : any);
      this.#binding.set(family, binding);
    }
    try {
      const socket = await binding;
      if (this.#closed) socket.close();
      else if (!this.#sockets.includes(socket)) this.#sockets.push(socket);
      return socket;
    } finally {
      this.#binding.delete(family);
    }
  }
}
