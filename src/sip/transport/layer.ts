/**
 * The transport layer of one user agent (RFC 3261 §18) with the halves of its transactions that SipStack
 * lacks (§17).
 *
 *     SipStack ─ send ─► routing ─► Via, Contact ─► transactions ─► flow ─► network
 *     SipStack ◄─────── hook ◄─ transactions ◄─ received/rport ◄─ guard ◄─ flow ◄─ network
 *
 * Account mode (`nextHop`): requests take the flow that {@link TransportLayer.connect} opened. Direct
 * mode: each goes where its Route or request URI says. Responses go back where the request came from.
 * Nothing that a peer sends makes it throw.
 */
import { scanText, type SipMessage, type TraceRecord } from "../message/mod.ts";
import type { TransportName } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { type Destination, locate, SystemResolver, type Target } from "../dns/mod.ts";
import {
  ClientTransactions,
  type ServerTransaction,
  ServerTransactions,
} from "./transaction/mod.ts";
import {
  type Address,
  type BaseFlow,
  type Clock,
  cryptoRandom,
  type Flow,
  type LayerEvent,
  type ListenOptions,
  type NextHop,
  type SipContactAddress,
  systemClock,
  type TransportLayerOptions,
  UdpFlow,
} from "./flow/mod.ts";
import {
  accountHops,
  configuredHops,
  DialogFlows,
  FlowTable,
  KnownAddresses,
  type NextHopConnection,
  parseHopUri,
  Routing,
} from "./routing/mod.ts";
import { Failover } from "./failover.ts";
import { Inbound } from "./inbound.ts";
import { Outbound } from "./outbound.ts";
import { contactAddress } from "./stamps.ts";

export class TransportLayer {
  /**
   * Receives every message that is for SipStack: sound, stamped, not repeated. What it throws makes the
   * layer answer 500.
   */
  onMessage: ((message: SipMessage, flow: Flow) => void) | undefined;

  /** A finished request made way for others; {@link transactionId} names it. */
  onForgotten: ((transactionId: string) => void) | undefined;

  readonly clock: Clock;
  readonly random: () => number;
  readonly #subscribers = new Set<(event: LayerEvent) => void>();
  readonly #flows: FlowTable;
  readonly #client: ClientTransactions<BaseFlow>;
  readonly #server: ServerTransactions<BaseFlow>;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #routing: Routing;
  readonly #failover: Failover;
  readonly #account: NextHopConnection | undefined;
  readonly #dialogs = new DialogFlows();
  #closed = false;

  /** @throws OffhookError `invalid-target` when `nextHop.server` is no server */
  constructor(readonly options: TransportLayerOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? cryptoRandom;
    if (options.onEvent !== undefined) this.#subscribers.add(options.onEvent);
    const hops = options.nextHop === undefined ? [] : configuredHops(options.nextHop);
    this.#flows = this.#makeFlows(hops[0]?.path);
    this.#client = new ClientTransactions<BaseFlow>({
      clock: this.clock,
      onUnanswered: (transaction) => this.#failover.unanswered(transaction),
      onResent: (transaction) => this.#failover.resent(transaction),
    });
    this.#server = new ServerTransactions<BaseFlow>(this.clock, {
      onEvicted: (transaction) => this.#evicted(transaction),
    });
    this.#account = options.nextHop && this.#makeAccount(options.nextHop);
    this.#routing = new Routing({
      dialogs: this.#dialogs,
      account: this.#account,
      locate: (destination) => this.#locate(destination),
      open: (target) => this.#flows.toward(target),
      routes: options.routes,
    });
    this.#outbound = this.#makeOutbound();
    this.#failover = this.#makeFailover();
    this.#inbound = this.#makeInbound();
  }

  #makeFlows(path: string | undefined): FlowTable {
    return new FlowTable({ ...this.options, clock: this.clock, random: this.random, path }, {
      received: (flow, bytes) => this.#inbound.receive(flow, bytes),
      sending: (flow, text) => this.#trace(flow, "out", text),
      opened: (flow) => this.#emit({ type: "flow-opened", flow }),
      closed: (flow, error) => this.#flowClosed(flow, error),
      moved: (flow) => this.#emit({ type: "public-address", flow }),
      inCalls: () => this.#dialogs.inCalls(),
    });
  }

  #makeAccount(nextHop: NextHop): NextHopConnection {
    return accountHops(nextHop, {
      clock: this.clock,
      locate: (destination) => this.#locate(destination),
      open: (target) => this.#openNextHop(target),
    });
  }

  #makeOutbound(): Outbound {
    return new Outbound({
      client: this.#client,
      server: this.#server,
      flows: this.#flows,
      routing: this.#routing,
      dialogs: this.#dialogs,
      udpLimit: this.options.udpLimit,
      clock: this.clock,
      emit: (event) => this.#emit(event),
    });
  }

  #makeFailover(): Failover {
    return new Failover({
      clock: this.clock,
      client: this.#client,
      outbound: this.#outbound,
      account: this.#account,
      emit: (event) => this.#emit(event),
      deliver: (message, flow) => this.onMessage?.(message, flow),
      retire: (flow) => this.#replaced(flow),
    });
  }

  #makeInbound(): Inbound {
    return new Inbound({
      client: this.#client,
      server: this.#server,
      dialogs: this.#dialogs,
      onRequest: this.options.onRequest,
      refused: (transaction, message) => this.#failover.refused(transaction, message),
      heeds: this.options.heeds ?? (() => true),
      trace: (flow, text) => this.#trace(flow, "in", text),
      emit: (event) => this.#emit(event),
      deliver: (message, flow) => this.onMessage?.(message, flow),
      respond: (text) => void this.send(text).catch(() => {}),
    });
  }

  /** Account mode: the open flow to the next hop. */
  get nextHopFlow(): Flow | undefined {
    return this.#account?.flow;
  }

  /** Account mode: whether what comes on a flow comes from the account's server. */
  isServer(flow: Flow): boolean {
    return this.#account?.isServer(flow) ?? false;
  }

  /** A request on a flow is known to come from its dialog's peer, who is reached there from now on. */
  dialogMoved(request: SipMessage, flow: Flow): void {
    this.#dialogs.moved(request, flow as BaseFlow);
  }

  /** Whether who sends on a flow is who a SIP URI leads to, by its address. Never rejects. */
  async comesFrom(uri: string, flow: Flow): Promise<boolean> {
    const hop = parseHopUri(uri);
    const targets = hop === undefined ? [] : await this.#locate(hop).catch(() => []);
    return new KnownAddresses(targets).include(flow);
  }

  /** Adds a listener of events; the returned function takes it away. */
  subscribe(listener: (event: LayerEvent) => void): () => void {
    this.#subscribers.add(listener);
    return () => void this.#subscribers.delete(listener);
  }

  /**
   * Account mode: opens the flow to the next hop, target by target (RFC 3263 §4.3); open already: that.
   * @throws OffhookError `unreachable`, `tls-failed`, `file-unusable`; `internal` in direct mode
   */
  connect(): Promise<Flow> {
    if (this.#account !== undefined) return this.#account.connect();
    return Promise.reject(new OffhookError("internal", "A transport without next hop connects"));
  }

  /** Account mode: closes the flow to the next hop; listeners and other flows stay. */
  disconnect(): void {
    this.#account?.flow?.close();
  }

  /**
   * The host's addresses have changed: what leaves from another one from now on is made right. Account
   * mode: true when that is so of the way to the next hop; a connection has to be opened anew then.
   */
  follow(): boolean {
    const flow = this.#account?.flow;
    const way = flow === undefined ? undefined : this.#flows.localHost(flow);
    const leaves = flow?.reliable && way !== undefined && way !== flow.local.host;
    if (leaves) this.leaveNextHop();
    const moved = this.#flows.follow();
    return leaves || (flow !== undefined && moved.includes(flow));
  }

  /** Account mode: the next connect opens a flow anew, what is under way on this one may end there. */
  leaveNextHop(): void {
    this.#retire(this.#account?.leave());
  }

  /** Another flow is in use: the former one stays where several are kept. */
  #replaced(flow: BaseFlow): void {
    if (!this.#account?.keepsSeveral) this.#retire(flow);
  }

  /** UDP has one socket for all: what is under way there goes on. */
  #retire(flow: BaseFlow | undefined): void {
    if (flow?.reliable) this.#flows.retire(flow);
  }

  /** Account mode: the next hop is not the best of its addresses. */
  get isSecondBest(): boolean {
    return this.#account?.isSecondBest ?? false;
  }

  /** Account mode: back to the best address of the next hop, unless a call is on; true: done. */
  async goBack(): Promise<boolean> {
    const flow = this.#account?.flow;
    if (flow === undefined || this.#dialogs.inCalls().has(flow)) return false;
    const better = await this.#account?.goBack();
    if (better === undefined || better === flow) return false;
    this.#replaced(flow);
    this.#emit({ type: "next-hop-changed", flow: better });
    return true;
  }

  /** Account mode: how many servers are configured. */
  get hops(): number {
    return this.#account?.options.hops ?? 0;
  }

  /** Account mode: which of the configured servers the flow in use leads to. */
  get hop(): number {
    return this.#account?.hop ?? 0;
  }

  /** Account mode: whether a flow is in use, or kept beside the one in use. */
  keeps(flow: Flow): boolean {
    return this.#account?.keeps(flow as BaseFlow) ?? false;
  }

  /**
   * Account mode: a flow to another of the configured servers; after `keep()` it takes the place of the
   * one in use when that is lost.
   * @throws OffhookError (rejects) as {@link connect}
   */
  openFurther(hop: number): Promise<{ flow: Flow; keep: () => void }> {
    if (this.#account !== undefined) return this.#account.openFurther(hop);
    return Promise.reject(new OffhookError("internal", "A transport without next hop connects"));
  }

  /** Account mode: a flow is not kept any more; what is under way on a connection may end there. */
  release(flow: Flow): void {
    this.#account?.release(flow as BaseFlow);
    if (flow !== this.#account?.flow) this.#retire(flow as BaseFlow);
  }

  /** The address that this host uses toward a flow's peer now; undefined: it has no way there. */
  localHost(flow: Flow): string | undefined {
    return this.#flows.localHost(flow as BaseFlow);
  }

  /**
   * Account mode: the server is out of service: another of its addresses takes its place. What is under
   * way with it goes on.
   * @returns false when there is no other
   */
  async failOver(): Promise<boolean> {
    const flow = this.#account?.flow;
    if (flow === undefined || !this.#account?.hasAlternative) return false;
    const next = await this.#account.advance();
    if (next === undefined) return false;
    this.#replaced(flow);
    this.#emit({ type: "next-hop-changed", flow: next });
    return true;
  }

  /**
   * Listens; port 0 takes a free one. Resolves with the bound address.
   * @throws OffhookError `unreachable` when it cannot be bound, `usage` without a certificate
   */
  listen(transport: TransportName, at: Address, options: ListenOptions = {}): Promise<Address> {
    return this.#flows.listen(transport, at, options);
  }

  /**
   * Sends a request or response as SipStack writes it; Via, and Contacts at an `.invalid` host, are made
   * right for the flow. `flow` forces the way of a request outside dialogs. Resolves with the flow.
   * @throws OffhookError (rejects) when no flow can be had or it breaks
   */
  send(text: string, flow?: Flow): Promise<Flow> {
    const scan = scanText(text);
    if (!scan.ok) {
      const { reason } = scan.fault;
      return Promise.reject(new OffhookError("internal", `A message of ours is bad: ${reason}`));
    }
    return this.#outbound.send(scan.message, flow as BaseFlow | undefined);
  }

  /**
   * The flow that a request to a SIP URI would take, opened when it is not: for SDP and Contact.
   * @throws OffhookError as {@link send}; `invalid-target` when it is no SIP URI
   */
  async flowToward(uri: string): Promise<Flow> {
    const hop = parseHopUri(uri);
    if (hop === undefined && this.#account === undefined) {
      throw new OffhookError("invalid-target", `${JSON.stringify(uri)} is not a SIP URI`, {
        hint: "Write sip:user@host or sip:user@host:port.",
        data: { uri },
      });
    }
    return await this.#routing.flowToward(hop ?? { host: "", hostPort: "" });
  }

  /** The peer of a connection answers its keepalives, and wants one every so many seconds. */
  keepFlow(flow: Flow, seconds: number | undefined): void {
    (flow as BaseFlow).keep(seconds === undefined ? undefined : seconds * 1000);
  }

  /** What a Contact of ours has to say on a flow. */
  contactOf(flow: Flow): SipContactAddress {
    const known = flow as BaseFlow;
    return contactAddress(known, this.#flows.listeningPort(known));
  }

  /** Closes every flow and listener; nothing is delivered or sent any more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.onMessage = undefined;
    this.#client.close();
    this.#server.close();
    await this.#flows.drained();
    this.#account?.flow?.close();
    this.#flows.close();
  }

  #locate(destination: Destination): Promise<Target[]> {
    return locate(destination, this.options.resolver ?? new SystemResolver(), this.random);
  }

  async #openNextHop(target: Target): Promise<BaseFlow> {
    const flow = await this.#flows.toward(target, { fromWishedPort: true });
    if (flow instanceof UdpFlow) flow.keepAlive();
    return flow;
  }

  #emit(event: LayerEvent): void {
    for (const subscriber of [...this.#subscribers]) subscriber(event);
  }

  #trace(flow: BaseFlow, direction: TraceRecord["direction"], text: string): void {
    const { transport, local, remote } = flow;
    // For people: the time of day, also after the clock was set.
    this.options.trace?.({ time: Date.now(), direction, transport, local, remote, text });
  }

  #flowClosed(flow: BaseFlow, error: OffhookError | undefined): void {
    const json = error === undefined ? {} : { error: error.toJSON() };
    this.#emit({ type: "flow-closed", flow, ...json });
    const end = this.#account?.closed(flow, error !== undefined);
    if (end === "lost") this.#emit({ type: "next-hop-lost", ...json });
    const next = this.#account?.flow;
    if (end === "replaced" && next) this.#emit({ type: "next-hop-changed", flow: next });
    if (!this.#closed) this.#failover.closed(flow, error);
  }

  #evicted({ id, method, status }: ServerTransaction<BaseFlow>): void {
    // A call is up: its 200 may still be waiting for the ACK.
    if (method !== "INVITE" || status >= 300) this.onForgotten?.(id);
  }
}
