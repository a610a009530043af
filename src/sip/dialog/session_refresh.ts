/**
 * The session timer of one dialog (RFC 4028): what our messages say of it, when we refresh, and what a
 * refresh of the peer does.
 *
 *     2xx or request with Session-Expires ─► agreed ─► half time, if we refresh: UPDATE or re-INVITE
 *                                              └─► no refresh: the call is lost
 *
 *     UPDATE ─ 2xx ─► agreed                  re-INVITE ─ 2xx ─► agreed
 *        ├ 422: a longer interval, again          ├ 422: a longer interval, again
 *        ├ 491, 500, no answer: later             ├ 491, 500, no answer: later
 *        └ else: re-INVITE from now on            └ else: the peer lives; again at half time
 *
 * Deviation: a 2xx without `refresher` breaks RFC 4028 §9; we refresh then. A peer that refuses every
 * refresh, but not with 408 or 481, knows the call: it goes on.
 */
import type { TimerHandle } from "../../base/time/mod.ts";
import type { Agent } from "../agent/mod.ts";
import type { RequestMessage, ResponseMessage, ServerRequest } from "../library/mod.ts";
import { supports, tokens } from "../message/mod.ts";
import { glareDelay } from "../limits/mod.ts";
import {
  answeredSessionExpires,
  MIN_SESSION_SECONDS,
  parseSessionExpires,
  type SessionExpires,
  sessionExpiresLine,
  SessionTimer,
} from "./session_timer.ts";

export interface SessionRefreshEvents {
  /** Sends an UPDATE without body; tells its final status. */
  update(headers: string[], onFinal: (response: ResponseMessage) => void): void;
  /**
   * Sends a re-INVITE with the present description; `undefined`: another exchange is in its way. A 2xx
   * is told by `refreshed`.
   */
  reinvite(refused: (response: ResponseMessage | undefined) => void): void;
  expired(): void;
}

/** Collisions and server errors in a row after which a refresh counts as refused. */
const MAX_POSTPONED = 3;

interface Agreed {
  seconds: number;
  weRefresh: boolean;
}

export class SessionRefresh {
  readonly #agent: Agent;
  readonly #events: SessionRefreshEvents;
  readonly #timer: SessionTimer;
  #peerTakesUpdate: boolean;
  #agreed: Agreed | undefined;
  /** Of a 422; 0: none. */
  #leastSeconds = 0;
  #later: TimerHandle;
  /** Times in a row that the peer said "not now". */
  #postponed = 0;
  #stopped = false;

  /** @param message INVITE that we accepted, or 2xx to ours */
  constructor(
    agent: Agent,
    events: SessionRefreshEvents,
    message: RequestMessage | ResponseMessage,
  ) {
    this.#agent = agent;
    this.#events = events;
    this.#peerTakesUpdate = tokens(message, "allow").includes("update");
    this.#timer = new SessionTimer(agent.clock, {
      refresh: () => this.#refresh(),
      expired: () => events.expired(),
    });
    this.refreshed(message);
  }

  /** Session-Expires for a 2xx to `request`, or for a request of ours. */
  lines(request: RequestMessage | undefined): string[] {
    if (request !== undefined) return sessionTimerAnswer(request);
    if (this.#agreed === undefined) return [];
    const { seconds, weRefresh } = this.#agreed;
    const line = sessionExpiresLine({ seconds, refresher: weRefresh ? "uac" : "uas" });
    return this.#leastSeconds === 0 ? [line] : [line, `Min-SE: ${this.#leastSeconds}`];
  }

  /** We sent a 2xx to this request, or got this 2xx. */
  refreshed(message: RequestMessage | ResponseMessage): void {
    if (this.#stopped) return;
    this.#agent.clock.clearTimeout(this.#later);
    this.#agree(
      message.kind === "request"
        ? this.#answered(message)
        : this.#granted(parseSessionExpires(message.header("session-expires"))),
    );
  }

  #answered(request: RequestMessage): Agreed | undefined {
    const agreed = intervalFor(request);
    return agreed && { seconds: agreed.seconds, weRefresh: agreed.refresher === "uas" };
  }

  /** What a 2xx to a request of ours says. */
  #granted(granted: SessionExpires | undefined): Agreed | undefined {
    const before = this.#agreed;
    // Whoever refreshes does no harm by going on where the peer forgets the header.
    if (granted === undefined) return before?.weRefresh ? before : undefined;
    const asked = before?.weRefresh ?? true;
    const weRefresh = granted.refresher === undefined ? asked : granted.refresher === "uac";
    return { seconds: granted.seconds, weRefresh };
  }

  #agree(agreed: Agreed | undefined): void {
    this.#agreed = agreed;
    this.#postponed = 0;
    this.#timer.start(agreed?.seconds, agreed?.weRefresh ?? false);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.stop();
    this.#agent.clock.clearTimeout(this.#later);
  }

  #refresh(): void {
    if (this.#stopped) return;
    if (!this.#peerTakesUpdate) return this.#reinvite();
    const headers = [this.#agent.contactLine(), ...this.lines(undefined)];
    this.#events.update(headers, (response) => {
      if (this.#stopped) return;
      if (response.status < 300) return this.refreshed(response);
      if (this.#isForLater(response)) return this.#refreshLater();
      this.#peerTakesUpdate = false;
      this.#postponed = 0;
      this.#refresh();
    });
  }

  #reinvite(): void {
    this.#events.reinvite((response) => {
      if (this.#stopped) return;
      if (response === undefined || this.#isForLater(response)) return this.#refreshLater();
      this.#agent.log("info", `the peer refused to refresh the session: ${response.status}`);
      this.#agree(this.#agreed);
    });
  }

  /** The same request may do later: a collision, a hiccup, a longer interval, or nothing was said. */
  #isForLater(response: ResponseMessage): boolean {
    const { status } = response;
    // No sign that the peer lives.
    if (response.isStandIn) return true;
    if (status === 422) return this.#lengthen(response);
    if (status !== 491 && status !== 500) return false;
    this.#postponed += 1;
    return this.#postponed <= MAX_POSTPONED;
  }

  /** RFC 4028 §7.3; false: the answer asks for nothing new. */
  #lengthen(message: ResponseMessage): boolean {
    const least = Number(message.header("min-se"));
    const agreed = this.#agreed;
    if (agreed === undefined || !Number.isInteger(least)) return false;
    if (least <= Math.max(agreed.seconds, this.#leastSeconds) || least > 86_400) return false;
    this.#leastSeconds = least;
    this.#agreed = { ...agreed, seconds: least };
    return true;
  }

  #refreshLater(): void {
    const { clock, random } = this.#agent;
    clock.clearTimeout(this.#later);
    this.#later = clock.setTimeout(() => this.#refresh(), glareDelay(random()));
  }
}

/** What we answer to the Session-Expires of a request. */
function intervalFor(request: RequestMessage): SessionExpires | undefined {
  const asked = parseSessionExpires(request.header("session-expires"));
  return answeredSessionExpires(asked, supports(request, "timer"));
}

/** Session-Expires, and Require where the caller refreshes, for a 2xx to a request (RFC 4028 §9). */
export function sessionTimerAnswer(request: RequestMessage): string[] {
  const answered = intervalFor(request);
  if (answered === undefined) return [];
  const line = sessionExpiresLine(answered);
  return answered.refresher === "uac" ? ["Require: timer", line] : [line];
}

/** RFC 4028 §9: an interval that is too small is refused with ours; true: it was. */
export function refusesInterval(
  request: Pick<ServerRequest, "message" | "reject">,
): boolean {
  const asked = parseSessionExpires(request.message.header("session-expires"));
  if (asked === undefined || asked.seconds >= MIN_SESSION_SECONDS) return false;
  request.reject(422, { headers: [`Min-SE: ${MIN_SESSION_SECONDS}`] });
  return true;
}
