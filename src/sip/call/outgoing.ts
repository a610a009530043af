/**
 * A call of ours until it is answered (RFC 3261 §13.2).
 *
 *     waiting ─ flow known ─► inviting ─ 401, 407, 422, 3xx ─► waiting ─► inviting …
 *        │                       ├ 2xx ─► answered: a Session takes over; further 2xx: ACK + BYE
 *        │ SendCancel            ├ 4xx–6xx, no answer ─► over: CallRejected
 *        ▼                       └ SendCancel ─► cancelling ─ 487 ─► over
 *       over                                        └ 2xx that crossed ─► ACK + BYE ─► over
 *
 * A CANCEL goes out with the first provisional response (§9.1), never before, and a challenge that
 * comes after it is not answered. Of a peer that says nothing at all the core hears after a second:
 * the rest of the wait is ours.
 */
import { type ErrorJson, OffhookError } from "../../base/mod.ts";
import type { SipEffect } from "../../core/ports/mod.ts";
import { type Agent, type CallEffect, callError, type Leg, silenceError } from "../agent/mod.ts";
import { Authentication } from "../auth/mod.ts";
import { Cancellation } from "./cancellation.ts";
import { EarlyDialogs } from "./early_dialogs.ts";
import { EarlyOffers } from "./early_offers.ts";
import type {
  ClientInvite,
  ClientInviteEvents,
  Dialog,
  DialogEvents,
  InviteAccepted,
  ResponseMessage,
} from "../library/mod.ts";
import { InviteAcceptance } from "./invite_acceptance.ts";
import { InviteRequest } from "./invite_request.ts";
import { CLEARTEXT_HINT } from "../../core/media/mod.ts";
import { Redirection } from "./redirection.ts";
import { SessionDescriptions } from "../sdp/mod.ts";
import { type Flow, isSecure } from "../transport/flow/mod.ts";

type Stage =
  /** Nothing of ours is on the wire: a flow or a password is awaited. */
  | { name: "waiting" }
  | { name: "inviting"; client: ClientInvite; provisional: boolean }
  | { name: "cancelling"; cancellation: Cancellation }
  | { name: "answered" }
  | { name: "over" };

export class OutgoingCall implements Leg {
  readonly dialog = undefined;
  readonly #agent: Agent;
  readonly #effect: Extract<SipEffect, { type: "SendInvite" }>;
  readonly #authentication: Authentication;
  readonly #descriptions: SessionDescriptions;
  readonly #early: EarlyDialogs;
  readonly #offers: EarlyOffers;
  readonly #redirection: Redirection;
  #invite: InviteRequest | undefined;
  #flow: Flow | undefined;
  #stage: Stage = { name: "waiting" };

  constructor(agent: Agent, effect: Extract<SipEffect, { type: "SendInvite" }>) {
    this.#agent = agent;
    this.#effect = effect;
    this.#authentication = new Authentication(agent.keys);
    this.#descriptions = new SessionDescriptions(agent.random);
    this.#redirection = new Redirection(effect.target);
    this.#early = new EarlyDialogs(agent, this.#authentication, this.#descriptions);
    this.#offers = new EarlyOffers(agent, effect.call);
  }

  /** Sends the INVITE as soon as there is a way for it. */
  start(): void {
    this.#begin().catch((error) => this.#failed(0, OffhookError.from(error)));
  }

  perform(effect: CallEffect): void {
    if (effect.type === "SendCancel" || effect.type === "SendBye") this.#cancel();
    else if (effect.type === "AnswerOffer") this.#offers.answer(effect.description);
    else if (effect.type === "RejectOffer") this.#offers.reject(effect.status);
  }

  abandon(): void {
    const stage = this.#stage;
    if (stage.name !== "cancelling" || !stage.cancellation.isTold) return this.#cancel();
    stage.cancellation.abandon();
    this.#over(0, "abandoned");
  }

  async #begin(): Promise<void> {
    const invite = new InviteRequest(this.#agent, this.#effect, this.#authentication);
    this.#invite = invite;
    this.#flow = await this.#agent.flowToward(invite.target);
    if (this.#stage.name !== "waiting") return;
    this.#describe(invite, this.#flow);
    this.#authentication.begin();
    this.#send();
  }

  /** @throws OffhookError `encryption-failed` when the offer has keys that this way may not carry */
  #describe(invite: InviteRequest, flow: Flow): void {
    const { offer, inTheClear = offer } = this.#effect;
    const meant = isSecure(flow) ? offer : inTheClear;
    if (meant === "refused") throw keysInTheClear(flow);
    if (meant !== null) {
      this.#descriptions.seenAs = flow.publicAddress?.host;
      invite.sdp = this.#descriptions.offer(meant, this.#agent.localAddress(flow));
    }
  }

  #send(): void {
    const invite = this.#invite;
    if (this.#stage.name !== "waiting" || invite === undefined) return;
    const client = invite.send(this.#events(), this.#flow!);
    this.#stage = { name: "inviting", client, provisional: false };
  }

  #events(): ClientInviteEvents {
    return {
      trying: () => this.#provisional(),
      progress: (message, dialog) => this.#progress(message, dialog),
      accepted: (accepted) => this.#accepted(accepted),
      redirected: (message) => this.#redirected(message),
      rejected: (message) => this.#rejected(message),
    };
  }

  #provisional(): void {
    const stage = this.#stage;
    if (stage.name === "inviting") stage.provisional = true;
    else if (stage.name === "cancelling") stage.cancellation.send();
  }

  #progress(message: ResponseMessage, dialog: Dialog): void {
    this.#provisional();
    dialog.events = this.#earlyEvents(dialog);
    const description = this.#effect.offer === null
      ? undefined
      : this.#early.progress(dialog, message);
    if (this.#stage.name !== "inviting") return;
    this.#agent.notify({
      type: "CallProgress",
      sipCallId: message.callId,
      call: this.#effect.call,
      status: message.status,
      reason: message.reason,
      dialog: dialog.remoteTag,
      transport: this.#flow!.transport,
      ...(description === undefined ? {} : { description }),
    });
  }

  /** Requests inside an early dialog: the peer may change the sound before it answers. */
  #earlyEvents(dialog: Dialog): DialogEvents {
    return {
      onUpdate: (server) => {
        const settled = this.#stage.name === "inviting" && this.#early.isSettled(dialog.remoteTag);
        const address = this.#agent.localAddress(this.#flow!);
        const descriptions = this.#early.descriptions(dialog.remoteTag);
        this.#offers.receive(server, descriptions, { settled, address });
      },
      onBye: (request) => {
        request.accept();
        if (!this.#early.end(dialog)) this.#hungUp();
      },
    };
  }

  /** The peer had answered, which we never heard of, and has hung up: what still rings is cancelled. */
  #hungUp(): void {
    this.#cancel();
    if (this.#stage.name !== "cancelling" || this.#stage.cancellation.isTold) return;
    this.#stage.cancellation.isTold = true;
    const reason = "the other side hung up before its answer came";
    this.#tellRejected(487, reason, new OffhookError("no-answer", reason).toJSON());
  }

  #accepted(accepted: InviteAccepted): void {
    this.#offers.close();
    const wanted = this.#stage.name === "inviting";
    if (this.#stage.name === "cancelling") this.#over(487, "Request Terminated");
    const acceptance = new InviteAcceptance(accepted, {
      agent: this.#agent,
      effect: this.#effect,
      invite: this.#invite!,
      flow: this.#flow!,
      early: this.#early,
      authentication: this.#authentication,
    });
    if (!wanted) return acceptance.refuse();
    this.#stage = { name: "answered" };
    const error = acceptance.take();
    if (error !== undefined) this.#tellRejected(488, "Not Acceptable Here", error.toJSON());
  }

  #redirected(message: ResponseMessage): void {
    this.#redirection.add(message.headers("contact"));
    if (!this.#tryNext()) this.#refused(message);
  }

  #rejected(message: ResponseMessage): void {
    const { status } = message;
    if (this.#stage.name !== "inviting") return this.#refused(message);
    if (status === 401 || status === 407) return this.#challenged(message);
    if (status === 422 && this.#invite?.raiseInterval(message)) return this.#again();
    // RFC 3261 §21.6: a 6xx speaks for every place.
    if (status < 600 && this.#tryNext()) return;
    this.#refused(message);
  }

  #challenged(message: ResponseMessage): void {
    this.#stage = { name: "waiting" };
    this.#authentication.accept(message, "first").then(
      () => this.#send(),
      (error) => this.#failed(message.status, OffhookError.from(error)),
    );
  }

  /** The next target of a redirection; false: there is none. */
  #tryNext(): boolean {
    if (this.#stage.name !== "inviting") return false;
    const target = this.#redirection.next();
    if (target === undefined) return false;
    this.#agent.log("info", `the call is redirected to ${target}`);
    try {
      this.#invite?.redirect(target);
    } catch {
      return this.#tryNext();
    }
    this.#stage = { name: "waiting" };
    this.#authentication.begin();
    this.#agent.flowToward(target).then((flow) => {
      this.#flow = flow;
      this.#describe(this.#invite!, flow);
      this.#send();
    }).catch((error) => this.#failed(0, OffhookError.from(error)));
    return true;
  }

  #again(): void {
    this.#stage = { name: "waiting" };
    this.#send();
  }

  #refused(message: ResponseMessage): void {
    const { status, reason } = message;
    const known = this.#agent.failureOf(this.#invite?.callId ?? "", "INVITE");
    if (known !== undefined) return this.#over(0, known.message, known);
    if (message.isSilence) return this.#failed(0, silenceError(this.#flow!));
    this.#over(status, reason);
  }

  #failed(status: number, error: OffhookError): void {
    this.#over(status, error.message, error.toJSON());
  }

  #cancel(): void {
    const stage = this.#stage;
    if (stage.name === "waiting") {
      if (this.#flow === undefined) return this.#failed(0, this.#noConnection());
      return this.#over(487, "Request Terminated");
    }
    if (stage.name !== "inviting") return;
    const cancellation = new Cancellation(this.#agent.clock, stage.client, {
      silent: () => this.#silent(cancellation),
      unanswered: () => this.#over(408, "Request Timeout"),
    });
    this.#stage = { name: "cancelling", cancellation };
    if (stage.provisional) cancellation.send();
  }

  #silent(cancellation: Cancellation): void {
    cancellation.isTold = true;
    const error = silenceError(this.#flow!);
    this.#tellRejected(0, error.message, error.toJSON());
  }

  #noConnection(): OffhookError {
    return new OffhookError("unreachable", `there is no way to ${this.#effect.target} yet`, {
      hint: "Check the address and the port; a firewall may drop the messages.",
    });
  }

  #over(
    status: number,
    reason: string,
    error: ErrorJson = callError(status, reason, this.#effect.target).toJSON(),
  ): void {
    this.#offers.close();
    const stage = this.#stage;
    if (stage.name === "over" || stage.name === "answered") return;
    this.#stage = { name: "over" };
    this.#agent.setLeg(this.#effect.call, undefined);
    if (stage.name === "cancelling") {
      stage.cancellation.stop();
      if (stage.cancellation.isTold) return;
    }
    this.#tellRejected(status, reason, error);
  }

  #tellRejected(status: number, reason: string, error: ErrorJson): void {
    const { call } = this.#effect;
    const { callId = "", sentFrom } = this.#invite ?? {};
    const way = sentFrom && { local: sentFrom, transport: this.#flow!.transport };
    this.#agent.notify({
      type: "CallRejected",
      call,
      sipCallId: callId,
      status,
      reason,
      ...way,
      error,
    });
  }
}

function keysInTheClear({ transport, remote }: Flow): OffhookError {
  const by = transport.toUpperCase();
  return new OffhookError(
    "encryption-failed",
    `encrypted sound is required, and its keys would be readable: ${remote.host} is reached by ${by}`,
    {
      hint: CLEARTEXT_HINT,
      data: { transport },
    },
  );
}
