/**
 * L16 (RFC 3551 §4.5.11): samples as they are, 16 bits, big-endian, mono. For networks that have room:
 * 768 kbit/s at 48 kHz. On the real-time path.
 */
import type { PayloadFormat } from "../../core/media/mod.ts";
import { ANY_PACKET_MS, type Codec } from "./codec.ts";

/** Of a packet's payload, so that no datagram is fragmented, whatever encrypts or relays it. */
const MOST_OCTETS = 1280;

/** L16 at the rate of its clock; it keeps no state between packets. */
export class L16Codec implements Codec {
  readonly encoding = "L16";
  readonly sampleRate: number;
  readonly clockRate: number;
  readonly packetMs: readonly number[];

  constructor({ clockRate }: PayloadFormat) {
    this.sampleRate = this.clockRate = clockRate;
    this.packetMs = ANY_PACKET_MS.filter((ms) => (2 * clockRate * ms) / 1000 <= MOST_OCTETS);
  }

  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number {
    for (let i = 0, at = offset; i < pcm.length; i++) {
      payload[at++] = pcm[i]! >> 8;
      payload[at++] = pcm[i]!;
    }
    return 2 * pcm.length;
  }

  decode(payload: Uint8Array, pcm: Int16Array): number {
    const count = Math.min(payload.length >> 1, pcm.length);
    for (let i = 0; i < count; i++) pcm[i] = (payload[2 * i]! << 8) | payload[2 * i + 1]!;
    return count;
  }
}
