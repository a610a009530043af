/**
 * A call's speaker that can be exchanged while it is written to: the former one fades out while the
 * next one fades in, each in one frame.
 *
 * `write` is on the real-time path.
 */
import { type AudioSink, FRAME_SAMPLES } from "../../audio/mod.ts";
import { faded } from "../dsp/mod.ts";

export class LiveSink {
  #current: AudioSink | undefined;
  /** The one that gets its last frame with the next write. */
  #former: AudioSink | undefined;
  #started = false;
  readonly #fading = new Int16Array(FRAME_SAMPLES);
  readonly #closing = new Set<Promise<void>>();

  /** The sink to begin with, open already or to be opened by the caller. */
  begin(sink: AudioSink): void {
    this.#current = sink;
  }

  start(): void {
    this.#started = true;
    this.#current?.start();
  }

  /** Goes over to another sink, with the next frame. @param next open */
  use(next: AudioSink): void {
    if (this.#former !== undefined) this.#leave(this.#former);
    this.#former = this.#current;
    this.#current = next;
    if (this.#started) next.start();
  }

  /** Frames that the sink wants this tick, asked once a tick. */
  frames(): 0 | 1 | 2 {
    return this.#current?.frames?.() ?? 1;
  }

  /** @param frame 20 ms, the caller's */
  write(frame: Int16Array): void {
    if (this.#former === undefined) {
      this.#current?.write(frame);
      return;
    }
    this.#former.write(faded(frame, "out", this.#fading));
    this.#current?.write(faded(frame, "in", this.#fading));
    this.#leave(this.#former);
    this.#former = undefined;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (this.#former !== undefined) this.#leave(this.#former);
    if (this.#current !== undefined) this.#leave(this.#current);
    this.#former = undefined;
    this.#current = undefined;
    await Promise.all(this.#closing);
  }

  #leave(sink: AudioSink): void {
    const closed = sink.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
