/**
 * A call to us until it is answered (RFC 3261 §13.3).
 *
 *     invitation ────────► ringing ─ SendProgress ─► 18x, reliable where asked for
 *                            ├ SendAccept ─► 200 (after a PRACK that is due): a Session takes over
 *                            ├ SendReject ─► 3xx–6xx
 *                            └ CANCEL, BYE, Expires ─► 487: CallCancelled
 */
import {
  extraHeaderLine,
  nameAddr,
  type PartyIdentity,
  reasonPhrase,
} from "../../core/account/mod.ts";
import { type ErrorJson, OffhookError } from "../../base/mod.ts";
import type { TimerHandle } from "../../base/time/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import { type Agent, type CallEffect, type Leg, partyOf, remoteParty } from "../agent/mod.ts";
import { Authentication } from "../auth/mod.ts";
import {
  ACCEPT_LINE,
  autoAnswerAfter,
  isAnsweredElsewhere,
  parseUri,
  requires,
  sdpBody,
  supports,
} from "../message/mod.ts";
import type { Dialog, DialogEvents, ServerInvite, ServerRequest } from "../library/mod.ts";
import { EarlyOffers } from "./early_offers.ts";
import { ReliableProgress } from "./reliable_progress.ts";
import { Session, sessionTimerAnswer } from "../dialog/mod.ts";
import type { SessionDescriptions } from "../sdp/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

type Stage = "ringing" | "accepting" | "over";
type Effect<T extends CallEffect["type"]> = Extract<CallEffect, { type: T }>;

/** An answered call whose place an INVITE with Replaces takes. */
export interface ReplacedCall {
  call: CallId;
  leg: Leg;
}

/** The offer of an INVITE. */
export interface Invited {
  /** Null: a delayed offer, or one that cannot be used. */
  offer: MediaDescription | null;
  /** Why the offer cannot be used. */
  unusable: ErrorJson | undefined;
}

/** An INVITE that may become a call. */
export interface IncomingStart {
  agent: Agent;
  invite: ServerInvite;
  call: CallId;
  flow: Flow;
  /** The call that this one replaces (RFC 3891): ended when this one is answered. */
  replaced: ReplacedCall | undefined;
  /** What read the offer. */
  descriptions: SessionDescriptions;
  invited: Invited;
}

export class IncomingCall implements Leg {
  readonly #agent: Agent;
  readonly #invite: ServerInvite;
  readonly #call: CallId;
  readonly #flow: Flow;
  readonly #replaced: ReplacedCall | undefined;
  readonly #descriptions: SessionDescriptions;
  readonly #invited: Invited;
  readonly #reliable: ReliableProgress;
  readonly #offers: EarlyOffers;
  /** Our answer went out in a response that was acknowledged: the peer may offer anew. */
  #settled = false;
  #stage: Stage = "ringing";
  #expiry: TimerHandle;

  constructor({ agent, invite, call, flow, replaced, descriptions, invited }: IncomingStart) {
    this.#agent = agent;
    this.#invite = invite;
    this.#call = call;
    this.#flow = flow;
    this.#replaced = replaced;
    this.#descriptions = descriptions;
    this.#invited = invited;
    this.#reliable = new ReliableProgress(
      agent.clock,
      agent.random,
      invite.message.cseq,
      () => this.#giveUp(500, false),
      (prack) => this.#offered(prack, true),
    );
    this.#offers = new EarlyOffers(agent, call);
  }

  get dialog(): Dialog | undefined {
    return undefined;
  }

  /** Tells the core. */
  start(): void {
    const { message } = this.#invite;
    this.#invite.trying();
    this.#invite.events = {
      cancelled: (cancel) => this.#giveUp(487, isAnsweredElsewhere(cancel)),
      failed: (error) => this.#agent.log("warning", error.message),
    };
    this.#expireAfter(message.header("expires"));
    this.#agent.setLeg(this.#call, this);
    const auto = this.#replaced === undefined ? autoAnswerAfter(message) : 0;
    const origin = this.#agent.originOf(this.#flow);
    this.#agent.notify({
      type: "IncomingCall",
      call: this.#call,
      account: this.#agent.account.id,
      sipCallId: message.callId,
      origin,
      source: this.#flow.remote.host,
      from: remoteParty(message, "from", origin),
      to: partyOf(message.header("to") ?? "") ?? { uri: message.uri },
      offer: this.#invited.offer,
      ...(this.#invited.unusable === undefined ? {} : { unusable: this.#invited.unusable }),
      transport: this.#flow.transport,
      ...(auto === undefined ? {} : { autoAnswerAfter: auto }),
      ...(this.#replaced === undefined ? {} : { replaces: this.#replaced.call }),
    });
  }

  perform(effect: CallEffect): void {
    if (this.#stage === "over") return;
    switch (effect.type) {
      case "SendProgress":
        if (this.#stage === "ringing") this.#progress(effect);
        return;
      case "SendAccept":
        if (this.#stage === "ringing") this.#accept(effect);
        return;
      case "SendReject":
        return this.#reject(effect);
      case "AnswerOffer":
        return this.#offers.answer(effect.description);
      case "RejectOffer":
        return this.#offers.reject(effect.status);
      case "SendBye":
      case "SendCancel":
        return this.abandon();
    }
  }

  abandon(): void {
    if (this.#stage !== "over") {
      this.#reject({ type: "SendReject", call: this.#call, status: 480 });
    }
  }

  /** RFC 3261 §13.3.1: an INVITE may say how long it is good for. */
  #expireAfter(value: string | undefined): void {
    if (value === undefined || !/^[0-9]{1,6}$/.test(value)) return;
    const ms = Math.max(1, Number(value)) * 1000;
    this.#expiry = this.#agent.clock.setTimeout(() => this.#giveUp(487, false), ms);
  }

  #progress({ status, description }: Effect<"SendProgress">): void {
    const { message } = this.#invite;
    // Our offer in an 18x would need an answer in PRACK, which the port has no way for.
    const sdp = description === undefined || this.#invited.offer === null
      ? undefined
      : this.#descriptions.answer(description, this.#agent.localAddress(this.#flow));
    const body = sdp === undefined ? {} : { body: sdpBody(sdp) };
    const wanted = requires(message, "100rel") ||
      (sdp !== undefined && supports(message, "100rel"));
    if (!wanted) {
      this.#heedEarly(this.#invite.progress(status, body).dialog);
      return;
    }
    this.#reliable.send({
      described: sdp !== undefined,
      send: (rseq) => {
        const headers = ["Require: 100rel", `RSeq: ${rseq}`];
        const { dialog, resend } = this.#invite.progress(status, { headers, ...body });
        this.#heedEarly(dialog);
        return () => {
          if (this.#stage !== "over") resend();
        };
      },
    });
  }

  /** Requests inside the early dialog. */
  #heedEarly(dialog: Dialog): void {
    const events: DialogEvents = {
      onPrack: (request) => {
        if (this.#reliable.receive(request)) this.#settled = true;
      },
      onBye: (request) => {
        request.accept();
        this.#giveUp(487, false);
      },
      onUpdate: (request) => this.#offered(request, this.#settled),
      onInfo: (request) => request.accept(),
    };
    dialog.events = events;
  }

  #offered(request: ServerRequest, settled: boolean): void {
    const address = this.#agent.localAddress(this.#flow);
    this.#offers.receive(request, this.#descriptions, { settled, address });
  }

  #accept({ description, from, headers = [] }: Effect<"SendAccept">): void {
    const said = [
      ...(from === undefined ? [] : [this.#identityLine(from)]),
      ...headers.map(extraHeaderLine),
    ];
    this.#stage = "accepting";
    this.#reliable.whenSettled(() => {
      if (this.#stage !== "accepting") return;
      const address = this.#agent.localAddress(this.#flow);
      const sdp = this.#invited.offer === null
        ? this.#descriptions.offer(description, address)
        : this.#descriptions.answer(description, address);
      this.#finish();
      const { message } = this.#invite;
      const lines = [ACCEPT_LINE, ...sessionTimerAnswer(message), ...said];
      this.#establish(this.#invite.accept({ headers: lines, body: sdpBody(sdp) }));
    });
  }

  /** A server that knows us vouches for whom we prefer; without one there is only our own word. */
  #identityLine(from: PartyIdentity): string {
    const word = this.#agent.account.server === "" ? "Asserted" : "Preferred";
    return `P-${word}-Identity: ${nameAddr(from)}`;
  }

  #establish(dialog: Dialog): void {
    const { message } = this.#invite;
    const byServer = this.#agent.originOf(this.#flow) === "server";
    const session = new Session({
      agent: this.#agent,
      call: this.#call,
      dialog,
      descriptions: this.#descriptions,
      // A stranger's challenge would be for a request that is none of the server's business.
      authentication: new Authentication(byServer ? this.#agent.keys : undefined),
      flow: this.#flow,
    }, { awaitedAck: { initial: true, bringsAnswer: this.#invited.offer === null }, message });
    this.#agent.setLeg(this.#call, session);
    this.#replaced?.leg.abandon();
  }

  #reject({ status, reason, contacts, headers = [] }: Effect<"SendReject">): void {
    const lines = headers.map(extraHeaderLine);
    this.#finish();
    this.#agent.setLeg(this.#call, undefined);
    const contactLines = status < 400 ? this.#contactLines(contacts ?? []) : [];
    this.#invite.reject(status, { ...this.#phrase(reason), headers: [...contactLines, ...lines] });
  }

  #contactLines(contacts: readonly string[]): string[] {
    return contacts.flatMap((contact) => {
      const uri = parseUri(contact);
      if (uri === undefined) this.#agent.log("warning", `no Contact for ${contact}: not a URI`);
      return uri === undefined ? [] : [`Contact: <${uri.text}>`];
    });
  }

  #phrase(reason: string | undefined): { reason?: string } {
    if (reason === undefined || reason === "") return {};
    try {
      return { reason: reasonPhrase(reason) };
    } catch (error) {
      this.#agent.log("warning", OffhookError.from(error).message);
      return {};
    }
  }

  /** The caller does not want the call any more, or cannot be reached. */
  #giveUp(status: number, elsewhere: boolean): void {
    if (this.#stage === "over") return;
    this.#finish();
    this.#agent.setLeg(this.#call, undefined);
    this.#invite.reject(status);
    this.#agent.notify({ type: "CallCancelled", call: this.#call, elsewhere });
  }

  #finish(): void {
    this.#stage = "over";
    this.#offers.close();
    this.#reliable.stop();
    this.#agent.clock.clearTimeout(this.#expiry);
  }
}
