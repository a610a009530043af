/**
 * The sending half of the device host's wire: frames are put into one growing buffer while the
 * previous buffer is being written, so that a slow reader costs no promise per frame.
 *
 * Sound that a stuck reader does not take is dropped (and counted) above {@link PCM_LIMIT_BYTES};
 * control messages are never dropped, a reader that lets {@link QUEUE_LIMIT_BYTES} pile up loses the
 * connection. On the real-time path.
 */
import { OffhookError } from "../../base/mod.ts";
import {
  bytesOf,
  FrameType,
  HEADER_BYTES,
  LEVEL_BYTES,
  MAX_PAYLOAD_BYTES,
  writeHeader,
} from "./frame.ts";

/** 400 ms of one stream's sound. */
const PCM_LIMIT_BYTES = 40_000;
const QUEUE_LIMIT_BYTES = 2 * 1024 * 1024;
const INITIAL_BYTES = 8 * 1024;

/** What is written to: a Unix socket's connection. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

class OutgoingBuffer {
  bytes = new Uint8Array(INITIAL_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;

  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

export class FrameWriter {
  readonly #sink: ByteSink;
  readonly #failed: (error: unknown) => void;
  #filling = new OutgoingBuffer();
  #writing = new OutgoingBuffer();
  #busy = false;
  #closed = false;
  #dropped = 0;

  /** @param failed called once, when the sink refuses or the reader does not keep up */
  constructor(sink: ByteSink, failed: (error: unknown) => void) {
    this.#sink = sink;
    this.#failed = failed;
  }

  /** Sound frames that were dropped because the reader did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  control(message: unknown): void {
    const payload = new TextEncoder().encode(JSON.stringify(message));
    if (payload.length > MAX_PAYLOAD_BYTES) {
      throw new OffhookError(
        "internal",
        `A control message of ${payload.length} bytes is too long`,
      );
    }
    this.#append(FrameType.control, 0, 0, payload);
  }

  /** @returns false when the frame was dropped. The samples are copied. */
  pcm(stream: number, position: number, samples: Int16Array): boolean {
    if (this.#filling.length > PCM_LIMIT_BYTES) {
      this.#dropped++;
      return false;
    }
    this.#append(FrameType.pcm, stream, position, bytesOf(samples));
    return true;
  }

  /**
   * How a playback stream fares.
   *
   * @param taken samples that the card has taken since the stream began
   * @param headroom least number of samples that were still held when a frame came, since the last
   */
  level(
    stream: number,
    taken: number,
    headroom: number,
    underflows: number,
    overflows: number,
  ): void {
    const payload = new DataView(new ArrayBuffer(LEVEL_BYTES));
    payload.setUint32(0, headroom, true);
    payload.setUint32(4, underflows, true);
    payload.setUint32(8, overflows, true);
    this.#append(FrameType.level, stream, taken, new Uint8Array(payload.buffer));
  }

  report(handle: number, count: number, bytes: Uint8Array): void {
    this.#append(FrameType.report, handle, count, bytes);
  }

  /** Sends nothing more. */
  close(): void {
    this.#closed = true;
  }

  #append(type: FrameType, stream: number, position: number, payload: Uint8Array): void {
    if (this.#closed) return;
    const buffer = this.#filling;
    if (buffer.length > QUEUE_LIMIT_BYTES) {
      return this.#fail(new OffhookError("internal", "The device host's reader does not read"));
    }
    buffer.reserve(HEADER_BYTES + payload.length);
    writeHeader(buffer.view, buffer.length, type, stream, position, payload.length);
    buffer.bytes.set(payload, buffer.length + HEADER_BYTES);
    buffer.length += HEADER_BYTES + payload.length;
    this.#flush();
  }

  #flush(): void {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    this.#drain().catch((error) => this.#fail(error));
  }

  async #drain(): Promise<void> {
    while (this.#filling.length > 0 && !this.#closed) {
      const outgoing = this.#filling;
      this.#filling = this.#writing;
      this.#writing = outgoing;
      let offset = 0;
      while (offset < outgoing.length && !this.#closed) {
        offset += await this.#sink.write(outgoing.bytes.subarray(offset, outgoing.length));
      }
      outgoing.length = 0;
    }
    // In the very turn in which the queue was seen empty: a microtask later, a frame that was
    // appended in between would wait for the next one.
    this.#busy = false;
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failed(error);
  }
}
