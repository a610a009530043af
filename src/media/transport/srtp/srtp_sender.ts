/**
 * Protects what we send. The roll-over counter of a source follows its sequence numbers, and goes on
 * when the key changes (RFC 3711 §3.3.1): no key ever sees an index twice.
 * On the real-time path: nothing is allocated but for a new source.
 */
import { uint16 } from "../../rtp/mod.ts";
import type { PacketCipher, PacketPosition } from "./packet_cipher.ts";
import { guessRollOver } from "./replay_window.ts";
import { rtpHeaderLength, sourceOf } from "./rtp_header.ts";

/** Our sources: one, and another after each collision of SSRCs. */
const MAX_SOURCES = 16;
/** Packets that one key may protect (§9.2): RTCP's limit; RTP's is out of any call's reach. */
const MAX_RTCP = 2 ** 31;

export class SrtpSender {
  #cipher: PacketCipher;
  /** The last packet of each source. */
  readonly #last = new Map<number, PacketPosition>();
  #rtcpIndex = 0;

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
    const ssrc = sourceOf(data, 8);
    const sequence = uint16(data, 2);
    const last = this.#last.get(ssrc);
    if (last === undefined) {
      return this.#first(data, header, length, { ssrc, rollOver: 0, sequence });
    }
    const rollOver = guessRollOver(last, sequence);
    // The same index under the same key would give both packets away (§9.1).
    if (rollOver < last.rollOver || (rollOver === last.rollOver && sequence <= last.sequence)) {
      return 0;
    }
    last.rollOver = rollOver;
    last.sequence = sequence;
    return this.#cipher.sealRtp(data, header, length, last);
  }

  #first(data: Uint8Array, header: number, length: number, position: PacketPosition): number {
    if (this.#last.size >= MAX_SOURCES) return 0;
    this.#last.set(position.ssrc, position);
    return this.#cipher.sealRtp(data, header, length, position);
  }

  rtcp(data: Uint8Array, length: number): number {
    if (length < 8 || this.#rtcpIndex >= MAX_RTCP) return 0;
    return this.#cipher.sealRtcp(data, length, sourceOf(data, 4), this.#rtcpIndex++);
  }
}
