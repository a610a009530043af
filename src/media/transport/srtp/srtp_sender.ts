/**
 * Protects what we send. The roll-over counter of a source follows its sequence numbers, and goes on
 * when the key changes (RFC 3711 §3.3.1): no key ever sees an index twice.
 * On the real-time path: nothing is allocated but for a new source.
 */
import { uint16, uint32 } from "../../rtp/mod.ts";
import type { PacketCipher } from "./packet_cipher.ts";
import { CYCLE, guessRollOver } from "./replay_window.ts";
import { rtpHeaderLength } from "./rtp_header.ts";

/** Our sources: one, and another after each collision of SSRCs. */
const MAX_SOURCES = 16;
/** Packets that one key may protect (§9.2): RTCP's limit; RTP's is out of any call's reach. */
const MAX_RTCP = 2 ** 31;

export class SrtpSender {
  #cipher: PacketCipher;
  /** The highest index of each source. */
  readonly #tops = new Map<number, number>();
  #rtcpIndex = 0;
  readonly #position = { ssrc: 0, rollOver: 0, sequence: 0 };

  constructor(cipher: PacketCipher) {
    this.#cipher = cipher;
  }

  /** Another master key from now on. */
  rekey(cipher: PacketCipher): void {
    this.#cipher = cipher;
  }

  /**
   * @param data with room for MAX_EXPANSION behind `length`
   * @returns the new length; 0: it must not be sent
   */
  rtp(data: Uint8Array, length: number): number {
    const header = rtpHeaderLength(data, length);
    if (header === 0) return 0;
    const position = this.#position;
    position.ssrc = uint32(data, 8);
    position.sequence = uint16(data, 2);
    const top = this.#tops.get(position.ssrc);
    position.rollOver = top === undefined ? 0 : guessRollOver(top, position.sequence);
    const index = position.rollOver * CYCLE + position.sequence;
    // The same index under the same key would give both packets away (§9.1).
    if (top !== undefined && index <= top) return 0;
    if (top === undefined && this.#tops.size >= MAX_SOURCES) return 0;
    this.#tops.set(position.ssrc, index);
    return this.#cipher.sealRtp(data, header, length, position);
  }

  rtcp(data: Uint8Array, length: number): number {
    if (length < 8 || this.#rtcpIndex >= MAX_RTCP) return 0;
    return this.#cipher.sealRtcp(data, length, uint32(data, 4), this.#rtcpIndex++);
  }
}
