/**
 * A 2xx to our INVITE (RFC 3261 §13.2.2.4): the first one becomes the call's session, a further one,
 * of another branch or too late, is acknowledged and ended.
 *
 *     take:   2xx ─► Session ─ our offer: ACK ─► their answer ──────┐
 *                       └ theirs: answered in the ACK (§13.2.1) ────┴─► CallAccepted
 *     refuse: 2xx ─► ACK ─► BYE
 */
import { OffhookError } from "../../base/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";
import type { SipEffect } from "../../core/ports/mod.ts";
import { type Agent, remoteParty } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import type { InviteAccepted, ResponseMessage } from "../library/mod.ts";
import { sdpOf } from "../message/mod.ts";
import type { EarlyDialogs } from "./early_dialogs.ts";
import { sdpAddress, sendInDialog, Session, type SessionContext } from "../dialog/mod.ts";
import type { InviteRequest } from "./invite_request.ts";
import type { Flow } from "../transport/flow/mod.ts";

/** What the call knows when its 2xx comes. */
interface Invited {
  agent: Agent;
  effect: Extract<SipEffect, { type: "SendInvite" }>;
  invite: InviteRequest;
  flow: Flow;
  early: EarlyDialogs;
  authentication: Authentication;
}

export class InviteAcceptance {
  readonly #invited: Invited;
  readonly #message: ResponseMessage;
  readonly #context: SessionContext;
  readonly #acknowledge: (sdp?: string) => void;

  constructor(accepted: InviteAccepted, invited: Invited) {
    const { agent, effect, invite, flow, early, authentication } = invited;
    const { dialog, message } = accepted;
    this.#invited = invited;
    this.#message = message;
    const descriptions = early.descriptions(dialog.remoteTag);
    this.#context = { agent, call: effect.call, dialog, descriptions, authentication, flow };
    this.#acknowledge = (sdp) => invite.acknowledge(accepted, sdp);
  }

  /** Makes the session the call's leg. Returns why it cannot be: it is then ended already. */
  take(): OffhookError | undefined {
    const { agent, effect } = this.#invited;
    const session = new Session(this.#context, { message: this.#message });
    agent.setLeg(effect.call, session);
    if (effect.offer === null) return this.#takeOffer(session);
    this.#acknowledge();
    const failure = this.#takeAnswer(session);
    // While it rang our address may have changed.
    session.checkAddress();
    return failure;
  }

  refuse(): void {
    const { agent, dialog, descriptions, authentication } = this.#context;
    const offer = this.#invited.effect.offer === null ? sdpOf(this.#message) : undefined;
    this.#acknowledge(
      offer === undefined ? undefined : descriptions.refusalOf(offer, sdpAddress(this.#context)),
    );
    agent.log("info", `a further answer to ${dialog.callId} is ended`);
    sendInDialog(agent, dialog, authentication, { method: "BYE", headers: [] }, () => {});
    dialog.dispose();
  }

  #takeAnswer(session: Session): OffhookError | undefined {
    let answer: MediaDescription | null;
    try {
      answer = this.#invited.early.answer(this.#message.toTag, this.#message);
    } catch (error) {
      session.abandonSilently();
      return OffhookError.from(error);
    }
    this.#tell(answer, false);
  }

  #takeOffer(session: Session): OffhookError | undefined {
    const offer = session.offers.offerToAcknowledge(this.#message, this.#acknowledge);
    if (offer !== undefined) return void this.#tell(offer, true);
    session.abandonSilently();
    return new OffhookError("media-failed", "the peer answered without a usable offer");
  }

  #tell(description: MediaDescription | null, isOffer: boolean): void {
    const { agent, effect, invite, flow } = this.#invited;
    agent.notify({
      type: "CallAccepted",
      call: effect.call,
      sipCallId: this.#message.callId,
      dialog: this.#message.toTag,
      local: invite.sentFrom!,
      remote: remoteParty(this.#message, "to", agent.originOf(flow)),
      transport: flow.transport,
      description,
      isOffer,
    });
  }
}
