/**
 * Sends session reports to the account's collector by PUBLISH (RFC 3903, RFC 6035 §4.6): one for each
 * call, when it is over.
 *
 *     call over ─► PUBLISH ─► 200
 *                    ├► 401, 407 ─► with credentials; the same again is a refusal
 *                    ├► 408, 5xx, nothing ─► this one is lost: the next call's is tried
 *                    └► any other refusal ─► no more are sent, and the core is told once
 */
import { OffhookError } from "../../base/mod.ts";
import type { QualitySession } from "../../core/ports/mod.ts";
import { type Agent, silenceError } from "../agent/mod.ts";
import { Authentication } from "../auth/mod.ts";
import type { ResponseMessage } from "../library/mod.ts";
import { newToken, parseUri } from "../message/mod.ts";
import { vqReport } from "./vq_report.ts";

/** The server or the network is at fault, and may not be the next time. */
const PASSING = new Set([408, 480, 500, 502, 503, 504]);
/** Reports on their way: calls may end by the dozen. */
const MOST_AT_ONCE = 20;

export class QualityPublisher {
  readonly #agent: Agent;
  /** Absent: none is configured. */
  readonly #collector: string | undefined;
  readonly #pending = new Set<Promise<void>>();
  #refused = false;

  constructor(agent: Agent) {
    this.#agent = agent;
    this.#collector = agent.account.qualityCollector;
  }

  /** Sends a report, unless the collector wants none. Never throws. */
  publish(session: QualitySession): void {
    const collector = this.#collector;
    if (collector === undefined || this.#refused || this.#pending.size >= MOST_AT_ONCE) return;
    const sending: Promise<void> = this.#send(session, collector)
      .then((response) => this.#heed(response))
      .catch((thrown) => {
        const { message } = OffhookError.from(thrown);
        this.#agent.log("warning", `a quality report was not sent: ${message}`);
      })
      .finally(() => this.#pending.delete(sending));
    this.#pending.add(sending);
  }

  /** Resolves when no report is on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #send(session: QualitySession, collector: string): Promise<ResponseMessage> {
    const { account, keys, flowToward, stack } = this.#agent;
    const flow = await flowToward(collector);
    const from = this.#agent.identityOn(flow);
    const content = vqReport(session, {
      local: from.uri,
      remote: session.remote,
      localAddress: this.#agent.localAddress(flow),
    });
    const authentication = new Authentication(keys);
    // An account that does not register has learnt no realm yet; strangers teach none.
    const isOurs = parseUri(collector)?.host === parseUri(`sip:${account.server}`)?.host;
    const lesson = isOurs ? "first" : "none";
    const [callId, fromTag] = [newToken(), newToken()];
    for (let cseq = 1;; cseq++) {
      const lines = authentication.lines({ method: "PUBLISH", uri: collector, body: content });
      const response = await new Promise<ResponseMessage>((resolve) =>
        stack.request({
          method: "PUBLISH",
          target: collector,
          from,
          callId,
          fromTag,
          cseq,
          supported: [],
          headers: [...lines, "Event: vq-rtcpxr"],
          body: { disposition: "render", type: "application/vq-rtcpxr", content },
        }, resolve)
      );
      if (response.isStandIn) throw silenceError(flow);
      if (response.status !== 401 && response.status !== 407) return response;
      const refusal = await authentication.accept(response, lesson).catch(refusalIn);
      if (refusal !== undefined) return response;
    }
  }

  #heed({ status, reason }: ResponseMessage): void {
    if (status < 300) return;
    if (PASSING.has(status)) {
      this.#agent.log("info", `a quality report was lost: ${status} ${reason}`);
      return;
    }
    if (this.#refused) return;
    this.#refused = true;
    const account = this.#agent.account.id;
    this.#agent.notify({ type: "QualityReportsRefused", account, status, reason });
  }
}

/** Credentials that are not taken are a refusal; a password that cannot be read is none. */
function refusalIn(thrown: unknown): OffhookError {
  const error = OffhookError.from(thrown);
  if (error.code !== "auth-refused") throw error;
  return error;
}
