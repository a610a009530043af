/**
 * The sending half of an RTP session: numbers packets and counts them. On the real-time path.
 *
 *     payload written straight into `packet()` ──► `send(...)` ──► transmit(datagram)
 *
 * Buffers rotate, because a socket may read a datagram after `transmit` has returned.
 */
import { MAX_DATAGRAM, RTP_HEADER_LENGTH, writeRtpHeader } from "./packet.ts";

/** Uniform random integers in [0, 2³²). */
export type Random32 = () => number;

/** Datagrams that may be on their way into the socket at once. */
const BUFFERS = 16;

export class RtpSender {
  /** 32 bits, random (RFC 3550 §8.1). */
  ssrc: number;
  /** Since the SSRC was chosen, for sender reports (§6.4.1). */
  packets = 0;
  octets = 0;
  /** Packets over all SSRCs. */
  totalPackets = 0;
  #sequenceNumber: number;
  readonly #timestampOffset: number;
  readonly #random: Random32;
  readonly #transmit: (datagram: Uint8Array) => void;
  readonly #buffers: Uint8Array[];
  #current = 0;

  /** @param transmit takes the datagram; it stays untouched for the next 15 packets */
  constructor(random: Random32, transmit: (datagram: Uint8Array) => void) {
    this.#random = random;
    this.#transmit = transmit;
    this.ssrc = random() >>> 0;
    // Half of the range: were the first packets lost, SRTP's receiver could still tell whether it
    // rolled over (RFC 3711 §3.3.1).
    this.#sequenceNumber = random() & 0x7fff;
    this.#timestampOffset = random() >>> 0;
    this.#buffers = Array.from({ length: BUFFERS }, () => new Uint8Array(MAX_DATAGRAM));
  }

  /** The packet that is being made; its payload belongs at RTP_HEADER_LENGTH and after. */
  packet(): Uint8Array {
    return this.#buffers[this.#current]!;
  }

  /**
   * Sends the packet that is being made.
   *
   * @param ticks media time since the start, RTP ticks; the random offset is added here
   * @param payloadLength octets that were written into `packet()`
   */
  send(marker: boolean, payloadType: number, ticks: number, payloadLength: number): void {
    const buffer = this.packet();
    writeRtpHeader(
      buffer,
      marker,
      payloadType,
      this.#sequenceNumber,
      this.timestampOf(ticks),
      this.ssrc,
    );
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.packets++;
    this.totalPackets++;
    this.octets += payloadLength;
    this.#current = (this.#current + 1) % BUFFERS;
    this.#transmit(buffer.subarray(0, RTP_HEADER_LENGTH + payloadLength));
  }

  /** The RTP timestamp of a media time in ticks. */
  timestampOf(ticks: number): number {
    return (this.#timestampOffset + ticks) >>> 0;
  }

  /** Takes a new SSRC after a collision (§8.2); the counters of sender reports start again. */
  changeSsrc(): void {
    this.ssrc = this.#random() >>> 0;
    this.packets = 0;
    this.octets = 0;
  }
}
