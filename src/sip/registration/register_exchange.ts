/**
 * One binding of the account at its registrar (RFC 3261 §10.2), REGISTER by REGISTER. What an answer asks
 * to be sent again at once is sent again; every other end is told once.
 *
 *     bind, unbind ─► REGISTER ─┬ 200 ─► accepted
 *                       ▲       ├ 401, 407: answered ───┐   twice: unauthorized
 *                       │       ├ 423: Min-Expires ─────┤
 *                       │       ├ 439: without a flow ──┤
 *                       └───────┴───────────────────────┘   other, nothing: refused
 */
import { OffhookError } from "../../base/mod.ts";
import type { TimerHandle } from "../../base/time/mod.ts";
import type { Agent } from "../agent/mod.ts";
import { Authentication } from "../auth/mod.ts";
import type { ResponseMessage } from "../library/mod.ts";
import { MAX_LONGER } from "../limits/mod.ts";
import { requires } from "../message/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";
import { RegisterRequest } from "./register_request.ts";
import { grantedExpires } from "./schedule.ts";

/** ms after which an attempt without any end counts as failed: a little more than Timer F. */
const WATCHDOG_MS = 40_000;

/** How REGISTER goes out. */
export interface FlowAccess {
  /** Undefined while it is down. */
  readonly flow: Flow | undefined;
  /** Which of the configured servers the flow leads to, from 0. */
  readonly hop: number;
  /** Our Contact's URI as it stands on the wire of a flow. */
  contactOn(flow: Flow): string;
}

export interface ExchangeEvents {
  /** @param expires seconds; 0: the registrar said OK and granted nothing */
  accepted(message: ResponseMessage, contact: string, expires: number): void;
  /** The same password would be refused again, and may lock the account. */
  unauthorized(status: number, error: OffhookError): void;
  /** @param message absent when nothing came */
  refused(status: number, reason: string, message?: ResponseMessage): void;
}

export class RegisterExchange {
  /** The registrar has answered something. */
  heard = false;
  /** The Contact that the registrar holds, as it stood on the wire. */
  bound: string | undefined;
  /** Whether the server keeps flows (RFC 5626), as its last answers told. */
  #outbound: "asked" | "granted" | "refused" = "asked";
  readonly #agent: Agent;
  readonly #access: FlowAccess;
  readonly #events: ExchangeEvents;
  readonly #authentication: Authentication;
  readonly #request: RegisterRequest;
  #binds = true;
  #expires: number;
  #brief = 0;
  #watchdog: TimerHandle;
  /** Counts attempts: answers to earlier ones are ignored. */
  #attempt = 0;
  #underWay = false;

  constructor(agent: Agent, access: FlowAccess, events: ExchangeEvents) {
    this.#agent = agent;
    this.#access = access;
    this.#events = events;
    this.#authentication = new Authentication(agent.keys);
    this.#request = new RegisterRequest(agent, this.#authentication);
    this.#expires = agent.account.expires;
  }

  get callId(): string {
    return this.#request.callId;
  }

  get isUnderWay(): boolean {
    return this.#underWay;
  }

  get keepsFlow(): boolean {
    return this.#outbound === "granted";
  }

  /** A new attempt; an earlier one is forgotten. Nothing happens without a flow. */
  bind(): void {
    this.#begin(true);
  }

  /** As {@link bind}, to take the binding away. */
  unbind(): void {
    this.#begin(false);
  }

  /** The attempt under way does not count any more. */
  drop(): void {
    this.#agent.clock.clearTimeout(this.#watchdog);
    this.#attempt += 1;
    this.#underWay = false;
  }

  /** The next attempt goes without what was learnt from challenges. */
  forgetChallenges(): void {
    this.#authentication.forget();
  }

  #begin(binds: boolean): void {
    this.drop();
    if (this.#access.flow === undefined) return;
    this.#binds = binds;
    this.#underWay = true;
    this.#brief = 0;
    this.#authentication.begin();
    this.#watchdog = this.#agent.clock.setTimeout(() => {
      this.#refused(408, "Request Timeout");
    }, WATCHDOG_MS);
    this.#send();
  }

  #send(): void {
    const { flow } = this.#access;
    if (flow === undefined) return;
    this.#attempt += 1;
    const attempt = this.#attempt;
    const contact = this.#access.contactOn(flow);
    const request = this.#request.make(flow, this.#access.hop, {
      contact,
      expires: this.#binds ? this.#expires : 0,
      // A flow that the registrar knows by its name takes its old binding along.
      bound: this.#outbound === "granted" ? undefined : this.bound,
      outbound: this.#outbound !== "refused",
    });
    this.#agent.stack.request(request, (response) => {
      if (this.#attempt === attempt) this.#answered(response, contact);
    });
  }

  #answered(message: ResponseMessage, contact: string): void {
    const { status, reason } = message;
    this.heard ||= !message.isStandIn;
    if (status >= 200 && status < 300) return this.#accepted(message, contact);
    if (status === 401 || status === 407) return this.#challenged(message);
    if (status === 439 && this.#outbound !== "refused") {
      // RFC 5626 §4.2.1: a proxy on the way does not know flows.
      this.#outbound = "refused";
      return this.#send();
    }
    if (status === 423 && this.#lengthen(message)) return this.#send();
    this.#refused(status, reason, message);
  }

  #accepted(message: ResponseMessage, contact: string): void {
    this.drop();
    const expires = grantedExpires(message, contact, this.#expires);
    if (this.#binds && expires > 0) {
      this.bound = contact;
      this.#noteFlows(requires(message, "outbound"));
    }
    this.#events.accepted(message, contact, expires);
  }

  #noteFlows(granted: boolean): void {
    // Who was not asked grants nothing.
    if (this.#outbound !== "refused") this.#outbound = granted ? "granted" : "asked";
  }

  #refused(status: number, reason: string, message?: ResponseMessage): void {
    this.drop();
    // Some servers answer credentials that are no longer right by 403 instead of a challenge.
    this.#authentication.forget();
    this.#events.refused(status, reason, message);
  }

  #challenged(message: ResponseMessage): void {
    const attempt = this.#attempt;
    this.#authentication.accept(message, "all").then(() => {
      if (this.#attempt === attempt) this.#send();
    }, (thrown) => {
      if (this.#attempt !== attempt) return;
      this.drop();
      this.#events.unauthorized(message.status, OffhookError.from(thrown));
    });
  }

  /** RFC 3261 §10.2.8. */
  #lengthen(message: ResponseMessage): boolean {
    const least = Number(message.header("min-expires"));
    const sound = Number.isInteger(least) && least > this.#expires && least <= 86_400 * 7;
    this.#brief += 1;
    if (!sound || !this.#binds || this.#brief > MAX_LONGER) return false;
    this.#expires = least;
    return true;
  }
}
