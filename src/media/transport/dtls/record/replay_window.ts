/** Which records came already (RFC 6347 §4.1.2.6): the newest 64 sequence numbers are remembered. */

const SIZE = 64;
const MASK = (1n << BigInt(SIZE)) - 1n;

export class ReplayWindow {
  /** The newest sequence number; −1: none came. */
  #top = -1;
  /** Bit n: `#top − n` came. */
  #seen = 0n;

  /** False for what came already, and for what is too old to tell. */
  isNew(sequenceNumber: number): boolean {
    const age = this.#top - sequenceNumber;
    if (age < 0) return true;
    return age < SIZE && (this.#seen >> BigInt(age) & 1n) === 0n;
  }

  /** To be called for a record that proved to be the peer's only. */
  mark(sequenceNumber: number): void {
    const step = sequenceNumber - this.#top;
    if (step <= 0) {
      this.#seen |= 1n << BigInt(-step);
      return;
    }
    this.#top = sequenceNumber;
    this.#seen = step >= SIZE ? 1n : (this.#seen << BigInt(step) | 1n) & MASK;
  }
}
