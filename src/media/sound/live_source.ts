/**
 * A call's microphone that can be exchanged while it is read, without a gap and without a click.
 *
 *     steady ──use(next)──► awaiting next's first sound ──► crossfade, one frame ──► steady
 *                              └─ its patience is over ──────┘
 *
 * `read` is on the real-time path.
 */
import { type AudioSource, FRAME_SAMPLES } from "../../audio/mod.ts";
import { crossfade } from "../dsp/mod.ts";

export class LiveSource {
  #current: AudioSource | undefined;
  #next: AudioSource | undefined;
  /** Frames without sound that are still waited for from the next one. */
  #patience = 0;
  #started = false;
  readonly #nextFrame = new Int16Array(FRAME_SAMPLES);
  /** Of sources that were left. */
  readonly #closing = new Set<Promise<void>>();

  get started(): boolean {
    return this.#started;
  }

  /** The source to begin with, open already or to be opened by the caller. */
  begin(source: AudioSource): void {
    this.#current = source;
  }

  start(): void {
    this.#started = true;
    this.#current?.start();
    this.#next?.start();
  }

  /**
   * Goes over to another source.
   *
   * @param next open
   * @param patience frames: so long it may be silent at first (a card that wakes up) before the former
   *   one is left all the same
   */
  use(next: AudioSource, patience: number): void {
    if (this.#next !== undefined) this.#leave(this.#next);
    if (!this.#started) {
      if (this.#current !== undefined) this.#leave(this.#current);
      this.#current = next;
      return;
    }
    this.#next = next;
    this.#patience = patience;
    next.start();
  }

  /** Fills `into` with 20 ms; silence before the start. */
  read(into: Int16Array): void {
    if (!this.#started || this.#current === undefined) {
      into.fill(0);
      return;
    }
    this.#current.read(into);
    if (this.#next !== undefined) this.#goOver(this.#next, into);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (this.#current !== undefined) this.#leave(this.#current);
    if (this.#next !== undefined) this.#leave(this.#next);
    this.#current = undefined;
    this.#next = undefined;
    await Promise.all(this.#closing);
  }

  #goOver(next: AudioSource, into: Int16Array): void {
    const sounds = next.read(this.#nextFrame);
    if (!sounds && this.#patience-- > 0) return;
    crossfade(into, this.#nextFrame);
    const former = this.#current!;
    this.#current = next;
    this.#next = undefined;
    this.#leave(former);
  }

  #leave(source: AudioSource): void {
    const closed = source.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
