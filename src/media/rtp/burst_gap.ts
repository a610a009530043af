/**
 * Loss as it is heard: in bursts, and scattered in the gaps between them (RFC 3611 §4.7.2). A burst
 * begins and ends with a packet that was not played, and never has Gmin packets in a row that were;
 * a single loss with so many on both sides belongs to the gap. On the real-time path.
 *
 *     11110111111111111111111X111X1011110111111111111111111X1111111111
 *     |--------gap----------||--burst---||------------gap------------|
 */

/** The recommended least number of packets played between two losses of different bursts. */
export const GMIN = 16;

export interface BurstGapView {
  /** Packets that were not played, of those in bursts and of those in gaps: 0–1. */
  burstDensity: number;
  gapDensity: number;
  /** Mean lengths, in packets; 0: there was none. */
  burstLength: number;
  gapLength: number;
  bursts: number;
  /** Mean run of packets in a row that were not played, over that of random loss; at least 1. */
  burstRatio: number;
}

/** Packets of a kind, and those among them that were not played. */
interface Tally {
  packets: number;
  missed: number;
}

export class BurstGap {
  readonly #all: Tally = { packets: 0, missed: 0 };
  readonly #inBursts: Tally = { packets: 0, missed: 0 };
  readonly #inGaps: Tally = { packets: 0, missed: 0 };
  #bursts = 0;
  #gaps = 0;
  /** Packets of the gap that goes on. */
  #gap = 0;
  /** What may become a burst: from its first loss to its last. */
  #candidate: Tally | undefined;
  #playedSince = 0;
  /** Runs of losses, whatever their length. */
  #runs = 0;
  #lastPlayed = true;

  add(played: boolean): void {
    this.#all.packets++;
    if (played) this.#played();
    else this.#missed();
    this.#lastPlayed = played;
  }

  view(): BurstGapView {
    const open = this.#candidate;
    const burst = open !== undefined && open.missed > 1 ? open : undefined;
    // What was played behind an open candidate is of the gap, as far as is known now.
    const trailing = open === undefined ? 0 : this.#playedSince;
    const inBursts = plus(this.#inBursts, burst);
    const inGaps = plus(this.#inGaps, burst === undefined ? open : undefined);
    inGaps.packets += trailing;
    const bursts = this.#bursts + count(burst !== undefined);
    const gaps = this.#gaps +
      (burst === undefined
        ? count(this.#gap + trailing > 0 || open !== undefined)
        : count(this.#gap > 0) + count(trailing > 0));
    return {
      burstDensity: ratio(inBursts.missed, inBursts.packets),
      gapDensity: ratio(inGaps.missed, inGaps.packets),
      burstLength: ratio(inBursts.packets, bursts),
      gapLength: ratio(inGaps.packets, gaps),
      bursts,
      burstRatio: this.#burstRatio(),
    };
  }

  #played(): void {
    this.#playedSince++;
    if (this.#candidate === undefined) this.#addToGap({ packets: 1, missed: 0 });
    else if (this.#playedSince === GMIN) this.#close();
  }

  #missed(): void {
    this.#all.missed++;
    if (this.#lastPlayed) this.#runs++;
    if (this.#candidate === undefined) this.#candidate = { packets: 1, missed: 1 };
    else {
      this.#candidate.packets += this.#playedSince + 1;
      this.#candidate.missed++;
    }
    this.#playedSince = 0;
  }

  /** Enough was played behind the candidate. */
  #close(): void {
    const candidate = this.#candidate!;
    this.#candidate = undefined;
    if (candidate.missed === 1) this.#addToGap(candidate);
    else {
      this.#bursts++;
      if (this.#gap > 0) this.#gaps++;
      this.#gap = 0;
      this.#inBursts.packets += candidate.packets;
      this.#inBursts.missed += candidate.missed;
    }
    this.#addToGap({ packets: GMIN, missed: 0 });
  }

  #addToGap({ packets, missed }: Tally): void {
    this.#gap += packets;
    this.#inGaps.packets += packets;
    this.#inGaps.missed += missed;
  }

  /** G.107 §7.5: the mean run over 1 ÷ (1 − loss), that of random loss. */
  #burstRatio(): number {
    const { packets, missed } = this.#all;
    if (this.#runs === 0) return 1;
    return Math.max(1, (missed / this.#runs) * (1 - missed / packets));
  }
}

function plus(a: Tally, b: Tally | undefined): Tally {
  return { packets: a.packets + (b?.packets ?? 0), missed: a.missed + (b?.missed ?? 0) };
}

function count(there: boolean): number {
  return there ? 1 : 0;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
