/**
 * Whether what we send reaches the peer, by what its RTCP says of it (RFC 3550 §6.4).
 *
 *     a block with a higher sequence number ─► it does
 *     the same number again, or twice no block at all, though we sent in between ─► it does not
 *
 * A peer that sends no RTCP, or has stopped to, says nothing. Pure; time is passed in.
 */
import type { MediaReport } from "../../core/ports/mod.ts";

/** Packets between two reports of which one at least should have arrived: a second of sound. */
const ENOUGH = 50;
/** Reports without a block about us that are no accident: the first may be older than our sound. */
const WITHOUT_BLOCK = 2;
/** Age of the last report above which it says nothing of now, ms: RTCP comes every 7.5 s or sooner. */
const STALE_MS = 15_000;

export class Reach {
  #highest: number | undefined;
  /** Packets that we had sent at the report before, and when that came, ms. */
  #sent = 0;
  #reportedAt: number | undefined;
  #withoutBlock = 0;
  /** Since when nothing has arrived there, ms. */
  #silentSince: number | undefined;
  #longest = 0;

  /**
   * The peer has reported.
   * @param highest extended highest sequence number of ours that it has; absent: it speaks of none
   * @param sent packets of ours until now
   * @param now ms
   */
  reported(highest: number | undefined, sent: number, now: number): void {
    const due = sent - this.#sent >= ENOUGH;
    if (highest !== undefined && highest !== this.#highest) {
      this.#end(now);
      this.#withoutBlock = 0;
    } else if (due) {
      if (highest === undefined) this.#withoutBlock++;
      const silent = highest !== undefined || this.#withoutBlock >= WITHOUT_BLOCK;
      if (silent) this.#silentSince ??= this.#reportedAt;
    } else if (highest === undefined) this.#withoutBlock = 0;
    this.#highest = highest ?? this.#highest;
    this.#sent = sent;
    this.#reportedAt = now;
  }

  /** @param now ms */
  view(now: number): Pick<MediaReport, "remoteSilentMs" | "remoteLongestSilentMs"> {
    if (this.#reportedAt === undefined) return {};
    const current = this.#silentSince === undefined ? 0 : Math.round(now - this.#silentSince);
    const remoteLongestSilentMs = Math.max(this.#longest, current);
    if (now - this.#reportedAt > STALE_MS) return { remoteLongestSilentMs };
    return { remoteSilentMs: current, remoteLongestSilentMs };
  }

  #end(now: number): void {
    if (this.#silentSince === undefined) return;
    this.#longest = Math.max(this.#longest, Math.round(now - this.#silentSince));
    this.#silentSince = undefined;
  }
}
