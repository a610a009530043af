/**
 * What a codec is: samples at its own rate to payload bytes, and back. Both methods are on the
 * real-time path: they return at once and do not allocate.
 *
 * One instance serves one stream; its encoder and its decoder are independent of each other.
 */
export interface Codec {
  /** Encoding name as registered, upper case. */
  readonly encoding: string;
  /** Rate of the samples, Hz (16000 for G722, whose RTP clock says 8000; RFC 3551 §4.5.2). */
  readonly sampleRate: number;
  /** RTP clock ticks per second. */
  readonly clockRate: number;

  /**
   * @param pcm 20 ms at `sampleRate`, the caller's
   * @param payload the caller's packet; written from `offset` on
   * @returns bytes written
   */
  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number;

  /**
   * @param payload of one packet, the caller's; any length, any bytes
   * @param pcm the caller's, room for {@link MAX_PACKET_MS} at `sampleRate`
   * @returns samples written; 0 when the payload is of no use
   */
  decode(payload: Uint8Array, pcm: Int16Array): number;
}

/** Longest packet that is played, ms; longer ones are cut. */
export const MAX_PACKET_MS = 200;
