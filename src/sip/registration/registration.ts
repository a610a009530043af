/**
 * The registration of one account (RFC 3261 §10.2).
 *
 *     idle ─ register ─► registering ─ 200 ─► registered ─ before expiry, reconnect ─► registering
 *                            ├ unauthorized: failed for good
 *                            ├ other, nothing, or 200 that grants 0 s: failed ─ pacing ─► registering
 *                            └ connection down: waits for it
 *     any ─ unregister ─► unregistering ─ 200 or 2 s ─► unregistered
 *
 * A 200 needs no Contact.
 */
import type { RegistrationState } from "../../core/account/mod.ts";
import type { OffhookError } from "../../base/mod.ts";
import type { TimerHandle } from "../../base/time/mod.ts";
import { type Agent, nothingGrantedError, registrationError, silenceError } from "../agent/mod.ts";
import type { ResponseMessage } from "../library/mod.ts";
import { escapedUser } from "../message/mod.ts";
import { Damper, refreshDelay, retryDelay } from "../limits/mod.ts";
import type { FlowsAccess } from "./further_flow.ts";
import { FurtherFlows } from "./further_flows.ts";
import { publicGruu } from "./gruu.ts";
import { type FlowAccess, RegisterExchange } from "./register_exchange.ts";
import { flowTimer, retryAfter, serviceRoutes, UNREGISTER_MS } from "./schedule.ts";
import type { LayerEvent } from "../transport/flow/mod.ts";

/** Answers to a REGISTER of which another server may know better (RFC 3263 §4.3). */
const ANOTHER_MAY_DO = new Set([408, 480, 503, 504]);

/** What a registration needs of the network. */
export interface RegistrarAccess extends FlowAccess, FlowsAccess {
  /** The server is out of service: another of its addresses may do better; false: it has no other. */
  failOver(): Promise<boolean>;
}

/** A failure that is waited out: a connection that comes up anew does not shorten it. */
interface Pause {
  until: number;
  /** Whom it is about: `host port`. */
  place: string;
  told: Extract<RegistrationState, { state: "failed" }>;
}

type Goal = "none" | "registered" | "unregistered";

export class Registration {
  readonly #agent: Agent;
  readonly #network: RegistrarAccess;
  readonly #exchange: RegisterExchange;
  readonly #further: FurtherFlows;
  #goal: Goal = "none";
  #state: RegistrationState = { state: "none" };
  #failures = 0;
  #timer: TimerHandle;
  /** When what was granted is refreshed at the latest, ms. */
  #refreshAt = Infinity;
  /** The end of what was granted. */
  #lapse: TimerHandle;
  #unregistered: (() => void) | undefined;
  #pause: Pause | undefined;
  readonly #moves: Damper;
  /** A change of our address waits to be registered. */
  #moving = false;

  constructor(agent: Agent, network: RegistrarAccess) {
    this.#agent = agent;
    this.#network = network;
    this.#exchange = new RegisterExchange(agent, network, {
      accepted: (message, contact, expires) => this.#accepted(message, contact, expires),
      unauthorized: (status, error) => this.#unauthorized(status, error),
      refused: (status, reason, message) => this.#failed(status, reason, message),
    });
    this.#further = new FurtherFlows(agent, network);
    this.#moves = new Damper(agent.random);
  }

  register(): void {
    this.#goal = "registered";
    this.#failures = 0;
    this.#pause = undefined;
    this.#exchange.forgetChallenges();
    if (this.#state.state !== "registered") this.#tell({ state: "registering" });
    this.#start();
  }

  /** Resolves when the registrar has answered, or 2 s later; at once when it never said a word. */
  async unregister(): Promise<void> {
    await Promise.all([this.#further.unregister(), this.#unregister()]);
  }

  #unregister(): Promise<void> {
    const bound = this.#exchange.bound !== undefined || this.#exchange.isUnderWay;
    this.#goal = "unregistered";
    this.#agent.clock.clearTimeout(this.#timer);
    if (!bound || this.#network.flow === undefined) {
      this.#finishUnregister();
      return Promise.resolve();
    }
    if (!this.#exchange.heard) {
      this.#exchange.unbind();
      this.#finishUnregister();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const guard = this.#agent.clock.setTimeout(() => this.#finishUnregister(), UNREGISTER_MS);
      this.#unregistered = () => {
        this.#agent.clock.clearTimeout(guard);
        resolve();
      };
      this.#exchange.unbind();
    });
  }

  /** The connection came up, anew or at last: the registrar hears from us at once, if it may. */
  connected(): void {
    if (this.#goal !== "registered") return;
    const route = this.#further.tookOver();
    if (route !== undefined) this.#agent.stack.serviceRoute = route;
    const pause = this.#pause;
    const retryInMs = (pause?.until ?? 0) - this.#agent.clock.now();
    if (pause === undefined || pause.place !== this.#place() || retryInMs <= 0) {
      return this.#start();
    }
    this.#startAfter(retryInMs);
    this.#tell({ ...pause.told, retryInMs });
  }

  /** The connection is down; the next try to connect is `retryInMs` away. */
  disconnected(error: OffhookError, retryInMs: number): void {
    if (this.#goal !== "registered") return;
    this.#drop();
    this.#tell({ state: "failed", status: 0, error: error.toJSON(), retryInMs });
  }

  /** Of the flows beside the account's. */
  heed(event: LayerEvent): void {
    this.#further.heed(event);
  }

  /** The host's addresses have changed, or it slept: of the flows beside the account's. */
  follow(slept: boolean): void {
    this.#further.follow(slept);
  }

  /** Our address as the registrar sees it has changed. */
  addressChanged(): void {
    if (this.#goal === "registered" && !this.#exchange.isUnderWay) this.#moved();
  }

  close(): void {
    this.#goal = "none";
    this.#drop();
    this.#further.close();
    this.#agent.clock.clearTimeout(this.#lapse);
    this.#unregistered?.();
    this.#unregistered = undefined;
  }

  /** A new attempt; an earlier one is forgotten. */
  #start(): void {
    this.#drop();
    this.#exchange.bind();
  }

  #moved(): void {
    if (this.#moving) return;
    const now = this.#agent.clock.now();
    const wait = this.#moves.next(now);
    if (wait === 0) return this.#start();
    // However often the address changes, what was granted does not lapse.
    this.#startAfter(Math.max(0, Math.min(wait, this.#refreshAt - now)));
    this.#moving = true;
  }

  #startAfter(ms: number): void {
    this.#drop();
    this.#timer = this.#agent.clock.setTimeout(() => this.#start(), ms);
  }

  #drop(): void {
    this.#moving = false;
    this.#agent.clock.clearTimeout(this.#timer);
    this.#exchange.drop();
  }

  #accepted(message: ResponseMessage, contact: string, expires: number): void {
    if (this.#goal !== "registered") return this.#finishUnregister();
    if (expires === 0) return this.#failed(200, "OK", message);
    this.#failures = 0;
    const left = (this.#pause?.until ?? 0) - this.#agent.clock.now();
    this.#pause = undefined;
    this.#further.settle(this.#exchange.keepsFlow, Math.max(0, left));
    this.#agent.stack.serviceRoute = serviceRoutes(message);
    this.#agent.stack.gruu = this.#gruu(message);
    this.#keepFlow(message);
    const refreshIn = refreshDelay(expires, this.#agent.random());
    this.#refreshAt = this.#agent.clock.now() + refreshIn;
    this.#startAfter(refreshIn);
    this.#agent.clock.clearTimeout(this.#lapse);
    this.#lapse = this.#agent.clock.setTimeout(() => this.#lapsed(), expires * 1000);
    this.#tell({ state: "registered", expires });
    const flow = this.#network.flow;
    if (flow !== undefined && this.#network.contactOn(flow) !== contact) this.#moved();
  }

  #gruu(message: ResponseMessage): string | undefined {
    const { account: { gruu, user, server }, instance } = this.#agent;
    if (!gruu || instance === undefined) return undefined;
    return publicGruu(message, instance, `sip:${escapedUser(user)}@${server}`);
  }

  /** RFC 5626 §4.4: the server that keeps flows says how often it wants to hear of them. */
  #keepFlow(message: ResponseMessage): void {
    const { keepsFlow } = this.#exchange;
    this.#agent.stack.keepsFlow = keepsFlow;
    const { flow } = this.#network;
    if (keepsFlow && flow !== undefined) this.#network.keepAlive(flow, flowTimer(message));
  }

  /** The refresh is not answered yet, and the registrar has forgotten us: nobody can call. */
  #lapsed(): void {
    if (this.#state.state === "registered") this.#tell({ state: "registering" });
  }

  #unauthorized(status: number, error: OffhookError): void {
    this.#drop();
    if (this.#goal !== "registered") return this.#finishUnregister();
    this.#tell({ state: "failed", status, error: error.toJSON() });
  }

  #failed(status: number, reason: string, message: ResponseMessage | undefined): void {
    this.#drop();
    if (this.#goal !== "registered") return this.#finishUnregister();
    this.#failures += 1;
    const wait = message === undefined ? undefined : retryAfter(message);
    const retryInMs = retryDelay(status, this.#failures, this.#agent.random(), wait);
    this.#startAfter(retryInMs);
    const undelivered = this.#agent.failureOf(this.#exchange.callId, "REGISTER");
    const error = undelivered ?? this.#errorOf(status, reason, message).toJSON();
    // What stands in for a silent or dead transport is no answer of the server's.
    const answered = undelivered === undefined && message?.isStandIn === false;
    const told = { state: "failed", status: answered ? status : 0, error, retryInMs } as const;
    if (answered) {
      this.#pause = { until: this.#agent.clock.now() + retryInMs, place: this.#place(), told };
    }
    const mayFailOver = undelivered === undefined && ANOTHER_MAY_DO.has(status);
    // Calls still come by another flow.
    const isCovered = mayFailOver && this.#further.isUp;
    if (!isCovered) this.#tell(told);
    if (!mayFailOver) return;
    // Where there is another server, it is asked as soon as it is connected.
    void this.#network.failOver().then((found) => {
      if (isCovered && !found) this.#tell(told);
    });
  }

  #place(): string {
    const { host, port } = this.#network.flow?.remote ?? { host: "", port: 0 };
    return `${host} ${port}`;
  }

  #errorOf(
    status: number,
    reason: string,
    message: ResponseMessage | undefined,
  ): OffhookError {
    const flow = this.#network.flow;
    if (message?.isStandIn !== false && flow !== undefined) return silenceError(flow);
    if (status < 300) return nothingGrantedError(this.#aor());
    return registrationError(status, reason, this.#aor());
  }

  #aor(): string {
    const { user, server } = this.#agent.account;
    return `${user}@${server}`;
  }

  #finishUnregister(): void {
    this.#drop();
    this.#agent.clock.clearTimeout(this.#lapse);
    this.#exchange.bound = undefined;
    this.#agent.stack.serviceRoute = [];
    this.#agent.stack.gruu = undefined;
    if (this.#goal === "unregistered") this.#tell({ state: "unregistered" });
    this.#unregistered?.();
    this.#unregistered = undefined;
  }

  #tell(registration: RegistrationState): void {
    const before = this.#state;
    this.#state = registration;
    if (isSame(before, registration)) return;
    const account = this.#agent.account.id;
    this.#agent.notify({ type: "RegistrationChanged", account, registration });
  }
}

/** A refresh that changed nothing is no news. */
function isSame(a: RegistrationState, b: RegistrationState): boolean {
  return a.state === "registered" && b.state === "registered" && a.expires === b.expires;
}
