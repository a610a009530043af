/**
 * The way of one user agent to the network: the transport layer, the account's connection, and what
 * messages need to know of both.
 *
 *     UserAgent ─ send, flowToward ─► TransportLayer ─► flows
 *               ◄ message, connected, disconnected ─┘      (account: one flow, kept up by Connection)
 */
import type { Account, TransportName } from "../core/account/mod.ts";
import type { Clock } from "../base/time/mod.ts";
import { type ErrorJson, OffhookError } from "../base/mod.ts";
import type { RequestOrigin } from "../core/ports/mod.ts";
import type { Log } from "./library/mod.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { ProbeRate, RejectionLog } from "./limits/mod.ts";
import { escapedUser, parseUri, type SipMessage } from "./message/mod.ts";
import { TransportLayer } from "./transport/mod.ts";
import type {
  Address,
  Flow,
  LayerEvent,
  ListenOptions,
  TransportLayerOptions,
} from "./transport/flow/mod.ts";

/** Failures that nobody asked about are forgotten beyond this many. */
const MAX_FAILURES = 100;

export interface NetworkOptions {
  account: Account;
  clock: Clock;
  random: () => number;
  transport: Omit<TransportLayerOptions, "nextHop" | "tls" | "clock" | "random" | "heeds">;
  /** Whether a request for this user part is for us. */
  takesUser(user: string, flow: Flow): boolean;
  log: Log;
  events: NetworkEvents;
}

export interface NetworkEvents extends ConnectionEvents {
  /** Nothing of this finished request is kept any more. */
  forgotten(transactionId: string): void;
  /** Our address, as the account's server sees it, is another one now. */
  addressChanged(): void;
  /** What became of any flow. */
  heard(event: LayerEvent): void;
}

export class Network {
  readonly #account: Account;
  readonly #layer: TransportLayer;
  readonly #connection: Connection | undefined;
  readonly #options: NetworkOptions;
  readonly #failures = new Map<string, ErrorJson>();
  readonly #rejections: RejectionLog;
  readonly #probes = new ProbeRate();
  /** Messages that are not on the wire yet. */
  readonly #sending = new Set<Promise<unknown>>();

  /** @throws OffhookError `invalid-target` for a server or proxy that is none */
  constructor(options: NetworkOptions) {
    const { account, clock, random, events } = options;
    this.#options = options;
    this.#rejections = new RejectionLog((text) => options.log("info", text), () => clock.now());
    this.#account = account;
    const nextHop = nextHopOf(account);
    this.#layer = new TransportLayer({
      ...options.transport,
      ...(nextHop === undefined ? {} : { nextHop }),
      clock,
      random,
      tls: account.tls,
      heeds: (request, flow) => this.#heeds(request, flow),
    });
    this.#layer.subscribe((event) => this.#heed(event));
    this.#layer.onForgotten = (transactionId) => events.forgotten(transactionId);
    if (nextHop !== undefined) {
      this.#connection = new Connection(this.#layer, clock, random, events);
    }
  }

  /** Receives every message that is sound and no repetition. */
  set onMessage(receive: (message: SipMessage, flow: Flow) => void) {
    this.#layer.onMessage = receive;
  }

  /** The account's flow while it is up; always undefined without an account. */
  get flow(): Flow | undefined {
    return this.#connection?.flow;
  }

  /** Which of the configured servers the account's flow leads to, from 0. */
  get hop(): number {
    return this.#layer.hop;
  }

  /** Who sends what comes on a flow. */
  originOf(flow: Flow): RequestOrigin {
    return this.#layer.isServer(flow) ? "server" : "stranger";
  }

  /** A request came from its dialog's peer: who is reached by that flow from now on. */
  moved(request: SipMessage, flow: Flow): void {
    this.#layer.dialogMoved(request, flow);
  }

  /** Whether who sends on a flow is who a SIP URI leads to, by its address. Never rejects. */
  comesFrom(uri: string, flow: Flow): Promise<boolean> {
    return this.#layer.comesFrom(uri, flow);
  }

  start(): void {
    this.#connection?.start();
  }

  /** @throws OffhookError `unreachable` when it cannot be bound, `usage` without a certificate */
  listen(transport: TransportName, at: Address, options?: ListenOptions): Promise<Address> {
    return this.#layer.listen(transport, at, options);
  }

  /** @throws OffhookError (rejects) when it cannot be sent */
  send(text: string, flow?: Flow): Promise<void> {
    const sending = this.#layer.send(text, flow).then(() => {});
    this.#sending.add(sending);
    const done = () => void this.#sending.delete(sending);
    sending.then(done, done);
    return sending;
  }

  /** The flow that a request to `uri` will take. @throws OffhookError (rejects) when there is none */
  flowToward(uri: string): Promise<Flow> {
    return this.#connection?.ensure() ?? this.#layer.flowToward(uri);
  }

  /** Undefined: requests have their way. Else a try to get it, which may reject. */
  reach(): Promise<unknown> | undefined {
    const connection = this.#connection;
    return connection === undefined || connection.flow !== undefined
      ? undefined
      : connection.ensure();
  }

  /** The local address for SDP of a call that began on `flow`. */
  localAddress(flow: Flow): string {
    const known = this.#layer.keeps(flow) ? flow : this.flow ?? flow;
    return this.#layer.localHost(known) ?? known.local.host;
  }

  /**
   * The host's addresses have changed, or it slept: connections are opened anew where that is needed.
   * `up` and `addressChanged` tell what came of it.
   */
  follow(slept: boolean): void {
    if (this.#connection === undefined) this.#layer.follow();
    else this.#connection.follow(slept);
  }

  /** Our Contact's URI as it stands on the wire of a flow. */
  contactOn(flow: Flow): string {
    const { host, port, transport } = this.#layer.contactOf(flow);
    const place = port === undefined ? host : `${host}:${port}`;
    const parameter = transport === undefined ? "" : `;transport=${transport}`;
    return `sip:${escapedUser(this.#account.user)}@${place}${parameter}`;
  }

  /** Why a request of ours could not be delivered; told once. */
  failureOf(sipCallId: string, method: string): ErrorJson | undefined {
    const key = `${sipCallId} ${method}`;
    const error = this.#failures.get(key);
    this.#failures.delete(key);
    return error;
  }

  /** The server is out of service: another of its addresses may do better; false: it has no other. */
  failOver(): Promise<boolean> {
    return this.#layer.failOver();
  }

  /** The server answers keepalives of a flow, and wants one every so many seconds. */
  keepAlive(flow: Flow, seconds: number | undefined): void {
    this.#layer.keepFlow(flow, seconds);
  }

  /** How many servers the account has. */
  get hops(): number {
    return this.#layer.hops;
  }

  /** A flow to another of the account's servers. @throws OffhookError (rejects) why there is none */
  openFurther(hop: number): Promise<{ flow: Flow; keep: () => void }> {
    return this.#layer.openFurther(hop);
  }

  /** A flow is not to take the place of the account's any more. */
  release(flow: Flow): void {
    this.#layer.release(flow);
  }

  /** Whether this host reaches a flow's peer from where it did. */
  isInPlace(flow: Flow): boolean {
    return this.#layer.localHost(flow) === flow.local.host;
  }

  /** Closes everything, after what is under way: the last ACK, the answer to a BYE. */
  async close(): Promise<void> {
    this.#connection?.stop();
    this.#rejections.flush();
    await Promise.allSettled(this.#sending);
    await this.#layer.close();
  }

  /** False: a stranger's request that concerns nobody here, and one of too many. */
  #heeds({ method, requestUri }: SipMessage, flow: Flow): boolean {
    // An ACK ends what was answered before.
    if (method === "ACK" || this.originOf(flow) === "server") return true;
    const user = parseUri(requestUri)?.user ?? "";
    if (method !== "OPTIONS" && this.#options.takesUser(user, flow)) return true;
    return this.#probes.take(flow.remote.host, this.#options.clock.now());
  }

  #heed(event: LayerEvent): void {
    this.#options.events.heard(event);
    switch (event.type) {
      case "request-failed":
        if (this.#failures.size >= MAX_FAILURES) this.#failures.clear();
        this.#failures.set(`${event.callId} ${event.method}`, event.error);
        return;
      case "public-address":
        if (event.flow === this.flow) this.#options.events.addressChanged();
        return;
      case "message-rejected":
        return this.#rejections.add(event.flow.remote.host, event.reason);
    }
  }
}

/** @throws OffhookError for a server that would make messages of ours malformed */
function nextHopOf(account: Account): TransportLayerOptions["nextHop"] {
  const { server, outboundProxy, backupProxies = [], transport } = account;
  if (server === "") return undefined;
  if (parseUri(`sip:${server}`) === undefined) {
    throw new OffhookError("invalid-target", `${JSON.stringify(server)} is not a server`, {
      hint: "Write HOST or HOST:PORT.",
      data: { server },
    });
  }
  const way = outboundProxy === undefined
    ? { server, backups: backupProxies }
    : { server: outboundProxy, backups: backupProxies, domain: server };
  return { ...way, ...(transport === undefined ? {} : { transport }) };
}
