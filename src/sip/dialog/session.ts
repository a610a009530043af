/**
 * An answered call: one confirmed dialog and everything that may happen in it.
 *
 *     confirmed ─ SendBye ─► (ACK awaited) ─► BYE sent ─ final ─► over   CallEnded by local
 *         ├ BYE of the peer ─────────────────────────────────────► over   CallEnded by remote
 *         └ no ACK, no refresh, 408/481 to a request ─► BYE sent ─► over   CallEnded with an error
 *
 * A lost connection ends nothing: requests fail, the dialog stays.
 */
import type { Ender } from "../../core/ports/mod.ts";
import { DigitRate } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { CallEffect, Leg } from "../agent/mod.ts";
import {
  ACCEPT_LINE,
  DTMF,
  DTMF_RELAY,
  parseDtmfBody,
  parseParameterised,
  reasonText,
  tokens,
} from "../message/mod.ts";
import type {
  Dialog,
  DialogEvents,
  DialogRequest,
  RequestMessage,
  ResponseMessage,
  ServerRequest,
} from "../library/mod.ts";
import { InfoDigits } from "./info_digits.ts";
import { isDialogGone, sendInDialog } from "./in_dialog.ts";
import { type AwaitedAck, Offers } from "./offers.ts";
import { referStatus, sendRefer } from "./referral.ts";
import { Referred } from "./referred.ts";
import { sdpAddress, type SessionContext } from "./session_context.ts";
import { SessionRefresh } from "./session_refresh.ts";

type Stage =
  | { name: "confirmed" }
  /** A BYE of ours waits for the ACK to our 2xx (RFC 3261 §15). */
  | { name: "awaiting-ack" }
  | { name: "leaving" }
  | { name: "over" };

export interface SessionStart {
  /** Of the INVITE that we accepted; absent: the INVITE was ours. */
  awaitedAck?: AwaitedAck;
  /** INVITE of the peer that we accepted, or 2xx to ours: says Allow and Session-Expires. */
  message: RequestMessage | ResponseMessage;
}

export class Session implements Leg {
  readonly context: SessionContext;
  readonly offers: Offers;
  readonly #refresh: SessionRefresh;
  readonly #referred: Referred;
  readonly #digitRate = new DigitRate();
  readonly #digits: InfoDigits;
  #silent = false;
  #stage: Stage = { name: "confirmed" };

  constructor(context: SessionContext, { awaitedAck, message }: SessionStart) {
    this.context = context;
    this.#referred = new Referred(context);
    this.#refresh = new SessionRefresh(context.agent, {
      update: (headers, onFinal) => this.#request("UPDATE", headers, onFinal),
      reinvite: (refused) => this.offers.refresh(refused),
      expired: () => this.#lose(new OffhookError("unreachable", "the session timer ran out")),
    }, message);
    this.offers = new Offers(context, {
      timerLines: (request) => this.#refresh.lines(request),
      refreshed: (refreshing) => this.#refresh.refreshed(refreshing),
      lost: (error) => this.#lose(error),
    }, awaitedAck);
    this.#digits = this.#infoDigits(tokens(message, "allow"));
    context.dialog.events = this.#events();
  }

  get dialog(): Dialog | undefined {
    return this.#stage.name === "over" ? undefined : this.context.dialog;
  }

  perform(effect: CallEffect): void {
    if (this.#stage.name !== "confirmed") return;
    switch (effect.type) {
      case "SendBye":
      case "SendCancel":
        return this.#leave(undefined);
      case "SendReinvite":
        return this.offers.send(effect.offer);
      case "AnswerOffer":
        return this.offers.answer(effect.description);
      case "RejectOffer":
        return this.offers.reject(effect.status);
      case "SendInfoDigits":
        return this.#digits.add(effect.digits, effect.durationMs);
      case "AskDialog":
        return this.#ask();
      case "SendRefer":
        return this.#refer(effect);
      case "AnswerRefer":
        return this.#referred.answer(effect.status);
      case "SendReferStatus":
        return this.#referred.report(effect.status, effect.reason);
    }
  }

  checkAddress(): void {
    const { agent, call, descriptions } = this.context;
    if (this.#stage.name !== "confirmed" || !descriptions.isStale(sdpAddress(this.context))) return;
    agent.notify({ type: "CallAddressChanged", call });
  }

  abandon(): void {
    if (this.#stage.name === "confirmed") this.#leave(undefined);
  }

  /** BYE for a call that the core hears of as refused. */
  abandonSilently(): void {
    this.#silent = true;
    this.#leave(undefined);
  }

  #events(): DialogEvents {
    return {
      onAck: (message) => this.#acknowledged(message),
      onAckTimeout: () =>
        this.#lose(new OffhookError("unreachable", "the caller did not acknowledge our answer")),
      onBye: (request) => this.#byeReceived(request),
      onInvite: (request) => this.offers.receiveInvite(request),
      onUpdate: (server) => this.offers.receiveUpdate(server),
      onInfo: (request) => this.#infoReceived(request),
      onNotify: (request) => this.#notifyReceived(request),
      onRefer: (request) => this.#referred.receive(request),
    };
  }

  #acknowledged(message: RequestMessage): void {
    this.offers.receiveAck(message);
    if (this.#stage.name === "awaiting-ack") this.#sendBye(undefined);
  }

  #byeReceived(request: ServerRequest): void {
    request.accept();
    if (this.#stage.name === "over") return;
    const by = this.#stage.name === "confirmed" ? "remote" : "local";
    this.#end(by, reasonText(request.message) ?? "the other side hung up", undefined);
  }

  #infoReceived(request: ServerRequest): void {
    const { message } = request;
    const contentType = parseParameterised(message.header("content-type") ?? "").value;
    const digit = parseDtmfBody(contentType, message.body);
    if (digit !== undefined) {
      request.accept();
      // Answered as any other: a refusal would only be sent again.
      if (!this.#digitRate.take(this.context.agent.clock.now())) return;
      this.context.agent.notify({ type: "InfoDigit", call: this.context.call, ...digit });
    } else if (!message.body) request.accept();
    else request.reject(415, { headers: [`Accept: ${DTMF_RELAY}, ${DTMF}`] });
  }

  #notifyReceived(request: ServerRequest): void {
    const event = parseParameterised(request.message.header("event") ?? "").value;
    if (event !== "refer") return request.reject(489, { headers: ["Allow-Events: refer"] });
    const progress = referStatus(request.message);
    if (progress === undefined) return request.reject(400);
    request.accept();
    this.context.agent.notify({ type: "ReferProgress", call: this.context.call, ...progress });
  }

  /** @param allowed methods that the peer takes; none: it does not say */
  #infoDigits(allowed: string[]): InfoDigits {
    const { agent, call } = this.context;
    const refuses = allowed.length > 0 && !allowed.includes("info");
    return new InfoDigits(agent.clock, agent.digits, {
      send: (body, answered) => {
        if (refuses) return answered({ status: 405, reason: "its Allow names no INFO" });
        this.#request("INFO", [], answered, body);
      },
      taken: (digit) => agent.notify({ type: "InfoDigitTaken", call, digit }),
      sent: (digits) => agent.notify({ type: "InfoDigitsSent", call, digits }),
      refused: (digits, durationMs, status, reason) =>
        agent.notify({ type: "InfoDigitsRefused", call, digits, durationMs, status, reason }),
    });
  }

  #refer(effect: Extract<CallEffect, { type: "SendRefer" }>): void {
    const { agent, call } = this.context;
    const other = effect.replaces === undefined ? undefined : agent.leg(effect.replaces)?.dialog;
    try {
      if (effect.replaces !== undefined && other === undefined) {
        throw new OffhookError("invalid-state", `the call ${effect.replaces} is not answered`);
      }
      sendRefer(this.context, effect, other);
    } catch (error) {
      const reason = OffhookError.from(error).message;
      agent.notify({ type: "ReferProgress", call, status: 400, reason });
    }
  }

  /**
   * OPTIONS inside the dialog: whoever answers at all is there, also with 405 or 501, or sends anything
   * else meanwhile. Silence counts as gone here, as the core asks only when there is another reason to
   * think so.
   */
  #ask(): void {
    const { agent, call, dialog, authentication } = this.context;
    const before = dialog.lifeSigns;
    const request: DialogRequest = { method: "OPTIONS", headers: [ACCEPT_LINE] };
    sendInDialog(agent, dialog, authentication, request, (response) => {
      const isQuiet = dialog.lifeSigns === before;
      const isSilent = response.isSilence && isQuiet;
      const reason = isSilent
        ? "nothing answers"
        : `it answered ${response.status} ${response.reason}`.trim();
      const verdict = isSilent || isDialogGone(response)
        ? "gone"
        : response.isStandIn && isQuiet
        ? "unknown"
        : "there";
      agent.notify({ type: "DialogAnswered", call, verdict, reason });
    });
  }

  #request(
    method: "INFO" | "UPDATE",
    headers: string[],
    onFinal: (response: ResponseMessage) => void,
    body?: DialogRequest["body"],
  ): void {
    const { agent, dialog, authentication } = this.context;
    const request = { method, headers, ...(body === undefined ? {} : { body }) };
    sendInDialog(agent, dialog, authentication, request, (response) => {
      onFinal(response);
      if (!isDialogGone(response)) return;
      // Some say 481 of a package that they do not know (RFC 6086 §4.2.2): only an OPTIONS tells.
      if (method === "INFO") return this.#ask();
      this.#lose(new OffhookError("unreachable", `the peer lost the call: ${response.status}`));
    });
  }

  // The end.

  #lose(error: OffhookError): void {
    if (this.#stage.name === "leaving" || this.#stage.name === "over") return;
    this.#leave(error);
  }

  #leave(error: OffhookError | undefined): void {
    this.offers.close();
    this.#digits.close();
    this.#refresh.stop();
    const { dialog } = this.context;
    const mustWait = dialog.awaitsAck && error === undefined;
    if (mustWait) this.#stage = { name: "awaiting-ack" };
    else this.#sendBye(error);
  }

  #sendBye(error: OffhookError | undefined): void {
    this.#stage = { name: "leaving" };
    const { agent, dialog, authentication } = this.context;
    const request: DialogRequest = { method: "BYE", headers: [] };
    sendInDialog(agent, dialog, authentication, request, ({ status, reason }) => {
      if (this.#stage.name === "over") return;
      const told = status < 300 ? "hung up" : `hung up; the peer said ${status} ${reason}`;
      this.#end("local", error?.message ?? told, error);
    });
    dialog.dispose();
    // With an error the core need not wait for a peer that is silent.
    if (error !== undefined) this.#end("local", error.message, error);
  }

  #end(by: Ender, reason: string, error: OffhookError | undefined): void {
    this.#stage = { name: "over" };
    this.offers.close();
    this.#digits.close();
    this.#refresh.stop();
    const { agent, call } = this.context;
    agent.setLeg(call, undefined);
    if (this.#silent) return;
    agent.notify({
      type: "CallEnded",
      call,
      by,
      reason,
      ...(error === undefined ? {} : { error: error.toJSON() }),
    });
  }
}
