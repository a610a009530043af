/**
 * When a flight is repeated (RFC 6347 §4.2.4), and when the peer is given up.
 *
 * Deviation: the first repetition comes after 150 ms and not a second (RFC 6347 §4.2.4.1 recommends
 * one): somebody waits for sound, and a handshake is four datagrams.
 */
import type { Clock, TimerHandle } from "../../../../base/time/mod.ts";

const FIRST_MS = 150;
const LONGEST_MS = 1000;
/** How soon a repetition of the peer, or of a forger, is answered with ours again. */
const SPACING_MS = 40;

export class Repeater {
  readonly #clock: Clock;
  readonly #transmit: () => void;
  #timer: TimerHandle | undefined;
  #wait = FIRST_MS;
  #lastSent = -Infinity;

  constructor(clock: Clock, transmit: () => void) {
    this.#clock = clock;
    this.#transmit = transmit;
  }

  /** A new flight: at once, and, where it is repeated, until {@link stop}. */
  send(repeated: boolean): void {
    this.stop();
    this.#wait = FIRST_MS;
    this.#transmitNow();
    if (repeated) this.#arm();
  }

  /** The peer repeated itself: it has not got our flight. */
  ask(): void {
    const now = this.#clock.now();
    if (now - this.#lastSent < SPACING_MS) return;
    this.#transmitNow();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#transmitNow();
      this.#wait = Math.min(2 * this.#wait, LONGEST_MS);
      this.#arm();
    }, this.#wait);
  }

  #transmitNow(): void {
    this.#lastSent = this.#clock.now();
    this.#transmit();
  }
}
