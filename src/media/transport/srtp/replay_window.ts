/**
 * Which packets of a source came already (RFC 3711 §3.3.2): each once, and none that is further back
 * than the window. An index of 48 bits is in two parts, roll-over counter and sequence number, because
 * a larger number than 31 bits is allocated. On the real-time path: nothing is allocated.
 */

/** Packets that may be late, a power of two; the RFC wants 64 at least. */
const WINDOW = 128;
/** Half the cycle of sequence numbers. */
const HALF = 0x8000;

export class ReplayWindow {
  /** The highest index that was taken; −1 before the first. */
  rollOver = -1;
  sequence = 0;
  /** For each place which index was taken there last, without the bits that name the place. */
  readonly #taken = new Int32Array(WINDOW).fill(-1);

  permits(rollOver: number, sequence: number): boolean {
    if (this.rollOver < 0) return true;
    const cycles = rollOver - this.rollOver;
    if (cycles < -1) return false;
    const ahead = cycles > 1 ? 1 : cycles * 2 * HALF + sequence - this.sequence;
    return ahead > -WINDOW && this.#taken[sequence % WINDOW] !== round(rollOver, sequence);
  }

  /** The packet is authentic, and used. */
  take(rollOver: number, sequence: number): void {
    this.#taken[sequence % WINDOW] = round(rollOver, sequence);
    const newer = rollOver > this.rollOver ||
      (rollOver === this.rollOver && sequence > this.sequence);
    if (!newer) return;
    this.rollOver = rollOver;
    this.sequence = sequence;
  }
}

/** Which round of the window an index is in: index ÷ 128, in 32 bits. */
function round(rollOver: number, sequence: number): number {
  return (rollOver << 9) | (sequence >> 7);
}

/**
 * The roll-over counter of a packet, by the highest index so far (§3.3.1): the packet is less than half
 * a cycle before or behind it.
 */
export function guessRollOver(
  top: { rollOver: number; sequence: number },
  sequence: number,
): number {
  const step = sequence - top.sequence;
  if (step > HALF) return top.rollOver > 0 ? top.rollOver - 1 : 0;
  return step < -HALF ? top.rollOver + 1 : top.rollOver;
}
