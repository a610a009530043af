/**
 * Keeps a card that has a clock of its own in step with ours: how many frames to play this tick.
 * On the real-time path.
 *
 *     the card holds too much ──► 0: the packets wait in the jitter buffer, which shortens them
 *     as it should be         ──► 1
 *     the card runs dry       ──► 2: the jitter buffer gives a frame early, and waits for it later
 *
 * So the drift of the card ends up where the drift of the network is corrected: in the jitter buffer.
 */

/** Surplus above which a frame is left out, and below which one is added, ms. */
const TOO_MUCH_MS = 25;
const TOO_LITTLE_MS = -12;
/** Ticks after a correction before its effect can be seen: cards tell their level every 200 ms. */
const REST_TICKS = 15;

export class SinkPacer {
  #rest = 0;

  /** @param surplusMs sound that waits in the card beyond what it should hold; negative: it runs dry */
  frames(surplusMs: number): 0 | 1 | 2 {
    if (this.#rest > 0) {
      this.#rest--;
      return 1;
    }
    if (surplusMs <= TOO_MUCH_MS && surplusMs >= TOO_LITTLE_MS) return 1;
    this.#rest = REST_TICKS;
    return surplusMs > TOO_MUCH_MS ? 0 : 2;
  }
}
