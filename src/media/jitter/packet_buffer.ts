/**
 * Packets of one source, in the order of their media time, until they are played. On the real-time
 * path: payloads are copied into slots that are used again; nothing is allocated once they have
 * grown to the size of the stream's packets.
 */
import type { RtpPacket } from "../rtp/mod.ts";

/** Packets that can wait: 2.5 s of 20 ms packets. */
const SLOTS = 128;
/** Octets of a new slot; grows when a payload is larger. */
const SLOT_BYTES = 320;

/** A packet that waits. Belongs to the buffer; valid until `dropFirst` or `clear`. */
export interface WaitingPacket {
  /** Unwrapped media time of the first sample, RTP ticks. */
  ticks: number;
  payloadType: number;
  /** It begins a talk spurt. */
  marker: boolean;
  /** When it arrived, ms. */
  arrivedAt: number;
  /** Octets of `data` that count. */
  length: number;
  data: Uint8Array;
}

export class PacketBuffer {
  /** Ascending by ticks. */
  readonly #waiting: WaitingPacket[] = [];
  readonly #free: WaitingPacket[] = Array.from({ length: SLOTS }, () => ({
    ticks: 0,
    payloadType: 0,
    marker: false,
    arrivedAt: 0,
    length: 0,
    data: new Uint8Array(SLOT_BYTES),
  }));

  /** Packets that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** The packet with the lowest ticks. */
  get first(): WaitingPacket | undefined {
    return this.#waiting[0];
  }

  /** The packet with the highest ticks. */
  get last(): WaitingPacket | undefined {
    return this.#waiting[this.#waiting.length - 1];
  }

  /**
   * Copies a packet in, at a media time in ticks. When all slots are taken the oldest packet
   * gives way, be it this one.
   * @returns false for a packet that is there already
   */
  put(ticks: number, packet: RtpPacket, arrivedAt: number): boolean {
    const { payload } = packet;
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.ticks > ticks) at--;
    if (at > 0 && this.#waiting[at - 1]!.ticks === ticks) return false;
    let slot = this.#free.pop();
    if (slot === undefined) {
      if (at === 0) return true;
      slot = this.#waiting.shift()!;
      at--;
    }
    slot.ticks = ticks;
    slot.payloadType = packet.payloadType;
    slot.marker = packet.marker;
    slot.arrivedAt = arrivedAt;
    slot.length = payload.length;
    if (slot.data.length < payload.length) slot.data = new Uint8Array(payload.length);
    slot.data.set(payload);
    this.#waiting.splice(at, 0, slot);
    return true;
  }

  /** Forgets the first packet; its slot is used again. */
  dropFirst(): void {
    const slot = this.#waiting.shift();
    if (slot) this.#free.push(slot);
  }

  clear(): void {
    while (this.#waiting.length > 0) this.dropFirst();
  }
}
