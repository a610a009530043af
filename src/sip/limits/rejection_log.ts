/**
 * Lines of the log about messages that were not taken, bounded: a line for the first of a source, and
 * one that counts the rest of its minute.
 *
 *     message ─► source new this minute? ─► "a message from 192.0.2.66 was not taken: …"
 *                      └ else counted ─► the next minute: "… and 1999 more from 192.0.2.66"
 *
 * A source is an address without its port.
 */
import { REJECTION_LINES } from "./bounds.ts";

const MINUTE_MS = 60_000;

export class RejectionLog {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  #since: number;
  /** Messages of this minute beyond the first, by source. */
  readonly #more = new Map<string, number>();
  #others = 0;

  /** @param now ms */
  constructor(write: (text: string) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
    this.#since = now();
  }

  add(source: string, reason: string): void {
    if (Math.abs(this.#now() - this.#since) >= MINUTE_MS) this.flush();
    const more = this.#more.get(source);
    if (more !== undefined) this.#more.set(source, more + 1);
    else if (this.#more.size >= REJECTION_LINES.sources) this.#others++;
    else {
      this.#more.set(source, 0);
      this.#write(`a message from ${source} was not taken: ${reason}`);
    }
  }

  /** Tells what was only counted, and begins anew. */
  flush(): void {
    for (const [source, more] of this.#more) {
      if (more > 0) this.#write(`${more} more messages from ${source} were not taken`);
    }
    if (this.#others > 0) {
      this.#write(`${this.#others} messages from further addresses were not taken`);
    }
    this.#more.clear();
    this.#others = 0;
    this.#since = this.#now();
  }
}
