/** The part of an RTP packet that SRTP leaves readable. On the real-time path. */
import { RTP_HEADER_LENGTH, uint16 } from "../../rtp/mod.ts";

/** Octets of fixed header, CSRC list and extension (RFC 3550 §5.1); 0: this is no RTP packet. */
export function rtpHeaderLength(data: Uint8Array, length: number): number {
  if (length < RTP_HEADER_LENGTH || data[0]! >> 6 !== 2) return 0;
  let header = RTP_HEADER_LENGTH + (data[0]! & 15) * 4;
  if (data[0]! & 0x10) {
    if (length < header + 4) return 0;
    header += 4 + uint16(data, header + 2) * 4;
  }
  return header <= length ? header : 0;
}

/** A source's identifier as a signed number: an unsigned one of 32 bits would be allocated. */
export function sourceOf(data: Uint8Array, at: number): number {
  return (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
}
