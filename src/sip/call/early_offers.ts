/**
 * Offers of the peer before the call is answered, once the first exchange is done (RFC 3311 §5.1,
 * RFC 3262 §5): in an UPDATE, or in the PRACK of the response that brought our answer.
 *
 *     UPDATE, PRACK with an offer ─► RemoteOffer ─► answer() → 200 with our description
 *                                               └► reject() → 488, 491, 500
 */
import { OffhookError } from "../../base/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import type { Agent } from "../agent/mod.ts";
import type { ServerRequest } from "../library/mod.ts";
import { ACCEPT_LINE, ALLOW_LINE, sdpBody, sdpOf } from "../message/mod.ts";
import { Decision } from "../dialog/mod.ts";
import type { SessionDescriptions } from "../sdp/mod.ts";

export class EarlyOffers {
  readonly #agent: Agent;
  readonly #call: CallId;
  readonly #decision: Decision;

  constructor(agent: Agent, call: CallId) {
    this.#agent = agent;
    this.#call = call;
    this.#decision = new Decision(agent.clock);
  }

  /**
   * Answers an UPDATE or a PRACK, at once or when the core has decided.
   * @param settled whether the first offer has its answer; else another one must wait (491)
   * @param address local address for SDP
   */
  receive(
    request: ServerRequest,
    descriptions: SessionDescriptions,
    { settled, address }: { settled: boolean; address: string },
  ): void {
    const headers = [this.#agent.contactLine(), ALLOW_LINE];
    if (!request.message.body) return request.accept({ headers });
    const sdp = sdpOf(request.message);
    if (sdp === undefined) return request.reject(415, { headers: [ACCEPT_LINE] });
    if (!settled || this.#decision.isOpen) return request.reject(491);
    try {
      const offer = descriptions.receiveOffer(sdp);
      this.#decision.open({
        accept: (description) => {
          const body = sdpBody(descriptions.answer(description, address));
          request.accept({ headers, body });
        },
        reject: (status) => request.reject(status),
      });
      this.#agent.notify({ type: "RemoteOffer", call: this.#call, offer });
    } catch (error) {
      this.#agent.log("warning", OffhookError.from(error).message);
      request.reject(488);
    }
  }

  answer(description: MediaDescription): void {
    this.#decision.accept(description);
  }

  reject(status: number): void {
    this.#decision.reject(status);
  }

  /** The early dialog ends: nothing stays unanswered. */
  close(): void {
    this.#decision.reject(487);
  }
}
