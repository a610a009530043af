/**
 * The early dialogs of one forked INVITE (RFC 3261 §13.2.2.4): each has descriptions of its own, so that
 * ringback and announcements of several branches do not mix.
 *
 *     18x ─► progress: description of that branch; PRACK when it is reliable (RFC 3262 §4)
 *     2xx ─► answer: its description, or the one that came earlier
 */
import { OffhookError } from "../../base/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";
import type { Agent } from "../agent/mod.ts";
import type { Authentication } from "../auth/mod.ts";
import { sendInDialog } from "../dialog/mod.ts";
import type { Dialog, DialogRequest, ResponseMessage } from "../library/mod.ts";
import { requires, sdpOf } from "../message/mod.ts";
import type { SessionDescriptions } from "../sdp/mod.ts";

interface Branch {
  descriptions: SessionDescriptions;
  /** The last description that came; it stands in for a 2xx without one. */
  description?: MediaDescription;
  /** It came in a reliable provisional response: it is the answer (RFC 3262 §5). */
  answered: boolean;
}

export class EarlyDialogs {
  readonly #agent: Agent;
  readonly #authentication: Authentication;
  readonly #offered: SessionDescriptions;
  readonly #branches = new Map<string, Branch>();

  /** @param offered what made the INVITE's offer */
  constructor(agent: Agent, authentication: Authentication, offered: SessionDescriptions) {
    this.#agent = agent;
    this.#authentication = authentication;
    this.#offered = offered;
  }

  /** The descriptions of the branch with this To tag. */
  descriptions(tag: string): SessionDescriptions {
    return this.#branch(tag).descriptions;
  }

  /** Whether the branch has answered our offer for good: then it may offer anew. */
  isSettled(tag: string): boolean {
    return this.#branch(tag).answered;
  }

  /** A provisional response to an INVITE with an offer; returns the description that it brought. */
  progress(dialog: Dialog, message: ResponseMessage): MediaDescription | undefined {
    const branch = this.#branch(dialog.remoteTag);
    const reliable = requires(message, "100rel") && message.header("rseq") !== undefined;
    if (reliable) this.#acknowledge(dialog, message);
    const sdp = sdpOf(message);
    if (sdp === undefined) return undefined;
    try {
      branch.description = branch.descriptions.receiveAnswer(sdp);
      branch.answered ||= reliable;
      return branch.description;
    } catch (error) {
      this.#agent.log("warning", `early media: ${OffhookError.from(error).message}`);
      return undefined;
    }
  }

  /**
   * The answer of a 2xx; null when it came before, reliably.
   * @throws OffhookError `media-failed`, `no-common-codec` when there is none that can be used
   */
  answer(tag: string, message: ResponseMessage): MediaDescription | null {
    const branch = this.#branch(tag);
    const sdp = sdpOf(message);
    if (sdp !== undefined) return branch.descriptions.receiveAnswer(sdp);
    if (branch.answered) return null;
    if (branch.description !== undefined) return branch.description;
    throw new OffhookError("media-failed", "the peer answered without a description");
  }

  /** The peer ended a branch; true: others go on. */
  end(dialog: Dialog): boolean {
    this.#branches.delete(dialog.remoteTag);
    dialog.dispose();
    return this.#branches.size > 0;
  }

  #branch(tag: string): Branch {
    const known = this.#branches.get(tag);
    if (known !== undefined) return known;
    const branch: Branch = { descriptions: this.#offered.fork(), answered: false };
    this.#branches.set(tag, branch);
    return branch;
  }

  #acknowledge(dialog: Dialog, message: ResponseMessage): void {
    const headers = [`RAck: ${message.header("rseq")} ${message.cseq} INVITE`];
    const request: DialogRequest = { method: "PRACK", headers };
    sendInDialog(this.#agent, dialog, this.#authentication, request, ({ status }) => {
      if (status >= 300) this.#agent.log("warning", `PRACK was refused with ${status}`);
    });
  }
}
