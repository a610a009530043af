/** Endpoint events, noted. */
import type { EndpointEvents } from "../../src/audio/endpoint.ts";
import type { OffhookError } from "../../src/base/errors.ts";

export class EndpointLog implements EndpointEvents {
  readonly words: string[] = [];
  readonly errors: OffhookError[] = [];
  #waiting: (() => void)[] = [];

  failed(error: OffhookError): void {
    this.errors.push(error);
    this.#note("failed");
  }

  restored(): void {
    this.#note("restored");
  }

  ended(): void {
    this.#note("ended");
  }

  /** Settles when the next event comes. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #note(word: string): void {
    this.words.push(word);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** Lets I/O that is under way finish. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
