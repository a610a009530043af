/**
 * A microphone that gives what the same call's speaker got in the same 20 ms: the practice PBX's
 * echo. On the real-time path.
 *
 *     graph ──hear(frame)──► EchoSource ──read()──► graph
 *
 * The graph plays before it records, so the echo adds no delay of its own.
 */
import { type AudioSource, FRAME_SAMPLES } from "./endpoint.ts";

export class EchoSource implements AudioSource {
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #fresh = false;

  open(): Promise<void> {
    return Promise.resolve();
  }

  start(): void {}

  /** Takes what the speaker plays now; the caller's frame is copied. */
  hear(frame: Int16Array): void {
    this.#frame.set(frame);
    this.#fresh = true;
  }

  read(into: Int16Array): boolean {
    if (this.#fresh) into.set(this.#frame);
    else into.fill(0);
    const fresh = this.#fresh;
    this.#fresh = false;
    return fresh;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
