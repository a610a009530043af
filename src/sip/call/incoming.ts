/**
 * A call to us until it is answered (RFC 3261 §13.3).
 *
 *     INVITE ─ checked ─► ringing ─ SendProgress ─► 18x, reliable where asked for
 *                            ├ SendAccept ─► 200 (after a PRACK that is due): a Session takes over
 *                            ├ SendReject ─► 3xx–6xx
 *                            └ CANCEL, BYE, Expires ─► 487: CallCancelled
 *
 * Not on the real-time path.
 */
import {
  type IncomingRequestMessage,
  InviteUserAgentServer,
  type OutgoingResponseWithSession,
  type SessionDialog,
} from "sip.js/lib/core/index.js";
import type { Party } from "../../core/account/account.ts";
import type { TimerHandle } from "../../base/clock.ts";
import { type ErrorJson, OffhookError } from "../../base/errors.ts";
import { extraHeaderLine, nameAddr, reasonPhrase } from "../../core/account/header_value.ts";
import type { MediaDescription } from "../../core/media/media_description.ts";
import type { CallId } from "../../core/ports/sip_port.ts";
import type { Agent, CallEffect, Leg } from "../agent/agent.ts";
import { Authentication } from "../auth/authentication.ts";
import { autoAnswerAfter } from "../message/auto_answer.ts";
import { ACCEPT_LINE, acceptsSdp, requires, sdpOf, supports } from "../library/capabilities.ts";

import { partyOf, remoteParty } from "../agent/identity.ts";
import { EarlyOffers, type EarlyRequest } from "./early_offers.ts";
import { LiteralUri } from "../library/literal_uri.ts";
import type { UpdateDelegate } from "../library/update.ts";
import { isAnsweredElsewhere } from "../message/reason.ts";
import { ReliableProgress } from "./reliable_progress.ts";
import { Session } from "../dialog/session.ts";
import { sdpBody } from "../dialog/session_context.ts";
import { SessionDescriptions } from "../sdp/session_descriptions.ts";
import { refusesInterval, sessionTimerAnswer } from "../dialog/session_refresh.ts";
import type { Flow } from "../transport/flow/types.ts";

type Stage = "ringing" | "accepting" | "over";
type Effect<T extends CallEffect["type"]> = Extract<CallEffect, { type: T }>;

/** An answered call whose place an INVITE with Replaces takes. */
export interface ReplacedCall {
  call: CallId;
  leg: Leg;
}

export class IncomingCall implements Leg {
  readonly #agent: Agent;
  readonly #server: InviteUserAgentServer;
  readonly #call: CallId;
  readonly #flow: Flow;
  readonly #replaced: ReplacedCall | undefined;
  readonly #descriptions: SessionDescriptions;
  readonly #reliable: ReliableProgress;
  readonly #offers: EarlyOffers;
  /** Our answer went out in a response that was acknowledged: the peer may offer anew. */
  #settled = false;
  #offer: MediaDescription | null = null;
  #unusable: ErrorJson | undefined;
  #stage: Stage = "ringing";
  #expiry: TimerHandle;

  /** @param replaced the call that this one replaces (RFC 3891): ended when this one is answered */
  constructor(
    agent: Agent,
    server: InviteUserAgentServer,
    call: CallId,
    flow: Flow,
    replaced: ReplacedCall | undefined,
  ) {
    this.#agent = agent;
    this.#server = server;
    this.#call = call;
    this.#flow = flow;
    this.#replaced = replaced;
    this.#descriptions = new SessionDescriptions(agent.random);
    this.#reliable = new ReliableProgress(
      agent.clock,
      agent.random,
      server.message.cseq,
      () => this.#giveUp(500, false),
      (prack) => this.#offered(prack, true),
    );
    this.#offers = new EarlyOffers(agent, call);
  }

  get dialog(): SessionDialog | undefined {
    return undefined;
  }

  /** Tells the core, or refuses what cannot become a call. */
  start(): void {
    if (!this.#readOffer()) return;
    const server = this.#server;
    const { message } = server;
    server.trying();
    server.delegate = {
      onCancel: (cancel) => this.#giveUp(487, isAnsweredElsewhere(cancel)),
      onTransportError: (error) => this.#agent.log("warning", error.message),
    };
    this.#expireAfter(message.getHeader("expires"));
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
      to: partyOf(message.getHeader("to") ?? "") ?? { uri: message.ruri?.toString() ?? "" },
      offer: this.#offer,
      ...(this.#unusable === undefined ? {} : { unusable: this.#unusable }),
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

  /** False: the INVITE has been refused. */
  #readOffer(): boolean {
    const server = this.#server;
    const { message } = server;
    if (refusesInterval(server)) return false;
    if (!acceptsSdp(message)) {
      server.reject({ statusCode: 406, reasonPhrase: "Not Acceptable" });
      return false;
    }
    const sdp = sdpOf(message);
    if (sdp === undefined && message.body) {
      server.reject({ statusCode: 415, extraHeaders: [ACCEPT_LINE] });
      return false;
    }
    try {
      this.#offer = sdp === undefined ? null : this.#descriptions.receiveOffer(sdp);
      return true;
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      if (error.code === "no-common-codec") {
        // Who may call is the core's to say, and it remembers who could not.
        this.#unusable = error.toJSON();
        return true;
      }
      this.#agent.log("info", `a call was refused: ${error.message}`);
      server.reject({ statusCode: 400, reasonPhrase: "Bad SDP" });
      return false;
    }
  }

  /** RFC 3261 §13.3.1: an INVITE may say how long it is good for. */
  #expireAfter(value: string | undefined): void {
    if (value === undefined || !/^[0-9]{1,6}$/.test(value)) return;
    const ms = Math.max(1, Number(value)) * 1000;
    this.#expiry = this.#agent.clock.setTimeout(() => this.#giveUp(487, false), ms);
  }

  #progress({ status, description }: Effect<"SendProgress">): void {
    const { message } = this.#server;
    // Our offer in an 18x would need an answer in PRACK, which the port has no way for.
    const sdp = description === undefined || this.#offer === null
      ? undefined
      : this.#descriptions.answer(description, this.#agent.localAddress(this.#flow));
    const body = sdp === undefined ? {} : { body: sdpBody(sdp) };
    const wanted = requires(message, "100rel") ||
      (sdp !== undefined && supports(message, "100rel"));
    if (!wanted) {
      this.#early(this.#server.progress({ statusCode: status, ...body }));
      return;
    }
    this.#reliable.send({
      described: sdp !== undefined,
      send: (rseq) => {
        const extraHeaders = ["Require: 100rel", `RSeq: ${rseq}`];
        const response = this.#server.progress({ statusCode: status, extraHeaders, ...body });
        this.#early(response);
        return () => {
          if (this.#stage === "over") return;
          this.#server.transaction.receiveResponse(status, response.message);
        };
      },
    });
  }

  /** Requests inside the early dialog. */
  #early({ session }: OutgoingResponseWithSession): void {
    const delegate: SessionDialog["delegate"] & UpdateDelegate = {
      onPrack: (request) => {
        if (this.#reliable.receive(request)) this.#settled = true;
      },
      onBye: (request) => {
        request.accept();
        this.#giveUp(487, false);
      },
      onUpdate: (server) => this.#offered(server, this.#settled),
      onInfo: (request) => void request.accept(),
    };
    (session as SessionDialog).delegate = delegate;
  }

  #offered(request: EarlyRequest, settled: boolean): void {
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
      const sdp = this.#offer === null
        ? this.#descriptions.offer(description, address)
        : this.#descriptions.answer(description, address);
      this.#finish();
      const { message } = this.#server;
      const extraHeaders = [ACCEPT_LINE, ...sessionTimerAnswer(message), ...said];
      const { session } = this.#server.accept({
        statusCode: 200,
        extraHeaders,
        body: sdpBody(sdp),
      });
      this.#establish(session as SessionDialog, message);
    });
  }

  /** A server that knows us vouches for whom we prefer; without one there is only our own word. */
  #identityLine(from: Party): string {
    const word = this.#agent.account.server === "" ? "Asserted" : "Preferred";
    return `P-${word}-Identity: ${nameAddr(from)}`;
  }

  #establish(dialog: SessionDialog, message: IncomingRequestMessage): void {
    const byServer = this.#agent.originOf(this.#flow) === "server";
    const session = new Session({
      agent: this.#agent,
      call: this.#call,
      dialog,
      descriptions: this.#descriptions,
      // A stranger's challenge would be for a request that is none of the server's business.
      authentication: new Authentication(byServer ? this.#agent.keys : undefined),
      flow: this.#flow,
    }, { awaitedAck: { initial: true, bringsAnswer: this.#offer === null }, message });
    this.#agent.setLeg(this.#call, session);
    this.#replaced?.leg.abandon();
  }

  #reject({ status, reason, contacts, headers = [] }: Effect<"SendReject">): void {
    const lines = headers.map(extraHeaderLine);
    this.#finish();
    this.#agent.setLeg(this.#call, undefined);
    const options = { statusCode: status, ...this.#phrase(reason) };
    if (status >= 400) {
      this.#server.reject({ ...options, extraHeaders: lines });
      return;
    }
    const contactLines = (contacts ?? []).flatMap((contact) => {
      const uri = LiteralUri.parse(contact);
      if (uri === undefined) this.#agent.log("warning", `no Contact for ${contact}: not a URI`);
      return uri === undefined ? [] : [`Contact: <${uri}>`];
    });
    this.#server.redirect([], { ...options, extraHeaders: [...contactLines, ...lines] });
  }

  #phrase(reason: string | undefined): { reasonPhrase?: string } {
    if (reason === undefined || reason === "") return {};
    try {
      return { reasonPhrase: reasonPhrase(reason) };
    } catch (error) {
      this.#agent.log("warning", OffhookError.from(error).message);
      return {};
    }
  }

  /** The caller does not want the call any more, or cannot be reached. */
  #giveUp(statusCode: number, elsewhere: boolean): void {
    if (this.#stage === "over") return;
    this.#finish();
    this.#agent.setLeg(this.#call, undefined);
    this.#server.reject({ statusCode });
    this.#agent.notify({ type: "CallCancelled", call: this.#call, elsewhere });
  }

  #finish(): void {
    this.#stage = "over";
    this.#offers.close();
    this.#reliable.stop();
    this.#agent.clock.clearTimeout(this.#expiry);
  }
}
