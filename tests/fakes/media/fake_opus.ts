/**
 * A codec with the properties of Opus and none of its arithmetic: an RTP clock of 48 kHz, packet
 * lengths of its own, one frame a packet, silence that is not sent, concealment, and the packet
 * before in each packet once it hears of loss.
 *
 *     packet: frames of 20 ms │ 1: the one before follows │ levels │ levels of the one before
 */
import type { NegotiatedStream, PayloadFormat } from "../../../src/core/media/media_description.ts";
import type { Codec } from "../../../src/media/codec/codec.ts";
import { type CreateCodec, createCodec } from "../../../src/media/codec/registry.ts";

/** Samples of one level. */
const STEP = 6;
/** Levels of 20 ms. */
const LEVELS = 160;
/** What concealed sound consists of. */
export const CONCEALED = 1111;

export const OPUS: PayloadFormat = {
  payloadType: 111,
  encoding: "OPUS",
  clockRate: 48_000,
  channels: 2,
  parameters: "useinbandfec=1;usedtx=1",
};
const EVENTS: PayloadFormat = {
  payloadType: 110,
  encoding: "TELEPHONE-EVENT",
  clockRate: 48_000,
  channels: 1,
};

/** What a negotiation of it settles. */
export const OPUS_STREAM: Partial<NegotiatedStream> = {
  sendFormat: OPUS,
  receiveFormats: [OPUS],
  sendEvents: EVENTS,
  receiveEvents: EVENTS,
};

/** The same with a peer that has events for the clock of G.711 only. */
export const OPUS_STREAM_NARROW_EVENTS: Partial<NegotiatedStream> = {
  ...OPUS_STREAM,
  sendEvents: { ...EVENTS, clockRate: 8000 },
  receiveEvents: { ...EVENTS, clockRate: 8000 },
};

export class FakeOpus implements Codec {
  readonly encoding = "OPUS";
  readonly sampleRate = 48_000;
  readonly clockRate = 48_000;
  readonly packetMs = [20, 60];
  /** The last loss that it was tuned to. */
  loss = 0;
  freed = 0;
  concealed = 0;
  recovered = 0;
  #before = new Uint8Array(0);

  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number {
    if (pcm.every((sample) => sample === 0)) return 0;
    const count = pcm.length / STEP;
    const levels = Uint8Array.from({ length: count }, (_, i) => pcm[i * STEP]! >> 8 & 0xff);
    const before = this.loss > 0 ? this.#before : new Uint8Array(0);
    payload[offset] = count / LEVELS;
    payload[offset + 1] = before.length > 0 ? 1 : 0;
    payload.set(levels, offset + 2);
    payload.set(before, offset + 2 + count);
    this.#before = levels;
    return 2 + count + before.length;
  }

  decode(payload: Uint8Array, pcm: Int16Array): number {
    return this.#expand(payload.subarray(2, 2 + (payload[0] ?? 0) * LEVELS), pcm);
  }

  conceal(pcm: Int16Array): void {
    if (pcm.length % 120 !== 0) throw new Error(`concealment of ${pcm.length} samples`);
    this.concealed += pcm.length;
    pcm.fill(CONCEALED);
  }

  recover(payload: Uint8Array, pcm: Int16Array): number {
    if (payload[1] !== 1) return 0;
    const count = this.#expand(payload.subarray(2 + payload[0]! * LEVELS), pcm);
    this.recovered += count;
    return count;
  }

  tune(loss: number): void {
    this.loss = loss;
  }

  free(): void {
    this.freed++;
  }

  #expand(levels: Uint8Array, pcm: Int16Array): number {
    for (let i = 0; i < levels.length * STEP; i++) {
      pcm[i] = (levels[Math.floor(i / STEP)]! << 24) >> 16;
    }
    return levels.length * STEP;
  }
}

/** The registry's codecs and this one; `made` gets each that is made. */
export function withOpus(made: FakeOpus[] = []): CreateCodec {
  return (format) => {
    if (format.encoding !== "OPUS") return createCodec(format);
    const codec = new FakeOpus();
    made.push(codec);
    return codec;
  };
}
