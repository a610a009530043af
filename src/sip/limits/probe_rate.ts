/**
 * How many requests of strangers are answered that nobody here wants: {@link PROBES}. Not on the
 * real-time path.
 *
 *     request ─► its source has some left? ─► all together have? ─► answered
 *                   └────────── no ──────────────────┴─► silence
 *
 * A source that sends on and on is answered at its rate, and takes no other's share: what it has too
 * much does not count for all.
 */
import { PROBES, type Rate } from "./bounds.ts";

export class ProbeRate {
  /** By address, the longest silent first: when as many as were answered are used up, ms. */
  readonly #spentUntil = new Map<string, number>();
  #allSpentUntil = 0;

  constructor(readonly bounds = PROBES) {}

  /**
   * Notes a request.
   * @param source its address, without the port
   * @param now ms
   * @returns whether it is to be answered
   */
  take(source: string, now: number): boolean {
    const { perSource, inAll, sources } = this.bounds;
    const own = spend(perSource, this.#spentUntil.get(source) ?? now, now);
    if (own === undefined) return false;
    const all = spend(inAll, this.#allSpentUntil, now);
    if (all === undefined) return false;
    this.#allSpentUntil = all;
    this.#spentUntil.delete(source);
    this.#spentUntil.set(source, own);
    if (this.#spentUntil.size > sources) {
      this.#spentUntil.delete(this.#spentUntil.keys().next().value!);
    }
    return true;
  }
}

/** Until when it is spent with one more; undefined: that is too much. A clock set back is forgiven. */
function spend({ perSecond, burst }: Rate, spentUntil: number, now: number): number | undefined {
  const eachMs = 1000 / perSecond;
  const isSetBack = spentUntil > now + burst * eachMs;
  const until = (isSetBack ? now : Math.max(now, spentUntil)) + eachMs;
  return until > now + burst * eachMs ? undefined : until;
}
