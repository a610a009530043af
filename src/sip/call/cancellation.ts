/**
 * A call of ours that is cancelled while its INVITE is under way (RFC 3261 §9.1).
 *
 *     begun ─ send() ─► CANCEL ─► 487, or a 2xx that crossed: the call's to handle
 *       ├ 1 s without a word of the peer ─► silent
 *       └ 64·T1 ─► unanswered
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import type { ClientInvite } from "../library/mod.ts";

/** ms that a cancelled INVITE may still be answered (64·T1). */
const CANCELLED_MS = 32_000;
/** ms that a peer of which nothing was heard may still say something after a cancel. */
const SILENT_MS = 1_000;

export interface CancellationEvents {
  /** Nothing came, not even after the cancel. What may still come is cancelled all the same. */
  silent(): void;
  /** The INVITE has no final response and waits for none any more. */
  unanswered(): void;
}

export class Cancellation {
  /** The core knows already how the call ended. */
  isTold = false;
  readonly #clock: Clock;
  readonly #invite: ClientInvite;
  readonly #guard: TimerHandle;
  readonly #silence: TimerHandle;
  #isSent = false;

  constructor(clock: Clock, invite: ClientInvite, events: CancellationEvents) {
    this.#clock = clock;
    this.#invite = invite;
    this.#guard = clock.setTimeout(() => {
      invite.dispose();
      events.unanswered();
    }, CANCELLED_MS);
    this.#silence = clock.setTimeout(() => events.silent(), SILENT_MS);
  }

  /** A provisional response has come: the CANCEL goes out, once. */
  send(): void {
    if (this.#isSent) return;
    this.#isSent = true;
    this.#clock.clearTimeout(this.#silence);
    this.#invite.cancel();
  }

  /** The INVITE has its final response. */
  stop(): void {
    this.#clock.clearTimeout(this.#guard);
    this.#clock.clearTimeout(this.#silence);
  }

  /** Waits for no response any more. */
  abandon(): void {
    this.stop();
    this.#invite.dispose();
  }
}
