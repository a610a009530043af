import type { PayloadFormat } from "../../core/media/mod.ts";

/**
 * What a codec is: samples at its own rate to payload bytes, and back. What is called for a packet is
 * on the real-time path: it returns at once and does not allocate.
 *
 * One instance serves one stream; its encoder and its decoder are independent of each other.
 */
export interface Codec {
  /** Encoding name as registered, upper case. */
  readonly encoding: string;
  /** Rate of the samples, Hz (16000 for G722, whose RTP clock says 8000; RFC 3551 §4.5.2). */
  readonly sampleRate: number;
  /** RTP clock ticks per second (48000 for Opus, whatever it samples; RFC 7587 §4.1). */
  readonly clockRate: number;
  /** Lengths of a packet that it can make, ms: 10, or whole graph frames of 20 ms; ascending. */
  readonly packetMs: readonly number[];

  /**
   * @param pcm the sound of one packet at `sampleRate`, the caller's
   * @param payload the caller's packet; written from `offset` on
   * @returns bytes written; 0: nothing needs to be sent (silence, RFC 6716 §2.1.9)
   */
  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number;

  /**
   * @param payload of one packet, the caller's; any length, any bytes
   * @param pcm the caller's, room for {@link MAX_PACKET_MS} at `sampleRate`
   * @returns samples written; 0 when the payload is of no use
   */
  decode(payload: Uint8Array, pcm: Int16Array): number;

  /**
   * Continues the sound that was decoded last, better than who does not know the codec could.
   * @param pcm the caller's, filled completely: a multiple of {@link CONCEAL_MS}
   */
  conceal?(pcm: Int16Array): void;

  /**
   * Recovers the sound of the packet before this one, which was lost (in-band FEC, RFC 6716 §2.1.7).
   * Called before this one is decoded.
   * @returns samples written; 0 when the payload tells nothing of it
   */
  recover?(payload: Uint8Array, pcm: Int16Array): number;

  /** @param loss share of our packets that the peer did not get lately, 0–1 */
  tune?(loss: number): void;

  /** Gives memory outside the heap back. */
  free?(): void;
}

/** Longest packet that is played, ms; longer ones are cut. */
export const MAX_PACKET_MS = 200;

/** A codec conceals whole multiples of this, ms. */
export const CONCEAL_MS = 2.5;

/** Of codecs that make sample after sample, and so packets of any length. */
export const ANY_PACKET_MS: readonly number[] = [10, 20, 40, 60];

/** The length of our packets, ms: the longest that the peer takes, or else the codec's shortest. */
export function packetMsFor({ packetMs }: Codec, ptime: number): number {
  return packetMs.findLast((ms) => ms <= ptime) ?? packetMs[0]!;
}

/** Whether it runs the format; L16 has several clocks. */
export function isOf(codec: Codec, { encoding, clockRate }: PayloadFormat): boolean {
  return codec.encoding === encoding.toUpperCase() && codec.clockRate === clockRate;
}
