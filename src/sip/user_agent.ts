/**
 * One SIP user agent behind the core's signalling port: that of an account, or one without an account
 * for calls from and to plain addresses.
 *
 *     core ── SipEffect ─► perform ─► Registration │ OutgoingCall │ IncomingCall │ Session
 *     core ◄─ SipInput ─── notify  ◄─      └─────────── SIP.js core ───────────────┘
 *                                                            │
 *                                                         Network
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
import type { Account, TransportName } from "../core/account/account.ts";
import type { Clock } from "../base/clock.ts";
import { OffhookError } from "../base/errors.ts";
import type { CallId, SipEffect, SipInput } from "../core/ports/sip_port.ts";
import type { Agent, CallEffect, Leg } from "./agent/agent.ts";
import type { Log } from "./library/log.ts";
import type { Keys } from "./auth/authentication.ts";
import { Realms } from "./auth/realms.ts";
import { answer } from "./message/answer.ts";
import { DialogSources } from "./library/sources.ts";
import { makeCore, placeholder } from "./library/core_setup.ts";
import { displayNameContent, headerValue } from "../core/account/header_value.ts";
import { newToken } from "./message/identifiers.ts";
import { IncomingCall } from "./call/incoming.ts";
import { type IncomingAccess, IncomingMessages } from "./library/incoming_message.ts";
import { MalformedMessage } from "./library/library_message.ts";
import type { SipMessage } from "./message/sip_message.ts";
import { flowOf } from "./library/message_flow.ts";
import { Network, type NetworkOptions } from "./network.ts";
import { OutgoingCall } from "./call/outgoing.ts";
import { Registration } from "./registration/registration.ts";
import { replacedDialog } from "./dialog/replaces.ts";
import { cryptoRandom, systemClock } from "./transport/flow/clock.ts";
import type { Address, Flow, ListenOptions } from "./transport/flow/types.ts";
import { escapedUser } from "./message/uri.ts";

/** ms that calls get to end when the user agent stops. */
const STOP_MS = 1_500;

export interface UserAgentOptions {
  /** With `server: ""`: no account, requests go where their URI says. */
  account: Account;
  /** Reads the password when a challenge comes. */
  password: () => Promise<string>;
  notify: (input: SipInput) => void;
  /** Everything but the next hop and TLS settings, which the account says. */
  transport?: NetworkOptions["transport"];
  clock?: Clock;
  /** Uniform in [0, 1): jitter, session ids. Tags and branches are random by themselves. */
  random?: () => number;
  /** `urn:uuid:…` of this phone, the same over restarts. */
  instance?: string;
  /** User-Agent header. */
  userAgent?: string;
  log?: Log;
}

export class UserAgent {
  readonly account: Account;
  readonly #options: UserAgentOptions;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #core: UserAgentCore;
  readonly #sources: DialogSources;
  readonly #incoming: IncomingMessages;
  readonly #agent: Agent;
  /** Absent without an account. */
  readonly #registration: Registration | undefined;
  readonly #legs = new Map<CallId, Leg>();
  #password: () => Promise<string>;
  #stopping: (() => void) | undefined;

  /** @throws OffhookError `invalid-target` for a server or proxy that is none, `usage` for bad names */
  constructor(options: UserAgentOptions) {
    const { account } = options;
    displayNameContent(account.displayName ?? "");
    this.#options = options;
    this.#password = options.password;
    this.account = account;
    this.#clock = options.clock ?? systemClock;
    const random = options.random ?? cryptoRandom;
    this.#network = this.#makeNetwork(random);
    this.#core = makeCore({
      user: account.user,
      userAgent: headerValue("User-Agent", options.userAgent ?? "offhook"),
      log: (level, message) => this.#log(level, message),
      delegate: this.#coreDelegate(),
      send: (text) => this.#network.send(text),
    });
    const access = this.#incomingAccess();
    this.#sources = new DialogSources(access);
    this.#incoming = new IncomingMessages(access, this.#sources);
    this.#agent = this.#makeAgent(random);
    if (account.server !== "") this.#registration = new Registration(this.#agent, this.#network);
  }

  /** Of the account's flow while it is up, on UDP. */
  get udpPort(): number | undefined {
    const { flow } = this.#network;
    return flow?.transport === "udp" ? flow.local.port : undefined;
  }

  /** Begins to connect; how that goes comes as ConnectionChanged. */
  start(): void {
    this.#network.start();
  }

  /**
   * Takes calls on an address of this machine; port 0 takes a free one. Resolves with the address.
   * @throws OffhookError `unreachable` when it cannot be bound, `usage` without a certificate
   */
  listen(transport: TransportName, at: Address, options?: ListenOptions): Promise<Address> {
    return this.#network.listen(transport, at, options);
  }

  /** Requests whose next hop is `hostPort` (`host` or `host:port`) take `flow` from now on. */
  setRoute(hostPort: string, flow: Flow | undefined): void {
    this.#network.setRoute(hostPort, flow);
  }

  /** Another way to the password, from the next challenge on. */
  renewPassword(password: () => Promise<string>): void {
    this.#password = password;
  }

  /** Ends the calls, unregisters, and closes the transports: at most some four seconds. */
  async stop(): Promise<void> {
    await this.#endCalls();
    await this.#registration?.unregister();
    this.#registration?.close();
    this.#core.dispose();
    await this.#network.close();
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

  #makeNetwork(random: () => number): Network {
    const { account } = this;
    return new Network({
      account,
      clock: this.#clock,
      random,
      transport: this.#options.transport ?? {},
      log: (level, message) => this.#log(level, message),
      events: {
        message: (message, flow) => this.#receive(message, flow),
        forgotten: (transactionId) => this.#incoming.forget(transactionId),
        up: () => {
          this.#options.notify({ type: "ConnectionChanged", account: account.id, connected: true });
          this.#registration?.connected();
        },
        down: (thrown, retryInMs) => {
          const error = thrown.toJSON();
          const change = { account: account.id, connected: false, error };
          this.#options.notify({ type: "ConnectionChanged", ...change });
          this.#registration?.disconnected(thrown, retryInMs);
        },
        addressChanged: () => this.#registration?.addressChanged(),
      },
    });
  }

  #makeAgent(random: () => number): Agent {
    const { account } = this;
    const network = this.#network;
    return {
      account,
      instance: this.#options.instance,
      core: this.#core,
      clock: this.#clock,
      random,
      notify: this.#options.notify,
      log: (level, message) => this.#log(level, message),
      keys: account.server === "" ? undefined : this.#keys(),
      identityOn: (flow) => this.#identityOn(flow),
      flowToward: (uri) => network.flowToward(uri),
      originOf: (flow) => network.originOf(flow),
      reach: () => network.reach(),
      localAddress: (flow) => network.localAddress(flow),
      contactLine: () => `Contact: ${placeholder(account.user)}`,
      failureOf: (sipCallId, method) => network.failureOf(sipCallId, method),
      leg: (call) => this.#legs.get(call),
      setLeg: (call, leg) => this.#setLeg(call, leg),
    };
  }

  #keys(): Keys {
    const { account } = this;
    return {
      realms: new Realms(account),
      isOurServer: (response) => {
        const flow = flowOf(response);
        return flow !== undefined && this.#network.originOf(flow) === "server";
      },
      credentials: async () => ({
        username: account.authUser ?? account.user,
        password: await this.#password(),
      }),
    };
  }

  #incomingAccess(): IncomingAccess {
    const network = this.#network;
    return {
      core: this.#core,
      originOf: (flow) => network.originOf(flow),
      comesFrom: (uri, flow) => network.comesFrom(uri, flow),
      takesUser: (user, flow) => this.#takesUser(user, flow),
      moved: (message, flow) => network.moved(message, flow),
      log: (level, message) => this.#log(level, message),
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

  #identityOn(flow: Flow): { uri: string; displayName: string } {
    const { user, server, displayName } = this.account;
    const uri = server === ""
      ? this.#network.contactOn(flow)
      : `sip:${escapedUser(user)}@${server}`;
    return { uri, displayName: displayNameContent(displayName ?? "") };
  }

  #setLeg(call: CallId, leg: Leg | undefined): void {
    if (leg === undefined) this.#legs.delete(call);
    else this.#legs.set(call, leg);
    if (this.#legs.size === 0) this.#stopping?.();
  }

  #log(level: Parameters<Log>[0], message: string): void {
    this.#options.log?.(level, message);
  }

  // What comes from the network.

  #receive(message: SipMessage, flow: Flow): void {
    try {
      this.#incoming.deliver(message, flow)?.catch((error) => this.#refuse(message, flow, error));
    } catch (thrown) {
      this.#refuse(message, flow, thrown);
    }
  }

  /** What comes from our own server is for us, whatever it calls us. */
  #takesUser(user: string, flow: Flow): boolean {
    const { server, user: own } = this.account;
    return server === "" || user === own || this.#network.originOf(flow) === "server";
  }

  #refuse(message: SipMessage, flow: Flow, thrown: unknown): void {
    const malformed = thrown instanceof MalformedMessage ? thrown : undefined;
    const word = thrown instanceof Error ? thrown.message : String(thrown);
    this.#log(malformed ? "info" : "error", `${message.method} could not be handled: ${word}`);
    if (message.kind !== "request" || message.method === "ACK") return;
    const text = malformed
      ? answer(message, malformed.status, { reason: malformed.message })
      : answer(message, 500);
    this.#network.send(text, flow).catch(() => {});
  }

  #invited(server: InviteUserAgentServer): void {
    const flow = flowOf(server.message);
    if (flow === undefined || this.#stopping !== undefined) {
      server.reject({ statusCode: 480 });
      return;
    }
    const replaced = replacedDialog(this.#core, server.message);
    if (replaced !== undefined && "refusal" in replaced) {
      server.reject({ statusCode: replaced.refusal });
      return;
    }
    const taken = replaced === undefined || !this.#sources.mayReplace(replaced.dialog, flow)
      ? undefined
      : [...this.#legs].find(([, leg]) => leg.dialog === replaced.dialog);
    if (replaced !== undefined && taken === undefined) {
      server.reject({ statusCode: 481 });
      return;
    }
    const place = taken && { call: taken[0], leg: taken[1] };
    new IncomingCall(this.#agent, server, newToken(), flow, place).start();
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
