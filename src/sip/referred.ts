/**
 * A transfer by the peer, as the transferee (RFC 3515): REFER in, NOTIFY out.
 *
 *     REFER ─ checked ─► ReferReceived ─ AnswerRefer ─► 202 ─ SendReferStatus ─► NOTIFY sipfrag …
 *         └ no usable Refer-To ─► 400              └► 603
 *
 * Not on the real-time path.
 */
import type { IncomingReferRequest } from "sip.js/lib/core/index.js";
import { reasonPhrase } from "../core/header_value.ts";
import { newToken } from "./identifiers.ts";
import { partyOf } from "./identity.ts";
import { sendInDialog } from "./in_dialog.ts";
import type { SessionContext } from "./session_context.ts";

/** Seconds that a transferor is told to wait for news. */
const EXPIRES = 120;

export class Referred {
  readonly #context: SessionContext;
  /** Not answered yet. */
  #request: IncomingReferRequest | undefined;
  /** CSeq of the REFER that NOTIFY is about (§2.4.6). */
  #id = 0;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  receive(request: IncomingReferRequest): void {
    const target = partyOf(request.message.getHeader("refer-to") ?? "");
    if (target === undefined) return void request.reject({ statusCode: 400 });
    if (this.#request !== undefined) return void request.reject({ statusCode: 491 });
    this.#request = request;
    const { agent, call } = this.#context;
    agent.notify({ type: "ReferReceived", call, target: target.uri, referral: newToken() });
  }

  answer(status: 202 | 603): void {
    const request = this.#request;
    this.#request = undefined;
    if (request === undefined) return;
    if (status !== 202) return void request.reject({ statusCode: status });
    this.#id = request.message.cseq;
    request.accept({ statusCode: 202, extraHeaders: [this.#context.agent.contactLine()] });
  }

  report(status: number, reason: string): void {
    const { agent, dialog, authentication } = this.#context;
    const state = status < 200 ? `active;expires=${EXPIRES}` : "terminated;reason=noresource";
    const headers = [
      `Event: refer;id=${this.#id}`,
      `Subscription-State: ${state}`,
      agent.contactLine(),
    ];
    const body = {
      contentDisposition: "render",
      contentType: "message/sipfrag;version=2.0",
      content: `SIP/2.0 ${status} ${reasonPhrase(reason)}\r\n`,
    };
    sendInDialog(agent, dialog, authentication, { method: "NOTIFY", headers, body }, (response) => {
      if (response.status < 300) return;
      agent.log("info", `the transferor refused our news: ${response.status} ${response.reason}`);
    });
  }
}
