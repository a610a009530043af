/**
 * Level meters of the live calls, about ten times a second, for as long as somebody looks.
 *
 *     media thread ─► LevelFeed ─► listeners      the first one starts it, the last one stops it
 *
 * They are no events: without `seq`, remembered by nobody, and what a client does not take in time is
 * not sent later. Nobody looks: nothing is measured out, nothing is sent.
 */
import type { CallLevels } from "../../core/ports/mod.ts";

/** Gets the levels of every call that has sound; the array is the listener's to read, not to keep. */
export type LevelListener = (levels: readonly CallLevels[]) => void;

/** Starts the meters. @returns stops them */
export type LevelSource = (listener: LevelListener) => () => void;

/** Many listeners on one source. */
export class LevelFeed {
  readonly #source: () => LevelSource | undefined;
  readonly #listeners = new Set<LevelListener>();
  #stop: (() => void) | undefined;

  /** @param source asked when the first listener comes; a phone without sound has none */
  constructor(source: () => LevelSource | undefined) {
    this.#source = source;
  }

  /** @returns leaves */
  add(listener: LevelListener): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#source()?.((levels) => {
      for (const each of this.#listeners) each(levels);
    });
    return () => this.#remove(listener);
  }

  #remove(listener: LevelListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }
}
