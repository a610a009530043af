/**
 * A backend stream that can be let go and opened anew while its pump runs: PortAudio looks for new cards
 * only while no stream is open.
 *
 *     open ─suspend()─► suspended: reads and writes wait ─resume(stream)─► open
 *       └──────close()────────┴─► closed: they throw
 */
import type { BackendCapture, BackendPlayback, BackendStream, StreamFormat } from "./backend.ts";

type Inner = BackendCapture & BackendPlayback;

export class ReplaceableStream implements Inner {
  readonly format: StreamFormat;
  #inner: Inner | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #xruns = 0;

  constructor(stream: BackendStream) {
    this.format = stream.format;
    this.#inner = stream as Inner;
  }

  get latencyMs(): number {
    return this.#inner?.latencyMs ?? 0;
  }

  get xruns(): number {
    return this.#xruns + (this.#inner?.xruns ?? 0);
  }

  read(into: Int16Array<ArrayBuffer>): Promise<void> {
    return this.#move((stream) => stream.read(into));
  }

  write(samples: Int16Array<ArrayBuffer>): Promise<void> {
    return this.#move((stream) => stream.write(samples));
  }

  /** Lets the device go; reads and writes wait from now on. */
  async suspend(): Promise<void> {
    this.#waiting ??= Promise.withResolvers<void>();
    await this.#letGo();
  }

  /** @returns false, and does nothing, when the stream has another format */
  resume(stream: BackendStream): boolean {
    const { rate, channels } = stream.format;
    if (rate !== this.format.rate || channels !== this.format.channels) return false;
    this.#inner = stream as Inner;
    this.#waiting?.resolve();
    this.#waiting = undefined;
    return true;
  }

  async close(): Promise<void> {
    await this.#letGo();
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  async #move(block: (stream: Inner) => Promise<void>): Promise<void> {
    for (;;) {
      await this.#waiting?.promise;
      const inner = this.#inner;
      if (inner === undefined) throw new Error("the stream is closed");
      try {
        return await block(inner);
      } catch (error) {
        // else the device was let go with this block under way
        if (this.#inner === inner) throw error;
      }
    }
  }

  async #letGo(): Promise<void> {
    const inner = this.#inner;
    this.#inner = undefined;
    if (inner === undefined) return;
    this.#xruns += inner.xruns;
    await inner.close();
  }
}
