/**
 * The session timer of one dialog (RFC 4028): what our messages say of it, when we refresh, and what a
 * refresh of the peer does.
 *
 *     2xx or request with Session-Expires ─► agreed ─► half time, if we refresh: UPDATE or re-INVITE
 *                                              └─► no refresh: the call is lost
 *
 * Not on the real-time path.
 */
import {
  IncomingRequestMessage,
  type IncomingResponseMessage,
  type UserAgentServer,
} from "sip.js/lib/core/index.js";
import type { Agent } from "../agent.ts";
import { supports, tokens } from "../library/capabilities.ts";
import { glareDelay } from "../pacing.ts";
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
  update(
    headers: string[],
    onFinal: (status: number, message: IncomingResponseMessage) => void,
  ): void;
  /** Sends a re-INVITE with the present description; `collided` when it could not. */
  reinvite(collided: () => void): void;
  expired(): void;
}

export class SessionRefresh {
  readonly #agent: Agent;
  readonly #events: SessionRefreshEvents;
  readonly #timer: SessionTimer;
  readonly #peerTakesUpdate: boolean;
  #agreed: { seconds: number; weRefresh: boolean } | undefined;
  #stopped = false;

  /** @param message INVITE that we accepted, or 2xx to ours */
  constructor(
    agent: Agent,
    events: SessionRefreshEvents,
    message: IncomingRequestMessage | IncomingResponseMessage,
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
  lines(request: IncomingRequestMessage | undefined): string[] {
    if (request !== undefined) return sessionTimerAnswer(request);
    if (this.#agreed === undefined) return [];
    const { seconds, weRefresh } = this.#agreed;
    return [sessionExpiresLine({ seconds, refresher: weRefresh ? "uac" : "uas" })];
  }

  /** We sent a 2xx to this request, or got this 2xx. */
  refreshed(message: IncomingRequestMessage | IncomingResponseMessage): void {
    if (this.#stopped) return;
    const isRequest = message instanceof IncomingRequestMessage;
    const agreed = isRequest
      ? intervalFor(message)
      : parseSessionExpires(message.getHeader("session-expires"));
    const weRefresh = agreed?.refresher === (isRequest ? "uas" : "uac");
    this.#agreed = agreed === undefined ? undefined : { seconds: agreed.seconds, weRefresh };
    this.#timer.start(agreed?.seconds, weRefresh);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.stop();
  }

  #refresh(): void {
    if (this.#stopped) return;
    if (!this.#peerTakesUpdate) return this.#events.reinvite(() => this.#refreshLater());
    const headers = [this.#agent.contactLine(), ...this.lines(undefined)];
    this.#events.update(headers, (status, message) => {
      if (status < 300) this.refreshed(message);
      else if (status === 491 || status === 500) this.#refreshLater();
    });
  }

  #refreshLater(): void {
    const { clock, random } = this.#agent;
    clock.setTimeout(() => this.#refresh(), glareDelay(random()));
  }
}

/** What we answer to the Session-Expires of a request. */
function intervalFor(request: IncomingRequestMessage): SessionExpires | undefined {
  const asked = parseSessionExpires(request.getHeader("session-expires"));
  return answeredSessionExpires(asked, supports(request, "timer"));
}

/** Session-Expires, and Require where the caller refreshes, for a 2xx to a request (RFC 4028 §9). */
export function sessionTimerAnswer(request: IncomingRequestMessage): string[] {
  const answered = intervalFor(request);
  if (answered === undefined) return [];
  const line = sessionExpiresLine(answered);
  return answered.refresher === "uac" ? ["Require: timer", line] : [line];
}

/** RFC 4028 §9: an interval that is too small is refused with ours; true: it was. */
export function refusesInterval(server: UserAgentServer): boolean {
  const asked = parseSessionExpires(server.message.getHeader("session-expires"));
  if (asked === undefined || asked.seconds >= MIN_SESSION_SECONDS) return false;
  server.reject({ statusCode: 422, extraHeaders: [`Min-SE: ${MIN_SESSION_SECONDS}`] });
  return true;
}
