/**
 * The second traveller, on the real-time path:
 *
 *     datagram ──► parse ──► payload type, source ──► statistics ──► jitter buffer
 *     clock ──► pull ──► decoder or concealment ──► frame for the speaker
 *
 * A datagram that is not RTP, or of another source than the peer's, changes nothing; a packet of the peer of a payload type that was not negotiated has a number in the sequence, no more.
 */
import { GRAPH_RATE } from "../../audio/mod.ts";
import type { MediaDigitWay } from "../../core/account/mod.ts";
import { mayReceive, type NegotiatedStream } from "../../core/media/mod.ts";
import type { IgnoredPackets } from "../../core/ports/mod.ts";
import { type Codec, type CreateCodec, isOf } from "../codec/mod.ts";
import { DigitLog, TelephoneEventReceiver, ToneDetector } from "../dtmf/mod.ts";
import { Playout } from "../jitter/mod.ts";
import { LevelMeter } from "../dsp/mod.ts";
import { PacketFates, parseRtp, RtpPacket, SourceStatistics } from "../rtp/mod.ts";
import { DigitalSilence } from "./digital_silence.ts";
import { SilenceMeter } from "./silence_meter.ts";

/** Before a stream is negotiated. */
const DEFAULT_CLOCK_RATE = 8000;
const DEFAULT_SAMPLE_RATE = 8000;
/** Comfort noise (RFC 3389), and its former payload type. */
const COMFORT_NOISE = [13, 19] as const;
/** Octets of a packet that stands for silence: the table of contents of Opus alone (RFC 6716 §3.1). */
const SILENT_OCTETS = 2;
/** A payload type of no use that came longer ago explains nothing, ms. */
const LATELY_MS = 3_000;

/** What a receiver tells. */
export interface InboundEvents {
  /** Once: the first packet of the peer. */
  heard(): void;
  /** A packet came after a silence. */
  returned(): void;
  /** Once a digit, at its end. */
  digit(digit: string, durationMs: number, by: MediaDigitWay): void;
  /** The peer uses our SSRC: we should take another. */
  collided(): void;
}

export class InboundStream {
  readonly level = new LevelMeter();
  readonly playout: Playout;
  /** Of the datagram or the tick that is being worked on, ms. */
  #now = 0;
  /** When the last packet of the peer came, ms. */
  lastHeard: number | undefined;
  readonly silence = new SilenceMeter();
  readonly fates = new PacketFates();
  readonly stillness = new DigitalSilence();
  /** The packet that is being worked on is no repetition. */
  #isFirst = false;
  /** The last payload type that was not agreed on, and when it came, ms. */
  readonly #unknown = { payloadType: 0, at: -Infinity };
  /** The source that is played; undefined before the first packet. */
  source: SourceStatistics | undefined;
  readonly #packet = new RtpPacket();
  readonly #ourSsrc: () => number;
  readonly #tell: InboundEvents;
  readonly #codecs = new Map<number, Codec>();
  readonly #digits = new DigitLog();
  #events: TelephoneEventReceiver;
  /** RTP clock of the events, Hz. */
  #eventClock = DEFAULT_CLOCK_RATE;
  readonly #onEvent: (digit: string, durationMs: number) => void;
  readonly #createCodec: CreateCodec;
  readonly #tones: ToneDetector;
  #eventType: number | undefined;
  #receives = false;
  #heard = false;
  /** The peer sent our own SSRC before. */
  #echoed = false;
  #received = 0;
  #lostOfFormer = 0;
  /** Number of the last packet of comfort noise; undefined: sound came after it. */
  #noiseNumber: number | undefined;
  /** A source that wants to replace the present one. */
  #challenger: SourceStatistics | undefined;

  /** @param ourSsrc the SSRC that we send with, now */
  constructor(ourSsrc: () => number, createCodec: CreateCodec, events: InboundEvents) {
    this.#ourSsrc = ourSsrc;
    this.#createCodec = createCodec;
    this.#tell = events;
    const onDigit = (by: MediaDigitWay) => (digit: string, durationMs: number) => {
      if (this.#digits.add(digit, this.#now)) events.digit(digit, durationMs, by);
    };
    this.#onEvent = onDigit("rfc4733");
    this.#events = new TelephoneEventReceiver(DEFAULT_CLOCK_RATE, this.#onEvent);
    this.#tones = new ToneDetector(GRAPH_RATE, onDigit("inband"));
    this.playout = new Playout(
      DEFAULT_CLOCK_RATE,
      DEFAULT_SAMPLE_RATE,
      (payloadType) => this.#codecs.get(payloadType),
    );
  }

  /** RTP packets of the peer, over all its sources. */
  get received(): number {
    return this.#received;
  }

  /** Packets lost, over all sources. */
  get lost(): number {
    return this.#lostOfFormer + Math.max(0, this.source?.lost ?? 0);
  }

  /** Digits that came, as events or as tones. */
  get digitsReceived(): string {
    return this.#digits.received;
  }

  get jitterMs(): number {
    return ((this.source?.jitterTicks ?? 0) * 1000) / this.playout.clockRate;
  }

  /** Packets of the peer that are of no use, while they come and no other does. @param now ms */
  ignored(now: number): IgnoredPackets | undefined {
    const { payloadType, at } = this.#unknown;
    if (now - at > LATELY_MS || at < (this.lastHeard ?? 0)) return undefined;
    return { reason: "other-format", payloadType };
  }

  /**
   * Runs on another negotiated stream from now on.
   * @param due what comes is listened to: the call is answered
   * @param now ms
   * @throws OffhookError `media-failed` for a codec that cannot be run
   */
  use(stream: NegotiatedStream, due: boolean, now: number): void {
    const former = new Map(this.#codecs);
    this.#codecs.clear();
    for (const format of stream.receiveFormats) {
      const known = former.get(format.payloadType);
      const same = known !== undefined && isOf(known, format);
      const codec = same ? known : this.#createCodec(format);
      if (same) former.delete(format.payloadType);
      this.#codecs.set(format.payloadType, codec);
      this.playout.prepare(codec.sampleRate);
    }
    for (const codec of former.values()) codec.free?.();
    this.#useClocks(stream);
    this.#eventType = stream.receiveEvents?.payloadType;
    this.#receives = mayReceive(stream.direction);
    this.silence.expect(due && this.#receives, now);
    if (!this.#receives) this.playout.reset();
  }

  /** The clock of sound is that of the first format, until a packet is of another. */
  #useClocks({ receiveFormats, receiveEvents }: NegotiatedStream): void {
    const first = this.#codecs.get(receiveFormats[0]?.payloadType ?? -1);
    if (first !== undefined && this.#received === 0) this.#useClock(first);
    const clock = receiveEvents?.clockRate ?? this.#eventClock;
    if (clock === this.#eventClock) return;
    this.#eventClock = clock;
    this.#events = new TelephoneEventReceiver(clock, this.#onEvent);
  }

  #useClock({ clockRate }: Codec): void {
    if (clockRate !== this.playout.clockRate) this.playout.useClock(clockRate);
  }

  /**
   * Takes a datagram of the peer.
   *
   * @param data valid during the call
   * @param now ms
   * @returns whether it was of this stream
   */
  receive(data: Uint8Array, now: number): boolean {
    this.#now = now;
    const packet = this.#packet;
    if (!parseRtp(data, packet)) return false;
    const known = this.#codecs.has(packet.payloadType) || packet.payloadType === this.#eventType;
    if (!known) return this.#passOver(packet, now);
    if (!this.#count(packet)) return false;
    const isSound = packet.payloadType !== this.#eventType;
    this.#note(now, isSound && packet.payload.length <= SILENT_OCTETS);
    if (this.#collides(packet)) this.#tell.collided();
    if (!this.#heard) {
      this.#heard = true;
      this.#tell.heard();
    }
    if (!isSound) {
      this.#events.receive(packet, now);
      return true;
    }
    this.#useClock(this.#codecs.get(packet.payloadType)!);
    this.source!.arrival(packet.timestamp, now, this.playout.clockRate);
    if (this.#receives) {
      this.#endPause(packet);
      const verdict = this.playout.jitter.put(packet, now);
      if (verdict === "late" && this.#isFirst) this.fates.tooLate(packet.sequenceNumber);
    }
    return true;
  }

  /** Makes the frame that is due; see {@link Playout.pull}. */
  pull(due: number, into: Int16Array): void {
    this.#now = due;
    if (this.playout.pull(due, into) === "sound") this.stillness.add(into, due);
    this.level.add(into);
    this.#events.tick(due);
    // Tones are looked for only where the peer cannot send events: speech may sound like them.
    if (this.#eventType === undefined) this.#tones.add(into);
  }

  /** Gives wasm memory back. */
  free(): void {
    this.playout.free();
    for (const codec of this.#codecs.values()) codec.free?.();
    this.#codecs.clear();
  }

  /**
   * Another party uses our SSRC (RFC 3550 §8.2): we take another. Deviation: a source that uses that
   * one too is an echo of ours; its packets are played, where the RFC drops them as a loop, because
   * an echo service that reflects datagrams is a peer like any other.
   */
  #collides(packet: RtpPacket): boolean {
    if (packet.ssrc !== this.#ourSsrc() || this.#echoed) return false;
    this.#echoed = true;
    return true;
  }

  /**
   * A payload type that was not agreed: of the peer's own source it is no sound, and no loss either,
   * because it has a number in the sequence. Comfort noise needs no agreement: its type is fixed.
   */
  #passOver(packet: RtpPacket, now: number): boolean {
    const isNoise = packet.payloadType === COMFORT_NOISE[0] ||
      packet.payloadType === COMFORT_NOISE[1];
    if (!isNoise) {
      this.#unknown.payloadType = packet.payloadType;
      this.#unknown.at = now;
    }
    if (packet.ssrc !== this.source?.ssrc || !this.#count(packet)) return false;
    if (isNoise) this.#pause(packet, now);
    return true;
  }

  #pause(packet: RtpPacket, now: number): void {
    this.#note(now, true);
    if (!this.#receives) return;
    this.#noiseNumber = packet.sequenceNumber;
    this.playout.pause(packet.payload);
  }

  /** Sound that was sent before the pause may come during it. */
  #endPause({ sequenceNumber }: RtpPacket): void {
    if (this.#noiseNumber === undefined) return;
    if (((sequenceNumber - this.#noiseNumber) & 0xffff) >= 0x8000) return;
    this.#noiseNumber = undefined;
    this.playout.resume();
  }

  #note(now: number, pauses: boolean): void {
    this.lastHeard = now;
    if (this.silence.heard(now, pauses)) this.#tell.returned();
  }

  /** Counts a packet for its source. @returns whether it is of the source that plays */
  #count(packet: RtpPacket): boolean {
    if (this.source === undefined) {
      this.source = new SourceStatistics(packet.ssrc, packet.sequenceNumber);
    } else if (packet.ssrc !== this.source.ssrc && !this.#replaced(packet)) {
      return false;
    }
    if (packet.ssrc === this.source.ssrc) this.#challenger = undefined;
    const verdict = this.source.update(packet.sequenceNumber);
    if (verdict === "discarded") return false;
    if (verdict === "restarted") this.fates.restart();
    this.#isFirst = this.fates.received(packet.sequenceNumber);
    this.#received++;
    return true;
  }

  /** A changed SSRC is believed at its second packet in sequence (RFC 3550 A.1). */
  #replaced(packet: RtpPacket): boolean {
    if (this.#challenger?.ssrc !== packet.ssrc) {
      this.#challenger = new SourceStatistics(packet.ssrc, packet.sequenceNumber);
      this.#challenger.update(packet.sequenceNumber);
      return false;
    }
    const next = new SourceStatistics(packet.ssrc, packet.sequenceNumber);
    const verdict = this.#challenger.update(packet.sequenceNumber);
    if (verdict !== "valid") return false;
    this.#lostOfFormer += Math.max(0, this.source!.lost);
    this.source = next;
    this.fates.restart();
    this.#challenger = undefined;
    this.playout.reset();
    this.#events.reset();
    return true;
  }
}
