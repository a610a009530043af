/**
 * Which packets of a source came already (RFC 3711 §3.3.2): each index once, and none that is further
 * back than the window. On the real-time path: nothing is allocated.
 */

/** Packets that may be late; the RFC wants 64 at least. */
const WINDOW = 128;

export class ReplayWindow {
  /** The highest index that was taken; −1 before the first. */
  top = -1;
  /** For each place the index that was taken there last. */
  readonly #taken = new Float64Array(WINDOW).fill(-1);

  /** @param index 48 bits */
  permits(index: number): boolean {
    return index > this.top - WINDOW && this.#taken[index % WINDOW] !== index;
  }

  /** The packet is authentic, and used. */
  take(index: number): void {
    this.#taken[index % WINDOW] = index;
    if (index > this.top) this.top = index;
  }
}

/** Sequence numbers until the next roll-over. */
export const CYCLE = 0x1_0000;

/**
 * The roll-over counter of a packet, by the highest index so far (§3.3.1): the packet is less than half
 * a cycle before or behind it.
 */
export function guessRollOver(top: number, sequence: number): number {
  const rollOver = Math.floor(top / CYCLE);
  const step = sequence - (top % CYCLE);
  if (step > CYCLE / 2) return Math.max(0, rollOver - 1);
  return step < -CYCLE / 2 ? rollOver + 1 : rollOver;
}
