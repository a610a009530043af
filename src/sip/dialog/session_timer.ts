/**
 * Session timers (RFC 4028): a dialog that nobody refreshes is dead.
 *
 *     refresher: half of the interval ─► refresh() ─► 2xx starts it anew
 *     both:      the interval less a margin without a refresh ─► expired()
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import { heldSession } from "../limits/mod.ts";

/** Least interval that we take, in seconds (RFC 4028 §5). */
export const MIN_SESSION_SECONDS = 90;
/** What we ask for, in seconds (RFC 4028 §4 recommends it). */
export const SESSION_SECONDS = 1800;

export type Refresher = "uac" | "uas";

export interface SessionExpires {
  seconds: number;
  refresher?: Refresher;
}

/** Reads a Session-Expires value; undefined when it is none. */
export function parseSessionExpires(value: string | undefined): SessionExpires | undefined {
  const match = /^\s*([0-9]{1,9})\s*(?:[;,](.*))?$/.exec(value ?? "");
  if (match === null) return undefined;
  const refresher = /(?:^|;)\s*refresher\s*=\s*"?(ua[cs])"?\s*(?:[;,]|$)/i
    .exec(match[2] ?? "")?.[1];
  return {
    seconds: Number(match[1]),
    ...(refresher === undefined ? {} : { refresher: refresher.toLowerCase() as Refresher }),
  };
}

export function sessionExpiresLine({ seconds, refresher }: SessionExpires): string {
  return `Session-Expires: ${seconds}${refresher === undefined ? "" : `;refresher=${refresher}`}`;
}

/**
 * What a UAS answers to a request with Session-Expires (RFC 4028 §9).
 * @param peerSupports whether the peer lists `timer` in Supported: else we refresh
 */
export function answeredSessionExpires(
  asked: SessionExpires | undefined,
  peerSupports: boolean,
): SessionExpires | undefined {
  if (asked === undefined) return undefined;
  return { seconds: asked.seconds, refresher: peerSupports ? asked.refresher ?? "uac" : "uas" };
}

export interface SessionTimerEvents {
  refresh(): void;
  expired(): void;
}

export class SessionTimer {
  #timers: TimerHandle[] = [];

  constructor(readonly clock: Clock, readonly events: SessionTimerEvents) {}

  /**
   * Starts anew after each 2xx of an INVITE or UPDATE.
   * @param seconds undefined: the peer wants no timer
   */
  start(seconds: number | undefined, weRefresh: boolean): void {
    this.stop();
    if (seconds === undefined || seconds < 1) return;
    const held = heldSession(seconds);
    if (weRefresh) this.#after(held * 500, () => this.events.refresh());
    // RFC 4028 §10: before it expires, by the lesser of 32 s and a third.
    this.#after((held - Math.min(32, held / 3)) * 1000, () => this.events.expired());
  }

  stop(): void {
    for (const timer of this.#timers) this.clock.clearTimeout(timer);
    this.#timers = [];
  }

  #after(ms: number, action: () => void): void {
    // A timer holds 31 bits of milliseconds.
    this.#timers.push(this.clock.setTimeout(action, Math.min(ms, 2 ** 31 - 1)));
  }
}
