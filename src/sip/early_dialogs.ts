/**
 * The early dialogs of one forked INVITE: each has descriptions of its own (RFC 3261 §13.2.2.4), so that
 * ringback and announcements of several branches do not mix. Not on the real-time path.
 */
import type { MediaDescription } from "../core/media_description.ts";
import type { SessionDescriptions } from "./session_descriptions.ts";

export interface EarlyDialog {
  descriptions: SessionDescriptions;
  /** The last description that came; it stands in for a 2xx without one. */
  description?: MediaDescription;
  /** It came in a reliable provisional response: it is the answer (RFC 3262 §5). */
  answered: boolean;
}

export class EarlyDialogs {
  readonly #offered: SessionDescriptions;
  readonly #dialogs = new Map<string, EarlyDialog>();

  /** @param offered what made the INVITE's offer */
  constructor(offered: SessionDescriptions) {
    this.#offered = offered;
  }

  /** @param tag To tag of the response */
  get(tag: string): EarlyDialog {
    const known = this.#dialogs.get(tag);
    if (known !== undefined) return known;
    const dialog: EarlyDialog = { descriptions: this.#offered.fork(), answered: false };
    this.#dialogs.set(tag, dialog);
    return dialog;
  }
}
