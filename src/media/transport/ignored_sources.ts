/**
 * Who sends RTP here that is not taken: one source for each reason, while it goes on. It explains a
 * silence and decides nothing. On the real-time path: nothing is allocated for a datagram.
 */
import type { IgnoredPackets } from "../../core/ports/mod.ts";

/** A source that has been quiet for longer is of the past, ms. */
const LATELY_MS = 3_000;
/** So many packets are no stray ones. */
const ENOUGH = 3;

export type IgnoredSource = Extract<IgnoredPackets, { address: string }>;

export class IgnoredSources {
  readonly #sources: Readonly<Record<IgnoredSource["reason"], Source>> = {
    "not-authentic": new Source(),
    "other-address": new Source(),
  };

  /** @param now ms */
  note(reason: IgnoredSource["reason"], address: string, port: number, now: number): void {
    this.#sources[reason].note(address, port, now);
  }

  /** The one that explains most. @param now ms */
  lately(now: number): IgnoredSource | undefined {
    for (const reason of ["not-authentic", "other-address"] as const) {
      const source = this.#sources[reason];
      if (source.goesOn(now)) return { reason, address: source.address, port: source.port };
    }
    return undefined;
  }
}

class Source {
  address = "";
  port = 0;
  #packets = 0;
  #lastAt = -Infinity;

  note(address: string, port: number, now: number): void {
    if (now - this.#lastAt > LATELY_MS) this.#packets = 0;
    this.#packets++;
    this.#lastAt = now;
    this.address = address;
    this.port = port;
  }

  goesOn(now: number): boolean {
    return this.#packets >= ENOUGH && now - this.#lastAt <= LATELY_MS;
  }
}
