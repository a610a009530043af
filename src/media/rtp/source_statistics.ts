/**
 * Statistics of one received synchronization source (RFC 3550 §6.4.1, appendices A.1, A.3, A.8).
 *
 *     probation ──2 packets in sequence──► valid ──jump, then 2 in sequence──► valid (restarted)
 *
 * On the real-time path; time is passed in.
 */
import { timestampDistance } from "./sequence.ts";

/** Packets in sequence before a source is believed (A.1). */
const MIN_SEQUENTIAL = 2;
/** Largest gap forward, and largest step back, of one sequence (A.1). */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const SEQUENCE_MODULUS = 0x10000;
/** No sequence number: the one after it can never be equal. */
const NO_SEQUENCE = SEQUENCE_MODULUS + 1;

/** What a packet means for its source. */
export type SequenceVerdict = "probation" | "valid" | "misordered" | "discarded" | "restarted";

/** The counters of a report block (§6.4.1). */
export interface ReceptionSnapshot {
  /** Eight bits: share lost since the snapshot before, in 1/256. */
  fractionLost: number;
  /** May be negative (duplicates), clamped to 24 bits. */
  cumulativeLost: number;
  /** Extended highest sequence number: cycles × 65536 + sequence. */
  highestSequence: number;
  /** Interarrival jitter, RTP ticks. */
  jitterTicks: number;
}

export class SourceStatistics {
  readonly ssrc: number;
  /** Valid packets, duplicates and misordered ones included. */
  received = 0;
  #maxSequence: number;
  #cycles = 0;
  #baseSequence: number;
  #badSequence = NO_SEQUENCE;
  #probation = MIN_SEQUENTIAL;
  #lostBeforeRestart = 0;
  #receivedBeforeRestart = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #jitter = 0;
  #lastTransit: number | undefined;

  constructor(ssrc: number, firstSequence: number) {
    this.ssrc = ssrc;
    this.#baseSequence = firstSequence;
    this.#maxSequence = (firstSequence - 1) & 0xffff;
  }

  get valid(): boolean {
    return this.#probation === 0;
  }

  /** Interarrival jitter in RTP ticks (A.8). */
  get jitterTicks(): number {
    return this.#jitter;
  }

  /** Packets expected minus received (A.3), over restarts; negative when packets came twice. */
  get lost(): number {
    if (!this.valid) return 0;
    return this.#lostBeforeRestart + this.#expected() - this.#receivedSinceRestart();
  }

  /** Highest sequence number with its cycles. */
  get highestSequence(): number {
    return this.#cycles + this.#maxSequence;
  }

  /** Judges a packet by its sequence number (A.1) and counts it. */
  update(sequenceNumber: number): SequenceVerdict {
    const delta = (sequenceNumber - this.#maxSequence) & 0xffff;
    if (this.#probation > 0) return this.#onProbation(sequenceNumber, delta);
    if (delta < MAX_DROPOUT) {
      if (sequenceNumber < this.#maxSequence) this.#cycles += SEQUENCE_MODULUS;
      this.#maxSequence = sequenceNumber;
    } else if (delta <= SEQUENCE_MODULUS - MAX_MISORDER) {
      // A very large jump: two in sequence mean that the peer restarted without telling.
      if (sequenceNumber !== this.#badSequence) {
        this.#badSequence = (sequenceNumber + 1) & 0xffff;
        return "discarded";
      }
      this.#restart(sequenceNumber);
      this.received++;
      return "restarted";
    } else {
      this.received++;
      return "misordered";
    }
    this.received++;
    return "valid";
  }

  /**
   * Takes the arrival of a packet into the jitter (A.8).
   *
   * @param timestamp of the packet, RTP ticks
   * @param arrivalMs on the local clock
   */
  arrival(timestamp: number, arrivalMs: number, clockRate: number): void {
    const transit = (arrivalMs * clockRate / 1000 - timestamp) % 0x100000000;
    if (this.#lastTransit !== undefined) {
      const difference = Math.abs(timestampDistance(transit, this.#lastTransit));
      // A new talk spurt on a new time line says nothing about the network.
      if (difference < clockRate * 10) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#lastTransit = transit;
  }

  /** The numbers of a report block, and the start of the next interval (A.3). */
  snapshot(): ReceptionSnapshot {
    const expected = this.#expected();
    const received = this.#receivedSinceRestart();
    const expectedInterval = expected - this.#expectedPrior;
    const lostInterval = expectedInterval - (received - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = received;
    return {
      fractionLost: expectedInterval <= 0 || lostInterval <= 0
        ? 0
        : Math.min(255, Math.floor((lostInterval * 256) / expectedInterval)),
      cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, this.lost)),
      highestSequence: this.highestSequence % 0x100000000,
      jitterTicks: Math.floor(this.#jitter),
    };
  }

  #onProbation(sequenceNumber: number, delta: number): SequenceVerdict {
    this.#maxSequence = sequenceNumber;
    if (delta !== 1) {
      this.#probation = MIN_SEQUENTIAL - 1;
      this.#baseSequence = sequenceNumber;
      this.received = 1;
      return "probation";
    }
    if (sequenceNumber < this.#baseSequence) this.#cycles = SEQUENCE_MODULUS;
    this.#probation--;
    this.received++;
    return this.#probation === 0 ? "valid" : "probation";
  }

  #restart(sequenceNumber: number): void {
    // The packet that announced the jump was received too.
    this.#lostBeforeRestart = this.lost;
    this.#receivedBeforeRestart = this.received;
    this.#baseSequence = sequenceNumber;
    this.#maxSequence = sequenceNumber;
    this.#badSequence = NO_SEQUENCE;
    this.#cycles = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#lastTransit = undefined;
  }

  #expected(): number {
    return this.highestSequence - this.#baseSequence + 1;
  }

  #receivedSinceRestart(): number {
    return this.received - this.#receivedBeforeRestart;
  }
}
