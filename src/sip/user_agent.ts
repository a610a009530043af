/**
 * One SIP user agent behind the core's signalling port: that of an account, or one without an account
 * for calls from and to plain addresses.
 *
 *     core ── SipEffect ─► perform ─► Registration │ OutgoingCall │ IncomingCall │ Session
 *     core ◄─ SipInput ─── notify  ◄─      └──────────── SipStack ─────────────────┘
 *                                                            │
 *                                                         Network
 *
 * A user agent holds the registration and one {@link Leg} for each call; a leg is replaced by the next
 * as the call goes from INVITE to dialog. Nothing that a peer sends, and no effect, makes it throw.
 */
import {
  type Account,
  displayNameContent,
  headerValue,
  type TransportName,
} from "../core/account/mod.ts";
import type { Clock } from "../base/time/mod.ts";
import { lazily, OffhookError } from "../base/mod.ts";
import type { CallId, QualitySession, SipEffect, SipInput } from "../core/ports/mod.ts";
import type { Agent, CallEffect, Leg } from "./agent/mod.ts";
import { type Dialog, type Log, SipStack } from "./library/mod.ts";
import { type AccountKeys, Realms } from "./auth/mod.ts";
import { invitations, OutgoingCall } from "./call/mod.ts";
import { Network, type NetworkOptions } from "./network.ts";
import { Pings } from "./ping.ts";
import type { QualityPublisher } from "./quality/mod.ts";
import { Registration } from "./registration/mod.ts";
import {
  type Address,
  cryptoRandom,
  type Flow,
  type ListenOptions,
  systemClock,
} from "./transport/flow/mod.ts";
import { DTMF_RELAY, escapedUser } from "./message/mod.ts";

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
  readonly pings: Pings;
  readonly #options: UserAgentOptions;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #stack: SipStack;
  readonly #agent: Agent;
  /** Absent without an account. */
  readonly #registration: Registration | undefined;
  readonly #legs = new Map<CallId, Leg>();
  /** From which the account's server was reached last. */
  #address: string | undefined;
  #password: () => Promise<string>;
  #publisher: Promise<QualityPublisher> | undefined;
  /** Every report so far is handed over. */
  #published: Promise<unknown> = Promise.resolve();
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
    this.#stack = this.#makeStack();
    this.#agent = this.#makeAgent(random);
    this.pings = new Pings(this.#agent);
    this.#network.onMessage = this.#stack.receive;
    this.#stack.onInvite = invitations(this.#agent);
    if (account.server !== "") this.#registration = new Registration(this.#agent, this.#network);
  }

  /** Of the account's flow while it is up; undefined on WebSocket, whose Contact has none. */
  get contactPort(): number | undefined {
    const { flow } = this.#network;
    const isWeb = flow?.transport === "ws" || flow?.transport === "wss";
    return isWeb ? undefined : flow?.local.port;
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

  /** Another way to the password, from the next challenge on. */
  renewPassword(password: () => Promise<string>): void {
    this.#password = password;
  }

  /** Ends the calls, unregisters, and closes the transports: at most some four seconds. */
  async stop(): Promise<void> {
    await this.#endCalls();
    await this.#endReports();
    await this.#registration?.unregister();
    this.#registration?.close();
    this.#stack.dispose();
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
      case "FollowNetwork":
        this.#network.follow(effect.slept);
        this.#registration?.follow(effect.slept);
        return this.#checkAddresses();
      case "PublishQuality":
        return this.#publish(effect.session);
      case "SendInvite": {
        const call = new OutgoingCall(this.#agent, effect);
        this.#legs.set(effect.call, call);
        return call.start();
      }
      default:
        return this.#performOnCall(effect);
    }
  }

  /** Loaded with the first report: few accounts have a collector. */
  #publish(session: QualitySession): void {
    this.#publisher ??= lazily<typeof import("./quality/mod.ts")>(
      import.meta.url,
      "./quality/mod.ts",
    ).then(({ QualityPublisher }) => new QualityPublisher(this.#agent));
    const published = this.#publisher.then((publisher) => publisher.publish(session))
      .catch((thrown) => this.#log("error", `no report: ${OffhookError.from(thrown).message}`));
    this.#published = Promise.all([this.#published, published]);
  }

  /** Reports that are on their way get as long as calls do. */
  async #endReports(): Promise<void> {
    if (this.#publisher === undefined) return;
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(late.resolve, STOP_MS);
    const sent = this.#published.then(async () => (await this.#publisher)?.settled());
    await Promise.race([sent.catch(() => {}), late.promise]);
    this.#clock.clearTimeout(timer);
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
      takesUser: (user, flow) => this.#takesUser(user, flow),
      log: (level, message) => this.#log(level, message),
      events: {
        forgotten: (transactionId) => this.#stack.forget(transactionId),
        up: () => {
          this.#options.notify({ type: "ConnectionChanged", account: account.id, connected: true });
          this.#registration?.connected();
          this.#checkAddresses();
        },
        down: (thrown, retryInMs) => {
          const error = thrown.toJSON();
          const change = { account: account.id, connected: false, error };
          this.#options.notify({ type: "ConnectionChanged", ...change });
          this.#registration?.disconnected(thrown, retryInMs);
        },
        addressChanged: () => this.#registration?.addressChanged(),
        heard: (event) => this.#registration?.heed(event),
      },
    });
  }

  #makeAgent(random: () => number): Agent {
    const { account } = this;
    const network = this.#network;
    return {
      account,
      instance: this.#options.instance,
      stack: this.#stack,
      clock: this.#clock,
      random,
      notify: this.#options.notify,
      log: (level, message) => this.#log(level, message),
      digits: { infoType: DTMF_RELAY },
      keys: account.server === "" ? undefined : this.#keys(),
      identityOn: (flow) => this.#identityOn(flow),
      flowToward: (uri) => network.flowToward(uri),
      originOf: (flow) => network.originOf(flow),
      reach: () => network.reach(),
      localAddress: (flow) => network.localAddress(flow),
      contactLine: () => `Contact: ${this.#stack.contact}`,
      failureOf: (sipCallId, method) => network.failureOf(sipCallId, method),
      leg: (call) => this.#legs.get(call),
      callOf: (dialog) => this.#callOf(dialog),
      isStopping: () => this.#stopping !== undefined,
      setLeg: (call, leg) => this.#setLeg(call, leg),
    };
  }

  #keys(): AccountKeys {
    const { account } = this;
    return {
      realms: new Realms(account),
      isOurServer: ({ flow }) => flow !== undefined && this.#network.originOf(flow) === "server",
      credentials: async () => ({
        username: account.authUser ?? account.user,
        password: await this.#password(),
      }),
    };
  }

  #makeStack(): SipStack {
    const network = this.#network;
    return new SipStack({
      user: this.account.user,
      userAgent: headerValue("User-Agent", this.#options.userAgent ?? "offhook"),
      send: (text, flow) => network.send(text, flow),
      originOf: (flow) => network.originOf(flow),
      comesFrom: (uri, flow) => network.comesFrom(uri, flow),
      takesUser: (user, flow) => this.#takesUser(user, flow),
      moved: (message, flow) => network.moved(message, flow),
      unreadable: (response) => {
        const account = this.account.id;
        this.#options.notify({ type: "ResponseMalformed", account, ...response });
      },
      log: (level, message) => this.#log(level, message),
    });
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

  /** Tells where we are, and each call whose peer knows another address of ours. */
  #checkAddresses(): void {
    const address = this.#network.flow?.local.host;
    if (address !== undefined && address !== this.#address) {
      this.#address = address;
      this.#options.notify({ type: "AddressChanged", account: this.account.id, address });
    }
    for (const leg of [...this.#legs.values()]) leg.checkAddress?.();
  }

  #log(level: Parameters<Log>[0], message: string): void {
    this.#options.log?.(level, message);
  }

  #callOf(dialog: Dialog): { call: CallId; leg: Leg } | undefined {
    for (const [call, leg] of this.#legs) if (leg.dialog === dialog) return { call, leg };
    return undefined;
  }

  /** What comes from our own server is for us, whatever it calls us. */
  #takesUser(user: string, flow: Flow): boolean {
    const { server, user: own } = this.account;
    return server === "" || user === own || this.#network.originOf(flow) === "server";
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
