/**
 * What became of each packet of a source: played, lost, or too late. A packet's fate is settled when so
 * many newer ones have come that it cannot be played any more; then it counts. On the real-time path:
 * nothing is allocated.
 *
 *     received(number) ─► window of the newest 64 ─► settled ─► totals, bursts and gaps
 *     tooLate(number)  ─┘
 */
import { BurstGap } from "./burst_gap.ts";
import { sequenceDistance } from "./sequence.ts";

/** Packets whose fate is open: more than a jitter buffer holds (1.3 s of 20 ms packets). */
const WINDOW = 64;
const MISSING = 0;
const PLAYED = 1;
const LATE = 2;

export class PacketFates {
  /** Packets that are settled: all, and those of them that never came or came too late. */
  due = 0;
  lost = 0;
  late = 0;
  readonly bursts = new BurstGap();
  readonly #window = new Uint8Array(WINDOW);
  /** Newest number of the window, and how many it holds. */
  #newest = 0;
  #open = 0;

  /**
   * A packet of this number came, in whatever order.
   * @returns whether it is the first of its number whose fate is still open
   */
  received(sequenceNumber: number): boolean {
    if (this.#open === 0) this.#newest = (sequenceNumber - 1) & 0xffff;
    const ahead = sequenceDistance(sequenceNumber, this.#newest);
    if (ahead > 0) {
      for (let step = 1; step <= ahead; step++) this.#advance(step === ahead ? PLAYED : MISSING);
      return true;
    }
    if (-ahead >= this.#open || this.#window[sequenceNumber % WINDOW] !== MISSING) return false;
    this.#window[sequenceNumber % WINDOW] = PLAYED;
    return true;
  }

  /** What {@link received} has just called the first came when its time to be played was over. */
  tooLate(sequenceNumber: number): void {
    this.#window[sequenceNumber % WINDOW] = LATE;
  }

  /** The numbers begin anew: another source, or one that jumped. What is open was received. */
  restart(): void {
    while (this.#open > 0) this.#settle();
  }

  #advance(fate: number): void {
    if (this.#open === WINDOW) this.#settle();
    this.#newest = (this.#newest + 1) & 0xffff;
    this.#window[this.#newest % WINDOW] = fate;
    this.#open++;
  }

  #settle(): void {
    this.#open--;
    const fate = this.#window[(this.#newest - this.#open) & (WINDOW - 1)]!;
    this.due++;
    if (fate === MISSING) this.lost++;
    else if (fate === LATE) this.late++;
    this.bursts.add(fate === PLAYED);
  }
}
