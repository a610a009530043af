/** Frames of a WebSocket as a client reads and writes them (RFC 6455 §5.2), as bytes. Pure. */
import { concat } from "../../base/octets/mod.ts";

export const Opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

export interface Message {
  opcode: number;
  /** Whole; a view that is valid until the next read. */
  payload: Uint8Array;
}

/** Bytes of the longest message: a snapshot with a thousand calls is below one tenth of it. */
const MAX_RECEIVED_BYTES = 16 << 20;
const FIN = 0x80;
const MASKED = 0x80;

/** One whole frame from a client, which must be masked (§5.3). */
export function maskedFrame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extended + 4 + length);
  const view = new DataView(frame.buffer);
  frame[0] = FIN | opcode;
  frame[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, length);
  if (extended === 8) view.setBigUint64(2, BigInt(length));
  const mask = crypto.getRandomValues(frame.subarray(2 + extended, 6 + extended));
  for (let index = 0; index < length; index++) {
    frame[6 + extended + index] = payload[index] ^ mask[index & 3];
  }
  return frame;
}

/** Cuts a stream of bytes from a server into messages, fragments joined. */
export class FrameReader {
  #pending = new Uint8Array(0);
  #fragments: { opcode: number; parts: Uint8Array[] } | undefined;

  /** @throws Error for a frame that no server may send, or a message that is too long */
  read(bytes: Uint8Array): Message[] {
    const data = this.#pending.length === 0 ? bytes : concat(this.#pending, bytes);
    const messages: Message[] = [];
    let at = 0;
    for (;;) {
      const frame = frameAt(data, at);
      if (frame === undefined) break;
      at = frame.end;
      const message = this.#message(frame.first, frame.payload);
      if (message !== undefined) messages.push(message);
    }
    this.#pending = data.slice(at);
    return messages;
  }

  #message(first: number, payload: Uint8Array): Message | undefined {
    const opcode = first & 0x0f;
    const final = (first & FIN) !== 0;
    if (opcode >= Opcode.close) return { opcode, payload };
    if (opcode !== Opcode.continuation) this.#fragments = { opcode, parts: [] };
    if (this.#fragments === undefined) throw new Error("a continuation of nothing");
    this.#fragments.parts.push(final ? payload : payload.slice());
    if (!final) return undefined;
    const { opcode: begun, parts } = this.#fragments;
    this.#fragments = undefined;
    return { opcode: begun, payload: parts.length === 1 ? parts[0] : concat(...parts) };
  }
}

function frameAt(
  data: Uint8Array,
  at: number,
): { first: number; payload: Uint8Array; end: number } | undefined {
  if (data.length < at + 2) return undefined;
  if ((data[at + 1] & MASKED) !== 0) throw new Error("a server's frame is not masked");
  const short = data[at + 1] & 0x7f;
  const extended = short < 126 ? 0 : short === 126 ? 2 : 8;
  const start = at + 2 + extended;
  if (data.length < start) return undefined;
  const view = new DataView(data.buffer, data.byteOffset);
  const length = extended === 0
    ? short
    : extended === 2
    ? view.getUint16(at + 2)
    : Number(view.getBigUint64(at + 2));
  if (length > MAX_RECEIVED_BYTES) throw new Error(`a message of ${length} bytes`);
  if (data.length < start + length) return undefined;
  return { first: data[at], payload: data.subarray(start, start + length), end: start + length };
}
