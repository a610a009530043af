/**
 * Offers and answers inside a confirmed dialog (RFC 3264, RFC 3261 §14, RFC 3311).
 *
 *     in:   re-INVITE / UPDATE ─► RemoteOffer ─► answer() → 200 ─► (delayed: ACK ─► CallConfirmed)
 *                                             └► reject() → 488, 491, 500
 *     out:  send() → re-INVITE ─► 200 ─► ACK, OfferAccepted
 *                              └► 3xx–6xx ─► OfferRejected
 *     2xx with an offer (delayed) ─► answer() → ACK
 *
 * One exchange at a time: a second one is refused with 491, or waits.
 */
import { OffhookError } from "../../base/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";
import { Decision } from "./decision.ts";
import type {
  RequestMessage,
  ResponseMessage,
  ServerReinvite,
  ServerRequest,
} from "../library/mod.ts";
import { ACCEPT_LINE, ALLOW_LINE, sdpBody, sdpOf } from "../message/mod.ts";
import { isDialogGone } from "./in_dialog.ts";
import { sendReinvite } from "./reinvite.ts";
import { refusesInterval } from "./session_refresh.ts";
import { sdpAddress, type SessionContext } from "./session_context.ts";

/** What an exchange means for the session around it. */
export interface OfferEvents {
  /** Session-Expires for a 2xx to `request`, or for a request of ours. */
  timerLines(request: RequestMessage | undefined): string[];
  /** A 2xx was sent to this request, or this 2xx was received: the session timer starts anew. */
  refreshed(message: RequestMessage | ResponseMessage): void;
  /** The peer does not know the dialog any more, or is gone. */
  lost(error: OffhookError): void;
}

/** What the ACK to a 2xx of ours is for. */
export interface AwaitedAck {
  initial: boolean;
  /** Our 2xx had the offer: the ACK has the answer. */
  bringsAnswer: boolean;
}

export class Offers {
  readonly #context: SessionContext;
  readonly #events: OfferEvents;
  readonly #decision: Decision;
  /** True while a re-INVITE of ours has no final response. */
  #inviting = false;
  /** An offer of ours that waits for its turn; null asks the peer for one. */
  #queued: { offer: MediaDescription | null } | undefined;
  #awaitedAck: AwaitedAck | undefined;

  /** @param awaitedAck of the INVITE that we accepted; absent: the INVITE was ours */
  constructor(context: SessionContext, events: OfferEvents, awaitedAck?: AwaitedAck) {
    this.#context = context;
    this.#events = events;
    this.#decision = new Decision(context.agent.clock);
    this.#awaitedAck = awaitedAck;
  }

  /** A re-INVITE; those that collide with a re-INVITE of ours have been refused. */
  receiveInvite(server: ServerReinvite): void {
    if (this.#refuses(server)) return;
    const offer = this.#offerOf(server);
    if (offer === undefined) return;
    server.onCancel = () => {
      if (this.#decision.withdraw()) server.reject(487);
    };
    this.#askCore(server, offer, (sdp) => {
      this.#awaitedAck = { initial: false, bringsAnswer: offer === null };
      server.accept({ headers: this.#lines(server), body: sdpBody(sdp) });
      server.whenUnacknowledged(() => this.#unacknowledged());
    });
  }

  /** An UPDATE: with an offer, or as a mere refresh. */
  receiveUpdate(server: ServerRequest): void {
    if (this.#refuses(server)) return;
    const { message } = server;
    if (!message.body) {
      server.accept({ headers: this.#lines(server) });
      return this.#events.refreshed(message);
    }
    if (this.#inviting) return server.reject(491);
    const offer = this.#offerOf(server);
    if (offer === undefined) return;
    this.#askCore(server, offer, (sdp) => {
      server.accept({ headers: this.#lines(server), body: sdpBody(sdp) });
    });
  }

  /** The ACK to a 2xx of ours. */
  receiveAck(message: RequestMessage): void {
    const { agent, call, descriptions } = this.#context;
    const awaited = this.#awaitedAck;
    this.#awaitedAck = undefined;
    if (awaited?.bringsAnswer) {
      const description = this.#read(sdpOf(message), (sdp) => descriptions.receiveAnswer(sdp));
      const answer = description === undefined ? {} : { description };
      agent.notify({ type: "CallConfirmed", call, ...answer });
    } else if (awaited?.initial) agent.notify({ type: "CallConfirmed", call });
    this.#sendQueued();
  }

  /** Our re-INVITE; null asks the peer for an offer. Waits for the ACK to our 2xx. */
  send(offer: MediaDescription | null): void {
    if (this.#isBusy()) {
      this.#queued = { offer };
      return;
    }
    const { agent, call, descriptions } = this.#context;
    const address = sdpAddress(this.#context);
    const sdp = offer === null ? undefined : descriptions.offer(offer, address);
    this.#invite(sdp, (message, ack) => {
      if (offer === null) {
        const asked = this.offerToAcknowledge(message, ack);
        if (asked !== undefined) agent.notify({ type: "RemoteOffer", call, offer: asked });
        return;
      }
      ack();
      const description = this.#read(sdpOf(message), (text) => descriptions.receiveAnswer(text));
      if (description !== undefined) {
        return agent.notify({ type: "OfferAccepted", call, description });
      }
      const reason = "the answer to our offer is missing or unusable";
      agent.notify({ type: "OfferRejected", call, status: 488, reason });
    }, ({ status, reason }) => agent.notify({ type: "OfferRejected", call, status, reason }));
  }

  /**
   * A re-INVITE with what we said last, for the session timer.
   * @param refused called with the refusal, or without one when another exchange is under way
   */
  refresh(refused: (response: ResponseMessage | undefined) => void): void {
    if (this.#isBusy() || this.#decision.isOpen) return refused(undefined);
    this.#invite(this.#context.descriptions.current, (_message, ack) => ack(), refused);
  }

  /**
   * Reads the offer of a 2xx; `answer` or `reject` then sends the ACK.
   * @returns undefined when there is none that could be read; it is acknowledged then
   */
  offerToAcknowledge(
    message: ResponseMessage,
    ack: (sdp?: string) => void,
  ): MediaDescription | undefined {
    const { descriptions } = this.#context;
    const address = sdpAddress(this.#context);
    const sdp = sdpOf(message);
    const offer = this.#read(sdp, (text) => descriptions.receiveOffer(text));
    // RFC 3261 §13.2.2.4: even an unacceptable offer is answered in the ACK.
    const refuse = () => ack(sdp === undefined ? undefined : descriptions.refusal(address));
    if (offer === undefined) refuse();
    else {
      this.#decision.open({
        accept: (description) => ack(descriptions.answer(description, address)),
        reject: refuse,
      });
    }
    return offer;
  }

  answer(description: MediaDescription): void {
    this.#decision.accept(description);
  }

  reject(status: number): void {
    this.#decision.reject(status);
  }

  /** The dialog ends: whatever waits for the core is answered (RFC 3261 §15.1.2). */
  close(): void {
    this.#queued = undefined;
    this.#decision.reject(487);
  }

  #isBusy(): boolean {
    return this.#inviting || this.#context.dialog.isInviting;
  }

  #invite(
    sdp: string | undefined,
    accepted: (message: ResponseMessage, ack: (sdp?: string) => void) => void,
    rejected: (response: ResponseMessage) => void,
  ): void {
    this.#inviting = true;
    const headers = this.#lines(undefined);
    sendReinvite(this.#context, headers, sdp, {
      accepted: (message, ack) => {
        this.#inviting = false;
        accepted(message, ack);
        this.#events.refreshed(message);
        this.#sendQueued();
      },
      rejected: (response) => {
        this.#inviting = false;
        rejected(response);
        if (isDialogGone(response)) this.#events.lost(lostError(response));
        this.#sendQueued();
      },
    });
  }

  #sendQueued(): void {
    const queued = this.#queued;
    if (queued === undefined || this.#isBusy()) return;
    this.#queued = undefined;
    this.send(queued.offer);
  }

  #refuses(server: ServerRequest): boolean {
    if (refusesInterval(server)) return true;
    if (!this.#decision.isOpen) return false;
    server.reject(491);
    return true;
  }

  /** The request's offer; null when it asks for ours; undefined when it was refused. */
  #offerOf(server: ServerRequest): MediaDescription | null | undefined {
    const { message } = server;
    const sdp = sdpOf(message);
    if (sdp === undefined) {
      if (!message.body) return null;
      server.reject(415, { headers: [ACCEPT_LINE] });
      return undefined;
    }
    const offer = this.#read(sdp, (text) => this.#context.descriptions.receiveOffer(text));
    if (offer === undefined) server.reject(488);
    return offer;
  }

  #askCore(
    server: ServerRequest,
    offer: MediaDescription | null,
    accept: (sdp: string) => void,
  ): void {
    const { agent, call, descriptions } = this.#context;
    const address = sdpAddress(this.#context);
    this.#decision.open({
      accept: (description) => {
        accept(
          offer === null
            ? descriptions.offer(description, address)
            : descriptions.answer(description, address),
        );
        this.#events.refreshed(server.message);
      },
      reject: (status) => server.reject(status),
    });
    agent.notify({ type: "RemoteOffer", call, offer });
  }

  #lines(server: ServerRequest | undefined): string[] {
    const { agent } = this.#context;
    return [agent.contactLine(), ALLOW_LINE, ...this.#events.timerLines(server?.message)];
  }

  #unacknowledged(): void {
    this.#events.lost(
      new OffhookError("unreachable", "the peer did not acknowledge our answer to its re-INVITE"),
    );
  }

  #read<T>(sdp: string | undefined, read: (sdp: string) => T): T | undefined {
    if (sdp === undefined) return undefined;
    try {
      return read(sdp);
    } catch (error) {
      this.#context.agent.log("warning", OffhookError.from(error).message);
      return undefined;
    }
  }
}

function lostError({ status, reason }: ResponseMessage): OffhookError {
  return new OffhookError("unreachable", `the peer lost the call: ${status} ${reason}`.trimEnd(), {
    data: { status },
  });
}
