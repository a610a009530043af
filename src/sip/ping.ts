/**
 * OPTIONS outside any dialog (RFC 3261 §11): is somebody there, and how long does an answer take?
 *
 *     OPTIONS ─► any final answer ─► alive             401, 407 of our server: once more, with credentials
 *              └ nothing in time ──► unreachable
 */
import { type ErrorJson, OffhookError } from "../base/mod.ts";
import { formatHostPort } from "../base/network/mod.ts";
import { type Agent, silenceError } from "./agent/mod.ts";
import { Authentication } from "./auth/mod.ts";
import type { ResponseMessage } from "./library/mod.ts";
import { ProbeRate } from "./limits/mod.ts";
import { ALLOW_LINE, newToken } from "./message/mod.ts";

export interface PingAnswer {
  status: number;
  reason: string;
  /** ms from the request that was answered to its answer. */
  rttMs: number;
  /** What the answerer calls itself: its Server, else its User-Agent; of the network. */
  agent?: string;
  /** `udp 192.0.2.1:5060`: where the answer came from. */
  from?: string;
}

/** A program in a loop is no reason to flood a server. */
const RATE = {
  perSource: { perSecond: 5, burst: 5 },
  inAll: { perSecond: 20, burst: 20 },
  sources: 1_000,
};
/** Characters of what a peer says about itself. */
const MOST = 200;

export class Pings {
  readonly #agent: Agent;
  readonly #rate = new ProbeRate(RATE);

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /**
   * @param target URI
   * @throws OffhookError `unreachable` when nothing answers in time, or there is no way to it;
   *   `invalid-state` for one of too many
   */
  async ask(target: string, timeoutMs: number): Promise<PingAnswer> {
    const { clock } = this.#agent;
    if (!this.#rate.take(target, clock.now())) {
      throw new OffhookError("invalid-state", `too many pings of ${target} in one second`, {
        hint: `At most ${RATE.perSource.perSecond} a second go to one place.`,
        data: { target },
      });
    }
    const late = Promise.withResolvers<never>();
    const timer = clock.setTimeout(() => late.reject(silent(target, timeoutMs)), timeoutMs);
    const asking = this.#ask(target);
    // Nobody waits for it after the time is up.
    asking.catch(() => {});
    try {
      return await Promise.race([asking, late.promise]);
    } finally {
      clock.clearTimeout(timer);
    }
  }

  async #ask(target: string): Promise<PingAnswer> {
    const { account, keys, failureOf, flowToward } = this.#agent;
    // Who is behind the server may challenge with a realm of his choice; the server itself does not.
    const lesson = target === `sip:${account.server}` ? "first" : "none";
    const flow = await flowToward(target);
    const authentication = new Authentication(keys);
    const callId = newToken();
    const fromTag = newToken();
    for (let cseq = 1;; cseq++) {
      const lines = authentication.lines({ method: "OPTIONS", uri: target, body: "" });
      const startedAt = this.#agent.clock.now();
      const response = await new Promise<ResponseMessage>((resolve) =>
        this.#agent.stack.request({
          method: "OPTIONS",
          target,
          from: this.#agent.identityOn(flow),
          callId,
          fromTag,
          cseq,
          supported: [],
          headers: [...lines, ALLOW_LINE, "Accept: application/sdp"],
        }, resolve)
      );
      if (response.isStandIn) throw failure(failureOf(callId, "OPTIONS"), silenceError(flow));
      const asked = cseq === 1 && [401, 407].includes(response.status);
      if (asked && await accepted(authentication, response, lesson)) continue;
      return answerOf(response, this.#agent.clock.now() - startedAt);
    }
  }
}

/** Whether there are credentials for a challenge; without any it is an answer like another. */
function accepted(
  authentication: Authentication,
  challenge: ResponseMessage,
  lesson: "first" | "none",
): Promise<boolean> {
  return authentication.accept(challenge, lesson).then(() => true, () => false);
}

function answerOf(response: ResponseMessage, rttMs: number): PingAnswer {
  const { status, reason, flow } = response;
  const agent = (response.header("server") ?? response.header("user-agent"))?.trim();
  return {
    status,
    reason: reason.slice(0, MOST),
    rttMs,
    ...(agent ? { agent: agent.slice(0, MOST) } : {}),
    ...(flow === undefined ? {} : { from: `${flow.transport} ${formatHostPort(flow.remote)}` }),
  };
}

function failure(known: ErrorJson | undefined, otherwise: OffhookError): OffhookError {
  return known === undefined ? otherwise : OffhookError.fromJSON(known);
}

function silent(target: string, timeoutMs: number): OffhookError {
  return new OffhookError("unreachable", `${target} did not answer within ${timeoutMs / 1000} s`, {
    hint: "Check the address, the port and the transport; a firewall may drop the messages.",
    data: { target, timeoutMs },
  });
}
