/**
 * A transfer by the peer, as the transferee (RFC 3515): REFER in, NOTIFY out.
 *
 *     REFER ─ checked ─► ReferReceived ─ AnswerRefer ─► 202 ─ SendReferStatus ─► NOTIFY sipfrag …
 *         ├ no usable Refer-To ─► 400              └► 603
 *         └ nothing that can be called (mailto:, http:) ─► 416 (RFC 3261 §21.4.14)
 *
 * A peer that wants no news (`Refer-Sub: false`, RFC 4488) gets none.
 */
import {
  isCallable,
  type MessageBody,
  newToken,
  parseNameAddr,
  withoutHeaders,
} from "../message/mod.ts";
import { headerValue, reasonPhrase } from "../../core/account/mod.ts";
import { sendInDialog } from "./in_dialog.ts";
import type { ServerRequest } from "../library/mod.ts";
import type { SessionContext } from "./session_context.ts";

/** Seconds that a transferor is told to wait for news. */
const EXPIRES = 120;
/** The value of Replaces (RFC 3891 §6.1), loosely. */
const REPLACES = /^[^\s;,]+(?:;[^\s;,]+)+$/;

export class Referred {
  readonly #context: SessionContext;
  /** Not answered yet. */
  #request: ServerRequest | undefined;
  /** CSeq of the REFER that NOTIFY is about (§2.4.6). */
  #id = 0;
  #wantsNews = true;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  receive(request: ServerRequest): void {
    const { message } = request;
    const referTo = parseNameAddr(message.header("refer-to") ?? "");
    const method = referTo?.uri.parameters.get("method")?.toUpperCase() ?? "INVITE";
    if (referTo === undefined || method !== "INVITE") {
      return request.reject(400, { reason: "Bad Refer-To" });
    }
    if (!isCallable(referTo.uri.scheme)) return request.reject(416);
    if (this.#request !== undefined) return request.reject(491);
    this.#request = request;
    const { agent, call, dialog } = this.#context;
    const replaces = replacesIn(referTo.uri.headers);
    agent.notify({
      type: "ReferReceived",
      call,
      target: withoutHeaders(referTo.uri).text,
      referral: newToken(),
      referredBy: message.header("referred-by")?.trim() ?? `<${dialog.remoteUri}>`,
      ...(replaces === undefined ? {} : { replaces }),
    });
  }

  answer(status: 202 | 603): void {
    const request = this.#request;
    this.#request = undefined;
    if (request === undefined) return;
    if (status !== 202) return request.reject(status);
    this.#id = request.message.cseq;
    this.#wantsNews = request.message.header("refer-sub")?.trim().toLowerCase() !== "false";
    const headers = [
      this.#context.agent.contactLine(),
      ...(this.#wantsNews ? [] : ["Refer-Sub: false"]),
    ];
    request.accept({ headers }, 202);
  }

  report(status: number, reason: string): void {
    if (!this.#wantsNews) return;
    const { agent, dialog, authentication } = this.#context;
    const state = status < 200 ? `active;expires=${EXPIRES}` : "terminated;reason=noresource";
    const headers = [
      `Event: refer;id=${this.#id}`,
      `Subscription-State: ${state}`,
      agent.contactLine(),
    ];
    const body: MessageBody = {
      disposition: "render",
      type: "message/sipfrag;version=2.0",
      content: `SIP/2.0 ${status} ${reasonPhrase(reason)}\r\n`,
    };
    sendInDialog(agent, dialog, authentication, { method: "NOTIFY", headers, body }, (response) => {
      if (response.status < 300) return;
      agent.log("info", `the transferor refused our news: ${response.status} ${response.reason}`);
    });
  }
}

/** The Replaces among a URI's `?headers`, for an attended transfer (RFC 5589 §7.1). */
function replacesIn(headers: string): string | undefined {
  for (const part of headers.split("&")) {
    const [name, value = ""] = part.split("=", 2);
    if (name?.toLowerCase() !== "replaces") continue;
    try {
      const text = headerValue("Replaces", decodeURIComponent(value));
      if (REPLACES.test(text)) return text;
    } catch {
      // No text at all: then it is a blind transfer.
    }
  }
  return undefined;
}
