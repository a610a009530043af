/**
 * Consent freshness (RFC 7675): the peer must go on answering on the pair in use, or nothing is sent
 * to it any more. The questions also keep the way through a NAT open.
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";

/** Mean time between two questions, and how far it varies (RFC 7675 §5.1), ms. */
const INTERVAL_MS = 5000;
const VARIATION = 0.2;
/** Without an answer for so long consent is gone, ms. */
const EXPIRES_MS = 30_000;

export class Consent {
  readonly #clock: Clock;
  readonly #random: Random32;
  readonly #ask: () => void;
  readonly #expired: () => void;
  #until = 0;
  #timer: TimerHandle;

  /** @param ask puts one question; @param expired called once */
  constructor(clock: Clock, random: Random32, ask: () => void, expired: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#ask = ask;
    this.#expired = expired;
    this.given();
    this.#wait();
  }

  /** The peer answered. */
  given(): void {
    this.#until = this.#clock.now() + EXPIRES_MS;
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #wait(): void {
    const share = this.#random() / 2 ** 32;
    const interval = INTERVAL_MS * (1 - VARIATION + 2 * VARIATION * share);
    const left = this.#until - this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#clock.now() >= this.#until) return this.#expired();
      this.#ask();
      this.#wait();
    }, Math.max(0, Math.min(interval, left)));
  }
}
