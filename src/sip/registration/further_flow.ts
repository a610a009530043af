/**
 * A flow to another of the account's servers, registered beside the one in use (RFC 5626 §4.2.1, §4.5).
 *
 *     opening ─► registering ─ 200, outbound ─► kept ─ before expiry, our address changed ─► registering
 *        ▲            │                           │
 *        └─ waits ◄───┴── failed, lost ───────────┘        lost after a time: opened again at once
 *     registering ─ 439, 200 without outbound, unauthorized ─► given up
 */
import type { TimerHandle } from "../../base/time/mod.ts";
import type { Agent } from "../agent/mod.ts";
import type { ResponseMessage } from "../library/mod.ts";
import { Damper, flowRecoveryDelay, refreshDelay, retryDelay } from "../limits/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";
import { RegisterExchange } from "./register_exchange.ts";
import { flowTimer, retryAfter, serviceRoutes } from "./schedule.ts";

/** ms that a flow must have lasted so that its loss is no failure to form it. */
const PROVEN_MS = 60_000;

/** What further flows need of the network. */
export interface FlowsAccess {
  /** How many servers are configured. */
  readonly hops: number;
  /** The account's flow while it is up, and which server it leads to. */
  readonly flow: Flow | undefined;
  readonly hop: number;
  contactOn(flow: Flow): string;
  /** @throws OffhookError (rejects) when the server cannot be reached */
  openFurther(hop: number): Promise<{ flow: Flow; keep: () => void }>;
  /** The flow does not take the place of the account's any more. */
  release(flow: Flow): void;
  /** The server wants a keepalive on the flow every so many seconds. */
  keepAlive(flow: Flow, seconds: number | undefined): void;
  /** Whether this host reaches the flow's peer from where it did. */
  isInPlace(flow: Flow): boolean;
}

export class FurtherFlow {
  /** Of requests outside dialogs that take this flow (RFC 3608). */
  serviceRoute: string[] = [];
  readonly #agent: Agent;
  readonly #network: FlowsAccess;
  readonly #hop: number;
  readonly #changed: () => void;
  readonly #exchange: RegisterExchange;
  readonly #moves: Damper;
  #flow: Flow | undefined;
  #keep = () => {};
  /** In a row, without a flow that lasted in between. */
  #failures = 0;
  /** Since when it is registered. */
  #keptSince: number | undefined;
  #timer: TimerHandle;
  /** When the next REGISTER of a kept flow is due, ms. */
  #bindAt = Infinity;
  #stopped = false;
  #unbound: (() => void) | undefined;
  /** Counts openings: only the last one's flow is taken. */
  #opening = 0;

  /** @param changed it is kept, or not any more */
  constructor(agent: Agent, network: FlowsAccess, hop: number, changed: () => void) {
    this.#agent = agent;
    this.#changed = changed;
    this.#network = network;
    this.#hop = hop;
    this.#moves = new Damper(agent.random);
    const current = () => this.#flow;
    const access = {
      hop,
      get flow() {
        return current();
      },
      contactOn: (flow: Flow) => network.contactOn(flow),
    };
    this.#exchange = new RegisterExchange(agent, access, {
      accepted: (message, contact, expires) => this.#accepted(message, contact, expires),
      unauthorized: () => this.stop(),
      refused: (status, _reason, message) => this.#refused(status, message),
    });
  }

  get flow(): Flow | undefined {
    return this.#flow;
  }

  /** Registered, and open. */
  get isKept(): boolean {
    return this.#keptSince !== undefined;
  }

  /** Opens and registers it, after `waitMs`. */
  start(waitMs = 0): void {
    this.#after(waitMs, () => void this.#open());
  }

  /** The flow has closed. */
  lost(): void {
    const lasted = this.#keptSince !== undefined &&
      this.#agent.clock.now() - this.#keptSince >= PROVEN_MS;
    this.#leave();
    if (!lasted) return this.#wait(0);
    this.#failures = 0;
    this.start();
  }

  /** The host's addresses have changed, or it slept. */
  follow(slept: boolean): void {
    const flow = this.#flow;
    if (this.#stopped) return;
    if (flow === undefined) return this.start();
    if (flow.transport === "udp") {
      const { bound } = this.#exchange;
      const isSame = bound === undefined || bound === this.#network.contactOn(flow);
      if (slept || !isSame) this.#exchange.bind();
    } else if (slept || !this.#network.isInPlace(flow)) {
      this.#leave();
      this.start();
    }
  }

  /** Our address on this flow, as its server sees it, may be another one. */
  addressChanged(): void {
    const flow = this.#flow;
    const { bound, isUnderWay } = this.#exchange;
    if (flow === undefined || isUnderWay || bound === undefined) return;
    if (this.#network.contactOn(flow) === bound) return;
    const now = this.#agent.clock.now();
    // However often it changes, what was granted does not lapse.
    this.#bindAt = Math.min(this.#bindAt, now + this.#moves.next(now));
    this.#after(Math.max(0, this.#bindAt - now), () => this.#exchange.bind());
  }

  /** Nothing more is done about it; the flow, and its binding, stay as they are. */
  stop(): void {
    this.#stopped = true;
    this.#opening += 1;
    this.#agent.clock.clearTimeout(this.#timer);
    this.#exchange.drop();
    if (this.#flow !== undefined) this.#network.release(this.#flow);
    this.#flow = undefined;
    this.#keptSince = undefined;
    this.#changed();
    this.#unbound?.();
  }

  /** Takes the binding away; resolves when the registrar has answered, whatever it says. */
  async unregister(): Promise<void> {
    this.#agent.clock.clearTimeout(this.#timer);
    if (this.#flow !== undefined && this.#exchange.bound !== undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#unbound = resolve;
      this.#exchange.unbind();
      await promise;
    }
    this.stop();
  }

  async #open(): Promise<void> {
    const opening = ++this.#opening;
    try {
      const { flow, keep } = await this.#network.openFurther(this.#hop);
      if (opening !== this.#opening) return;
      // Two names of one server are no second way to it.
      if (flow === this.#network.flow) return this.stop();
      this.#flow = flow;
      this.#keep = keep;
      this.#exchange.bind();
    } catch {
      if (opening === this.#opening) this.#wait(0);
    }
  }

  #accepted(message: ResponseMessage, contact: string, expires: number): void {
    const flow = this.#flow;
    if (this.#unbound !== undefined || flow === undefined) return this.#unbound?.();
    if (expires === 0) return this.#refused(200, message);
    if (!this.#exchange.keepsFlow) {
      // Without flows it would be one more phone that rings for each call.
      this.#agent.log("info", `the server at ${place(flow)} keeps no flows`);
      return void this.unregister();
    }
    if (!this.isKept) this.#agent.log("info", `flow ${this.#hop + 1}, to ${place(flow)}, is kept`);
    this.#keptSince ??= this.#agent.clock.now();
    this.#changed();
    this.serviceRoute = serviceRoutes(message);
    this.#keep();
    this.#network.keepAlive(flow, flowTimer(message));
    const refreshIn = refreshDelay(expires, this.#agent.random());
    this.#bindAt = this.#agent.clock.now() + refreshIn;
    this.#after(refreshIn, () => this.#exchange.bind());
    if (this.#network.contactOn(flow) !== contact) this.addressChanged();
  }

  #refused(status: number, message?: ResponseMessage): void {
    if (this.#unbound !== undefined) return this.#unbound();
    // RFC 5626 §4.2.1: the registrar knows no flows, or a proxy before it.
    if (status === 439) return this.stop();
    const asked = message === undefined ? undefined : retryAfter(message);
    this.#leave();
    this.#wait(retryDelay(status, this.#failures + 1, this.#agent.random(), asked));
  }

  /** Other requests than those under way do not take the flow any more. */
  #leave(): void {
    this.#agent.clock.clearTimeout(this.#timer);
    this.#exchange.drop();
    this.#keptSince = undefined;
    if (this.#flow !== undefined) this.#network.release(this.#flow);
    this.#flow = undefined;
    this.#changed();
  }

  #wait(leastMs: number): void {
    if (this.#stopped) return;
    this.#failures += 1;
    const isUp = this.#network.flow !== undefined;
    const wait = flowRecoveryDelay(this.#failures, isUp, this.#agent.random());
    this.start(Math.max(leastMs, wait));
  }

  #after(ms: number, act: () => void): void {
    this.#agent.clock.clearTimeout(this.#timer);
    if (this.#stopped) return;
    if (ms === 0) act();
    else this.#timer = this.#agent.clock.setTimeout(act, ms);
  }
}

function place({ transport, remote }: Flow): string {
  return `${transport} ${remote.host}:${remote.port}`;
}
