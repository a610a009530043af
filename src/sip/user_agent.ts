/**
 * One SIP user agent behind the core's signalling port: that of an account, or one without an account
 * for calls from and to plain addresses.
 *
 *     core ── SipEffect ─► perform ─► Registration │ OutgoingCall │ IncomingCall │ Session
 *     core ◄─ SipInput ─── notify  ◄─      └─────────── SIP.js core ───────────────┘
 *                                                            │
 *                                                     TransportLayer ─► network
 *
 * A user agent holds the registration and one {@link Leg} for each call; a leg is replaced by the next
 * as the call goes from INVITE to dialog. Nothing that a peer sends, and no effect, makes it throw.
 * Not on the real-time path.
 */
import type {
  InviteUserAgentServer,
  UserAgentCore,
  UserAgentCoreDelegate,
} from "sip.js/lib/core/index.js";
import type { Account, TransportName } from "../core/account.ts";
import type { Clock } from "../core/clock.ts";
import { type ErrorJson, OffhookError } from "../core/errors.ts";
import type { CallId, SipEffect, SipInput } from "../core/sip_port.ts";
import type { Agent, CallEffect, Leg, Log } from "./agent.ts";
import { answer } from "./answer.ts";
import { Connection } from "./connection.ts";
import { makeCore, placeholder } from "./core_setup.ts";
import { displayNameContent, headerValue } from "./header_value.ts";
import { newToken } from "./identifiers.ts";
import { IncomingCall } from "./incoming_call.ts";
import { IncomingMessages } from "./incoming_message.ts";
import { MalformedMessage } from "./library_message.ts";
import type { SipMessage } from "./message.ts";
import { OutgoingCall } from "./outgoing_call.ts";
import { LiteralUri } from "./overrides/literal_uri.ts";
import { Registration } from "./registration.ts";
import { replacedDialog } from "./replaces.ts";
import { cryptoRandom, systemClock } from "./transport/clock.ts";
import { TransportLayer } from "./transport/layer.ts";
import type {
  Address,
  Flow,
  LayerEvent,
  ListenOptions,
  TransportLayerOptions,
} from "./transport/types.ts";
import { escapedUser } from "./uri.ts";

/** ms that calls get to end when the user agent stops. */
const STOP_MS = 1_500;

export interface UserAgentOptions {
  /** With `server: ""`: no account, requests go where their URI says. */
  account: Account;
  /** Reads the password when a challenge comes. */
  password: () => Promise<string>;
  notify: (input: SipInput) => void;
  /** Everything but the next hop and TLS settings, which the account says. */
  transport?: Omit<TransportLayerOptions, "nextHop" | "tls" | "clock" | "random">;
  clock?: Clock;
  /** Uniform in [0, 1): jitter, session ids. Tags and branches are random by themselves. */
  random?: () => number;
  /** User-Agent header. */
  userAgent?: string;
  log?: Log;
}

export class UserAgent {
  readonly account: Account;
  readonly #options: UserAgentOptions;
  readonly #clock: Clock;
  readonly #layer: TransportLayer;
  readonly #core: UserAgentCore;
  readonly #incoming: IncomingMessages;
  readonly #agent: Agent;
  readonly #connection: Connection | undefined;
  readonly #registration: Registration | undefined;
  readonly #legs = new Map<CallId, Leg>();
  readonly #failures = new Map<string, ErrorJson>();
  /** Messages that are not on the wire yet. */
  readonly #sending = new Set<Promise<unknown>>();
  #incomingFlow: Flow | undefined;
  #stopping: (() => void) | undefined;

  /** @throws OffhookError `invalid-target` for a server or proxy that is none, `usage` for bad names */
  constructor(options: UserAgentOptions) {
    this.#options = options;
    this.account = options.account;
    requireSound(options.account);
    this.#clock = options.clock ?? systemClock;
    const random = options.random ?? cryptoRandom;
    this.#layer = new TransportLayer({
      ...options.transport,
      ...nextHopOf(options.account),
      clock: this.#clock,
      random,
      tls: options.account.tls,
    });
    this.#layer.subscribe((event) => this.#heed(event));
    this.#layer.onMessage = (message, flow) => this.#receive(message, flow);
    this.#core = makeCore({
      user: options.account.user,
      userAgent: headerValue("User-Agent", options.userAgent ?? "offhook"),
      log: (level, message) => this.#log(level, message),
      delegate: this.#coreDelegate(),
      send: (text) => this.#send(text),
    });
    this.#incoming = new IncomingMessages(this.#core);
    this.#agent = this.#makeAgent(random);
    if (this.account.server === "") return;
    this.#connection = new Connection(this.#layer, this.#clock, random, {
      up: () => this.#connected(),
      down: (error, retryInMs) => this.#disconnected(error, retryInMs),
    });
    this.#registration = new Registration({
      agent: this.#agent,
      flow: () => this.#connection?.flow,
      contactOn: (flow) => this.#contactOn(flow),
      outOfService: (reason) => this.#layer.failOver(reason),
    });
  }

  /** Begins to connect; how that goes comes as ConnectionChanged. */
  start(): void {
    this.#connection?.start();
  }

  /**
   * Takes calls on an address of this machine; port 0 takes a free one. Resolves with the address.
   * @throws OffhookError `unreachable` when it cannot be bound, `usage` without a certificate
   */
  listen(transport: TransportName, at: Address, options?: ListenOptions): Promise<Address> {
    return this.#layer.listen(transport, at, options);
  }

  /** Requests whose next hop is `hostPort` (`host` or `host:port`) take `flow` from now on. */
  setRoute(hostPort: string, flow: Flow | undefined): void {
    this.#layer.setRoute(hostPort, flow);
  }

  /** Ends the calls, unregisters, and closes the transports: at most some four seconds. */
  async stop(): Promise<void> {
    await this.#endCalls();
    await this.#registration?.unregister();
    this.#registration?.close();
    this.#connection?.stop();
    this.#core.dispose();
    // The last ACK, or the answer to a BYE, is under way: closing now would lose it.
    await Promise.allSettled(this.#sending);
    await this.#layer.close();
  }

  /** Does what the core asks; never throws. What comes of it arrives at `notify`. */
  perform(effect: SipEffect): void {
    try {
      this.#perform(effect);
    } catch (thrown) {
      this.#log("error", `${effect.type} failed: ${OffhookError.from(thrown).message}`);
    }
  }

  #perform(effect: SipEffect): void {
    switch (effect.type) {
      case "Register":
        return this.#registration?.register();
      case "Unregister":
        return void this.#registration?.unregister();
      case "SendInvite": {
        const call = new OutgoingCall(this.#agent, effect);
        this.#legs.set(effect.call, call);
        return call.start();
      }
      default:
        return this.#performOnCall(effect);
    }
  }

  #performOnCall(effect: CallEffect): void {
    const leg = this.#legs.get(effect.call);
    if (leg === undefined) this.#log("debug", `${effect.type} for a call that is over`);
    else leg.perform(effect);
  }

  // What the parts share.

  #makeAgent(random: () => number): Agent {
    const { account } = this;
    return {
      account,
      core: this.#core,
      clock: this.#clock,
      random,
      notify: this.#options.notify,
      log: (level, message) => this.#log(level, message),
      credentials: async () => ({
        username: account.authUser ?? account.user,
        password: await this.#options.password(),
      }),
      identityOn: (flow) => this.#identityOn(flow),
      flowToward: (uri) => this.#connection?.ensure() ?? this.#layer.flowToward(uri),
      reach: () => this.#reach(),
      localAddress: (flow) => (this.#connection?.flow ?? flow).local.host,
      contactLine: () => `Contact: ${placeholder(account.user)}`,
      failureOf: (sipCallId, method) => this.#takeFailure(sipCallId, method),
      leg: (call) => this.#legs.get(call),
      setLeg: (call, leg) => this.#setLeg(call, leg),
    };
  }

  #coreDelegate(): UserAgentCoreDelegate {
    return {
      onInvite: (request) => this.#invited(request as unknown as InviteUserAgentServer),
      // Subscriptions do not exist yet, and transfers from outside a call never.
      onNotify: (request) =>
        void request.reject({ statusCode: 489, extraHeaders: ["Allow-Events: refer"] }),
      onRefer: (request) => void request.reject({ statusCode: 603 }),
    };
  }

  #contactOn(flow: Flow): string {
    const { host, port, transport } = this.#layer.contactOf(flow);
    const place = port === undefined ? host : `${host}:${port}`;
    const parameter = transport === undefined ? "" : `;transport=${transport}`;
    return `sip:${escapedUser(this.account.user)}@${place}${parameter}`;
  }

  #identityOn(flow: Flow): { uri: string; displayName: string } {
    const { user, server, displayName } = this.account;
    const uri = server === "" ? this.#contactOn(flow) : `sip:${escapedUser(user)}@${server}`;
    return { uri, displayName: displayNameContent(displayName ?? "") };
  }

  #reach(): Promise<unknown> | undefined {
    const connection = this.#connection;
    return connection === undefined || connection.flow !== undefined
      ? undefined
      : connection.ensure();
  }

  #setLeg(call: CallId, leg: Leg | undefined): void {
    if (leg === undefined) this.#legs.delete(call);
    else this.#legs.set(call, leg);
    if (this.#legs.size === 0) this.#stopping?.();
  }

  #log(level: Parameters<Log>[0], message: string): void {
    this.#options.log?.(level, message);
  }

  // The network.

  #send(text: string): Promise<void> {
    const sending = this.#layer.send(text).then(() => {});
    this.#sending.add(sending);
    const done = () => void this.#sending.delete(sending);
    sending.then(done, done);
    return sending;
  }

  #receive(message: SipMessage, flow: Flow): void {
    this.#incomingFlow = flow;
    try {
      this.#incoming.deliver(message, (user) => this.#takesUser(user, flow));
    } catch (thrown) {
      this.#refuse(message, flow, thrown);
    } finally {
      this.#incomingFlow = undefined;
    }
  }

  /** What comes through our own server is for us, whatever it calls us. */
  #takesUser(user: string, flow: Flow): boolean {
    return this.account.server === "" || flow === this.#connection?.flow ||
      user === this.account.user;
  }

  #refuse(message: SipMessage, flow: Flow, thrown: unknown): void {
    const malformed = thrown instanceof MalformedMessage ? thrown : undefined;
    const word = thrown instanceof Error ? thrown.message : String(thrown);
    this.#log(malformed ? "info" : "error", `${message.method} could not be handled: ${word}`);
    if (message.kind !== "request" || message.method === "ACK") return;
    const text = malformed
      ? answer(message, malformed.status, { reason: malformed.message })
      : answer(message, 500);
    this.#layer.send(text, flow).catch(() => {});
  }

  #invited(server: InviteUserAgentServer): void {
    const flow = this.#incomingFlow;
    if (flow === undefined || this.#stopping !== undefined) {
      server.reject({ statusCode: 480 });
      return;
    }
    const replaced = replacedDialog(this.#core, server.message);
    if (replaced !== undefined && "refusal" in replaced) {
      server.reject({ statusCode: replaced.refusal });
      return;
    }
    const leg = replaced === undefined
      ? undefined
      : [...this.#legs.values()].find((each) => each.dialog === replaced.dialog);
    if (replaced !== undefined && leg === undefined) {
      server.reject({ statusCode: 481 });
      return;
    }
    new IncomingCall(this.#agent, server, newToken(), flow, leg).start();
  }

  #heed(event: LayerEvent): void {
    switch (event.type) {
      case "request-failed":
        // Bounded: a failure that nobody asks about is forgotten.
        if (this.#failures.size > 100) this.#failures.clear();
        this.#failures.set(`${event.callId} ${event.method}`, event.error);
        return;
      case "public-address":
        if (event.flow === this.#connection?.flow) this.#registration?.addressChanged();
        return;
      case "message-rejected":
        return this.#log("info", `a message was not taken: ${event.reason}`);
    }
  }

  #takeFailure(sipCallId: string, method: string): ErrorJson | undefined {
    const key = `${sipCallId} ${method}`;
    const error = this.#failures.get(key);
    this.#failures.delete(key);
    return error;
  }

  #connected(): void {
    const account = this.account.id;
    this.#options.notify({ type: "ConnectionChanged", account, connected: true });
    this.#registration?.connected();
  }

  #disconnected(error: OffhookError, retryInMs: number): void {
    const account = this.account.id;
    const json = error.toJSON();
    this.#options.notify({ type: "ConnectionChanged", account, connected: false, error: json });
    this.#registration?.disconnected(error, retryInMs);
  }

  async #endCalls(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      const guard = this.#clock.setTimeout(resolve, STOP_MS);
      this.#stopping = () => {
        this.#clock.clearTimeout(guard);
        resolve();
      };
    });
    for (const leg of [...this.#legs.values()]) leg.abandon();
    if (this.#legs.size === 0) this.#stopping?.();
    await done;
  }
}

/** @throws OffhookError for what would make a message of ours malformed */
function requireSound({ server, displayName }: Account): void {
  displayNameContent(displayName ?? "");
  if (server === "" || LiteralUri.parse(`sip:${server}`) !== undefined) return;
  throw new OffhookError("invalid-target", `${JSON.stringify(server)} is not a server`, {
    hint: "Write HOST or HOST:PORT.",
    data: { server },
  });
}

function nextHopOf(account: Account): Pick<TransportLayerOptions, "nextHop"> {
  if (account.server === "") return {};
  const server = account.outboundProxy ?? account.server;
  return {
    nextHop: {
      server,
      ...(account.transport === undefined ? {} : { transport: account.transport }),
    },
  };
}
