/** The core's answer to one offer of the peer: asked for once, given once. */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";

/** ms that the core has; it decides at once, but a peer must never wait for ever. */
const DECISION_MS = 20_000;

export interface Choices {
  accept(description: MediaDescription): void;
  reject(status: number): void;
}

export class Decision {
  readonly #clock: Clock;
  #choices: Choices | undefined;
  #guard: TimerHandle;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#choices !== undefined;
  }

  /** Opens it; without an answer it is rejected with 500. */
  open(choices: Choices): void {
    this.#choices = choices;
    this.#guard = this.#clock.setTimeout(() => this.reject(500), DECISION_MS);
  }

  accept(description: MediaDescription): void {
    this.#close()?.accept(description);
  }

  reject(status: number): void {
    this.#close()?.reject(status);
  }

  /** The peer takes the offer back; false: it was decided already. */
  withdraw(): boolean {
    return this.#close() !== undefined;
  }

  #close(): Choices | undefined {
    const choices = this.#choices;
    this.#clock.clearTimeout(this.#guard);
    this.#choices = undefined;
    return choices;
  }
}
