/**
 * How many calls may have ICE gathered while they ring: whoever rings and hangs up again and again must
 * not have the user's STUN and TURN servers asked, and the program for a password started, as fast as he
 * can send. A call that is one too many gathers when it is answered.
 */

/** At once, after a pause; and ms between further ones. */
const BURST = 16;
const EACH_MS = 500;

export class EarlyGatherings {
  /** When as many as have begun are used up, ms. */
  #spentUntil = -Infinity;

  /** Notes one at `now`, ms. @returns whether it may begin */
  take(now: number): boolean {
    const until = Math.max(now, this.#spentUntil) + EACH_MS;
    if (until - now > BURST * EACH_MS) return false;
    this.#spentUntil = until;
    return true;
  }
}
