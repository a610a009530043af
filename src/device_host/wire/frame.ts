/**
 * The device host's wire: frames on a Unix socket, the same in both directions.
 *
 *     0        4      5       6        8          12
 *     ├ length ┼ type ┼ flags ┼ stream ┼ position ┼ payload … length bytes
 *       u32      u8     u8      u16      u32          little-endian throughout
 *
 * | type    | stream       | position                                  | payload              |
 * | ------- | ------------ | ----------------------------------------- | -------------------- |
 * | control | 0            | 0                                         | JSON, UTF-8          |
 * | pcm     | audio stream | first sample since the stream began       | s16 mono, at the stream's rate |
 * | level   | audio stream | samples that the card has taken           | u32 least samples held before a frame came, u32 underflows, u32 overflows |
 * | report  | HID handle   | reports since the handle was opened       | one HID input report |
 *
 * Positions count samples (or reports) modulo 2^32. Who breaks the format loses the connection.
 *
 * On the real-time path: a decoder reads straight into its own buffer and hands out views of it, an
 * encoder writes into the outgoing buffer; one small view is all that is allocated per frame.
 */
import { OffhookError } from "../../base/mod.ts";

export const FrameType = { control: 1, pcm: 2, level: 3, report: 4 } as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export const HEADER_BYTES = 12;
/** Longest payload of any frame; a device list of a large machine is some 40 kB. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/** Longest sound of one frame: 100 ms at 48 kHz, 25 ms at 192 kHz. */
const MAX_PCM_BYTES = 9600;
export const LEVEL_BYTES = 12;

const INITIAL_BUFFER_BYTES = 32 * 1024;

/** One decoded frame. Belongs to the decoder: valid only until the callback that got it returns. */
export interface Frame {
  type: FrameType;
  stream: number;
  position: number;
  payload: Uint8Array<ArrayBuffer>;
}

/** Writes one frame's header at `offset` of `into`. */
export function writeHeader(
  into: DataView,
  offset: number,
  type: FrameType,
  stream: number,
  position: number,
  payloadBytes: number,
): void {
  into.setUint32(offset, payloadBytes, true);
  into.setUint8(offset + 4, type);
  into.setUint8(offset + 5, 0);
  into.setUint16(offset + 6, stream, true);
  into.setUint32(offset + 8, position, true);
}

/** Bytes of samples or the reverse without a copy; copies when the bytes lie on an odd address. */
export function samplesOf(payload: Uint8Array<ArrayBuffer>): Int16Array {
  if ((payload.byteOffset & 1) === 0) {
    return new Int16Array(payload.buffer, payload.byteOffset, payload.byteLength >> 1);
  }
  return new Int16Array(payload.slice().buffer, 0, payload.byteLength >> 1);
}

export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/**
 * Cuts a byte stream into frames. Read into `space()`, then `commit` what was read; a frame may
 * arrive in any number of pieces.
 */
export class FrameDecoder {
  #buffer = new Uint8Array(INITIAL_BUFFER_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #start = 0;
  #end = 0;
  readonly #frame: Frame = {
    type: FrameType.control,
    stream: 0,
    position: 0,
    payload: new Uint8Array(0),
  };

  /** The free part of the buffer, never empty; valid until `commit`. */
  space(): Uint8Array {
    if (this.#end === this.#buffer.length) this.#makeRoom();
    return this.#buffer.subarray(this.#end);
  }

  /**
   * Takes `count` bytes that were read into `space()` and hands every complete frame to `onFrame`.
   *
   * @throws OffhookError `internal` when the bytes are not of this format; the connection is then
   *   of no further use
   */
  commit(count: number, onFrame: (frame: Frame) => void): void {
    this.#end += count;
    while (this.#end - this.#start >= HEADER_BYTES) {
      const length = this.#checkedLength();
      const next = this.#start + HEADER_BYTES + length;
      if (next > this.#end) break;
      this.#fill(length);
      this.#start = next;
      onFrame(this.#frame);
    }
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }

  #checkedLength(): number {
    const length = this.#view.getUint32(this.#start, true);
    const type = this.#view.getUint8(this.#start + 4);
    if (length > MAX_PAYLOAD_BYTES) throw malformed(`a payload of ${length} bytes`);
    if (type < FrameType.control || type > FrameType.report) throw malformed(`type ${type}`);
    if (this.#view.getUint8(this.#start + 5) !== 0) throw malformed("unknown flags");
    if (type === FrameType.pcm && (length > MAX_PCM_BYTES || length % 2 !== 0)) {
      throw malformed(`${length} bytes of samples`);
    }
    if (type === FrameType.level && length !== LEVEL_BYTES) {
      throw malformed(`${length} bytes of level`);
    }
    return length;
  }

  #fill(length: number): void {
    const payloadStart = this.#start + HEADER_BYTES;
    const frame = this.#frame;
    frame.type = this.#view.getUint8(this.#start + 4) as FrameType;
    frame.stream = this.#view.getUint16(this.#start + 6, true);
    frame.position = this.#view.getUint32(this.#start + 8, true);
    frame.payload = this.#buffer.subarray(payloadStart, payloadStart + length);
  }

  #makeRoom(): void {
    const pending = this.#end - this.#start;
    const roomy = pending <= this.#buffer.length >> 1;
    const target = roomy ? this.#buffer : new Uint8Array(this.#buffer.length * 2);
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = target;
    this.#view = new DataView(target.buffer);
    this.#start = 0;
    this.#end = pending;
  }
}

function malformed(what: string): OffhookError {
  return new OffhookError("internal", `The device host's wire carried ${what}`);
}
