/**
 * How much may be sent to an address that may be forged: a caller names it in its SDP, and until the
 * ACK comes nobody knows that the caller is there. Without this, one forged INVITE to a phone that
 * answers by itself would aim half a minute of RTP at anybody.
 *
 *     closed ──RTP came from there──► open for one second ──► closed
 *        └───────────────── confirmed ─────────────────────┴──► open for good
 */

/** What may be sent before the address is confirmed, ms of media. */
const ALLOWED_MS = 1000;

export class Allowance {
  #confirmed = false;
  /** When the first datagram was allowed, ms. */
  #since: number | undefined;

  /** The peer is known to be where it says, for the rest of the call. */
  confirm(): void {
    this.#confirmed = true;
  }

  /**
   * @param heard whether media came from the address that would be sent to
   * @param now ms
   */
  permits(heard: boolean, now: number): boolean {
    if (this.#confirmed) return true;
    if (!heard) return false;
    this.#since ??= now;
    return now - this.#since < ALLOWED_MS;
  }
}
