/**
 * Arithmetic of numbers that wrap: 16-bit sequence numbers and 32-bit timestamps (RFC 3550 §5.1).
 */

/** `a − b` as a signed 16-bit distance: −32768…32767. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}

/** `a − b` as a signed 32-bit distance. */
export function timestampDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** Turns 32-bit timestamps into numbers that do not wrap, each nearest to the one before. */
export class TimestampUnwrapper {
  #last = 0;
  #started = false;

  /** @returns ticks; the first timestamp stands for itself, later ones may be below or above it */
  unwrap(timestamp: number): number {
    if (!this.#started) {
      this.#started = true;
      this.#last = timestamp;
      return timestamp;
    }
    this.#last += timestampDistance(timestamp, this.#last);
    return this.#last;
  }

  reset(): void {
    this.#started = false;
  }
}
