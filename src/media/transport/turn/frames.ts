/**
 * What goes between a TURN client and its server: STUN messages and ChannelData (RFC 8656 §12.4), one
 * in a datagram, or one behind the other in a stream.
 */
import { uint16 } from "../../rtp/mod.ts";
import { stunLength } from "../stun/mod.ts";

/** RFC 8656 §12: channel numbers. */
export const FIRST_CHANNEL = 0x4000;
export const LAST_CHANNEL = 0x4fff;
const HEADER_LENGTH = 4;
/** A stream that announces more has lost its place. */
const MAX_FRAME = 4096;

export interface ChannelData {
  channel: number;
  data: Uint8Array;
}

/** @param padded in a stream frames begin at multiples of four */
export function channelData(channel: number, data: Uint8Array, padded: boolean): Uint8Array {
  const length = HEADER_LENGTH + data.length;
  const frame = new Uint8Array(padded ? (length + 3) & ~3 : length);
  frame.set([channel >> 8, channel, data.length >> 8, data.length]);
  frame.set(data, HEADER_LENGTH);
  return frame;
}

/** @returns undefined for what is no ChannelData, or cut short */
export function parseChannelData(frame: Uint8Array): ChannelData | undefined {
  if (frame.length < HEADER_LENGTH || frame[0]! < 0x40 || frame[0]! > 0x4f) return undefined;
  const end = HEADER_LENGTH + uint16(frame, 2);
  if (end > frame.length) return undefined;
  return { channel: uint16(frame, 0), data: frame.subarray(HEADER_LENGTH, end) };
}

/** Cuts a stream into frames. */
export class TurnFramer {
  #rest = new Uint8Array();

  /**
   * @param deliver gets each whole frame, valid during the call
   * @returns false when the stream makes no sense any more
   */
  push(bytes: Uint8Array, deliver: (frame: Uint8Array) => void): boolean {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    let offset = 0;
    while (all.length - offset >= HEADER_LENGTH) {
      const length = frameLength(all.subarray(offset));
      if (length === undefined) return false;
      if (length === 0 || offset + length > all.length) break;
      deliver(all.subarray(offset, offset + length));
      offset += length;
    }
    this.#rest = all.slice(offset);
    return true;
  }
}

/** 0: not known yet; undefined: no frame begins here. */
function frameLength(bytes: Uint8Array): number | undefined {
  if (bytes[0]! >= 0x40 && bytes[0]! <= 0x4f) {
    const length = (HEADER_LENGTH + uint16(bytes, 2) + 3) & ~3;
    return length > MAX_FRAME ? undefined : length;
  }
  if (bytes.length < 8) return bytes[0]! > 3 ? undefined : 0;
  const length = stunLength(bytes.length < 20 ? padded(bytes) : bytes);
  return length === undefined || length > MAX_FRAME ? undefined : length;
}

function padded(bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(20);
  header.set(bytes);
  return header;
}
