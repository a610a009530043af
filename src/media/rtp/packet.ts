/**
 * RTP packets (RFC 3550 §5.1): written into and parsed from the caller's bytes, once per packet.
 * On the real-time path: nothing is allocated.
 */
import { uint16, uint32 } from "../../base/octets/mod.ts";

/** Octets of the fixed header. */
export const RTP_HEADER_LENGTH = 12;
/** Room for a datagram; larger ones are cut by the socket and fail to parse or to decode. */
export const MAX_DATAGRAM = 2048;

/** A parsed packet: a view of the caller's bytes, valid until those are reused. */
export class RtpPacket {
  marker = false;
  /** 0–127. */
  payloadType = 0;
  /** 16 bits. */
  sequenceNumber = 0;
  /** 32 bits, unsigned, RTP clock ticks. */
  timestamp = 0;
  /** 32 bits, unsigned. */
  ssrc = 0;
  /** The bytes after header, CSRC list and extension, before the padding. */
  payload: Uint8Array = new Uint8Array(0);
}

/**
 * Parses a datagram.
 *
 * @param data the whole datagram
 * @param packet filled when the result is true, else undefined in parts
 * @returns false when this is not an RTP packet: wrong version, cut short, impossible padding
 */
export function parseRtp(data: Uint8Array, packet: RtpPacket): boolean {
  if (data.length < RTP_HEADER_LENGTH || data[0]! >> 6 !== 2) return false;
  const first = data[0]!;
  let start = RTP_HEADER_LENGTH + (first & 15) * 4;
  if (first & 0x10) {
    // Header extension: 16 bits of profile, 16 bits of length in 32-bit words (§5.3.1).
    if (data.length < start + 4) return false;
    start += 4 + uint16(data, start + 2) * 4;
  }
  let end = data.length;
  if (first & 0x20) {
    const padding = data[end - 1]!;
    if (padding === 0) return false;
    end -= padding;
  }
  if (start > end) return false;
  packet.marker = (data[1]! & 0x80) !== 0;
  packet.payloadType = data[1]! & 0x7f;
  packet.sequenceNumber = uint16(data, 2);
  packet.timestamp = uint32(data, 4);
  packet.ssrc = uint32(data, 8);
  packet.payload = data.subarray(start, end);
  return true;
}

/**
 * Writes a header without CSRC, extension or padding.
 *
 * @param data the caller's packet; octets 0–11 are written
 * @param timestamp 32 bits; higher ones are dropped
 */
export function writeRtpHeader(
  data: Uint8Array,
  marker: boolean,
  payloadType: number,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): void {
  data[0] = 0x80;
  data[1] = (marker ? 0x80 : 0) | payloadType;
  data[2] = sequenceNumber >> 8;
  data[3] = sequenceNumber;
  writeUint32(data, 4, timestamp);
  writeUint32(data, 8, ssrc);
}

/**
 * RTP or RTCP, on a shared port (RFC 5761 §4): payload types 64–95 with the marker bit are RTCP
 * packet types 192–223.
 */
export function looksLikeRtcp(data: Uint8Array): boolean {
  return data.length >= 2 && data[1]! >= 192 && data[1]! <= 223;
}

/** Big-endian, at any offset. */
export function writeUint32(data: Uint8Array, offset: number, value: number): void {
  data[offset] = value >>> 24;
  data[offset + 1] = value >>> 16;
  data[offset + 2] = value >>> 8;
  data[offset + 3] = value;
}
