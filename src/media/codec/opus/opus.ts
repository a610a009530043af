/**
 * The codec Opus, on the real-time path.
 *
 * Gaps that no packet tells of are left to our own concealment: measured by STOI it equals libopus's at
 * random loss and is better at bursts.
 */
import type { OpusWish, PayloadFormat } from "../../../core/media/mod.ts";
import { ANY_PACKET_MS, type Codec } from "../mod.ts";
import { Decoder, Encoder, OPUS_RATE } from "./libopus.ts";
import { recoverable } from "./packet.ts";
import { type OpusSettings, opusSettings } from "./settings.ts";

/** Expected loss, %: more takes bits from the sound itself. */
const EXPECTED_LOSS = 10;
/** Loss from which on the bits for FEC pay. */
const LEAST_LOSS = 0.005;

/** Octets of a packet that says only that nobody speaks (RFC 7587 §3.1.3). */
const SILENT_OCTETS = 2;

/** Of libopus, 0–10: STOI is the same from 6 on. */
const COMPLEXITY = 7;
/** Of a core, and after how many packets it is looked at: 2 s of 20 ms. */
const MOST_CPU_SHARE = 0.05;
const MEASURED_PACKETS = 100;

export class OpusCodec implements Codec {
  readonly encoding = "OPUS";
  readonly sampleRate = OPUS_RATE;
  readonly clockRate = OPUS_RATE;
  readonly packetMs = ANY_PACKET_MS;
  readonly #settings: OpusSettings;
  readonly #now: () => number;
  /** A stream decodes and encodes with instances of their own: each makes what it uses. */
  #encoder: Encoder | undefined;
  #decoder: Decoder | undefined;
  #complexity = COMPLEXITY;
  #measured = 0;
  #spentMs = 0;
  #mediaMs = 0;

  /**
   * @param format as the peer described it, for sound that is sent to it
   * @param now ms of CPU or wall clock, for measuring the encoder
   */
  constructor(
    format: PayloadFormat,
    wish: OpusWish = {},
    now: () => number = () => performance.now(),
  ) {
    this.#settings = opusSettings(format, wish);
    this.#now = now;
  }

  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number {
    this.#encoder ??= this.#makeEncoder();
    const began = this.#now();
    const octets = this.#encoder.encode(pcm, payload, offset);
    this.#measure(this.#now() - began, (pcm.length * 1000) / OPUS_RATE);
    return this.#settings.dtx && octets <= SILENT_OCTETS ? 0 : octets;
  }

  decode(payload: Uint8Array, pcm: Int16Array): number {
    this.#decoder ??= new Decoder();
    return this.#decoder.decode(payload, pcm);
  }

  recover(payload: Uint8Array, pcm: Int16Array): number {
    const samples = recoverable(payload);
    if (samples === 0) return 0;
    this.#decoder ??= new Decoder();
    return this.#decoder.recover(payload, samples, pcm);
  }

  tune(loss: number): void {
    const { fec, calmBitrate, lossyBitrate } = this.#settings;
    this.#encoder ??= this.#makeEncoder();
    const lossy = fec && loss >= LEAST_LOSS;
    this.#encoder.control("fec", lossy ? 1 : 0);
    this.#encoder.control("loss", lossy ? EXPECTED_LOSS : 0);
    this.#encoder.control("bitrate", lossy ? lossyBitrate : calmBitrate);
  }

  free(): void {
    this.#encoder?.free();
    this.#decoder?.free();
    this.#encoder = this.#decoder = undefined;
  }

  #makeEncoder(): Encoder {
    const encoder = new Encoder();
    const { calmBitrate, constantRate, dtx, widestBand } = this.#settings;
    encoder.control("bitrate", calmBitrate);
    encoder.control("vbr", constantRate ? 0 : 1);
    encoder.control("dtx", dtx ? 1 : 0);
    encoder.control("widestBand", widestBand);
    encoder.control("complexity", this.#complexity);
    return encoder;
  }

  /** A slow machine gets an encoder that it can run beside all else. */
  #measure(spentMs: number, mediaMs: number): void {
    this.#spentMs += spentMs;
    this.#mediaMs += mediaMs;
    if (++this.#measured < MEASURED_PACKETS) return;
    if (this.#spentMs > this.#mediaMs * MOST_CPU_SHARE && this.#complexity > 0) {
      this.#encoder!.control("complexity", --this.#complexity);
    }
    this.#measured = this.#spentMs = this.#mediaMs = 0;
  }
}
