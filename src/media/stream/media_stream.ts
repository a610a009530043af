/**
 * One audio stream: sound to RTP and back, on whatever format was negotiated last, with its RTCP.
 * It is a call's party in a bridge: its mouth is what the far end says, its ear what is sent there. It
 * knows neither devices nor addresses.
 *
 *     hear(mix) ──► OutboundStream: packetiser, encoder ──► RtpSender ──► transport
 *     receive(kind, bytes) ──► InboundStream: jitter buffer    RtcpSession ◄──► transport
 *     speak(due) ◄── decoder or concealment ◄──┘
 *
 * What depends on the format is made anew when the format changes; counters and digits go on.
 * On the real-time path, with time passed in.
 */
import { FRAME_MS, FRAME_SAMPLES } from "../../audio/mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import type { MediaDigitWay } from "../../core/account/mod.ts";
import type { ExtendedReports, NegotiatedStream } from "../../core/media/mod.ts";
import type { MediaReport, SoundQuality } from "../../core/ports/mod.ts";
import { type CreateCodec, createCodec } from "../codec/mod.ts";
import {
  canonicalName,
  type ExtendedContent,
  type Random32,
  RtcpSession,
  RtpSender,
} from "../rtp/mod.ts";
import type { MediaKind, PacketKind } from "../transport/mod.ts";
import type { Party } from "../sound/mod.ts";
import { InboundStream } from "./inbound.ts";
import { OutboundStream } from "./outbound.ts";
import { Punctuality } from "./punctuality.ts";
import { type Incoming, QualityMeter } from "./quality_meter.ts";

/** What a stream needs from around it. */
export interface StreamSurroundings {
  clock: Clock;
  random: Random32;
  /** Absent: the codecs of the registry. */
  createCodec?: CreateCodec;
}

/** What a stream tells, and where its datagrams go. */
export interface StreamEvents {
  /** @param data stays untouched until it is out (see RtpSender) */
  transmit(kind: MediaKind, data: Uint8Array): void;
  /** Once: the first packet of the peer. */
  heard(): void;
  /** A packet came after a silence. */
  returned(): void;
  digit(digit: string, durationMs: number, by: MediaDigitWay): void;
  digitsSent(digits: string, by: MediaDigitWay): void;
}

export class MediaStream implements Party {
  readonly #clock: Clock;
  readonly #sender: RtpSender;
  readonly #outbound: OutboundStream;
  readonly #inbound: InboundStream;
  readonly #control: RtcpSession;
  readonly #said = new Int16Array(FRAME_SAMPLES);
  /** RTP clock of what we send, Hz. */
  #clockRate = 8000;
  readonly #quality = new QualityMeter();
  readonly #punctuality = new Punctuality();
  /** Those that the peer takes. */
  #extendedReports: ExtendedReports | undefined;
  /** When it was started or changed last, ms. */
  #startedAt: number | undefined;

  constructor(around: StreamSurroundings, events: StreamEvents) {
    const codecs = around.createCodec ?? createCodec;
    const { clock, random } = around;
    this.#clock = clock;
    this.#sender = new RtpSender(random, (data) => events.transmit("rtp", data));
    this.#outbound = new OutboundStream(this.#sender, codecs, (digits, by) => {
      events.digitsSent(digits, by);
    });
    this.#inbound = new InboundStream(() => this.#sender.ssrc, codecs, {
      heard: () => events.heard(),
      returned: () => events.returned(),
      digit: (digit, durationMs, by) => events.digit(digit, durationMs, by),
      collided: () => {
        this.#control.bye("SSRC collision");
        this.#sender.changeSsrc();
      },
    });
    const subject = {
      sender: this.#sender,
      timestamp: () => this.#outbound.timestamp,
      source: () => this.#inbound.source,
      extended: () => this.#extended(),
    };
    const send = (data: Uint8Array) => events.transmit("rtcp", data);
    this.#control = new RtcpSession(clock, random, canonicalName(random), subject, send);
  }

  /** Whether RTP goes out: it was negotiated, and the transport lets it. */
  get sends(): boolean {
    return this.#outbound.sends;
  }

  /** What was sent last, 20 ms; valid until the next frame. */
  get sent(): Int16Array {
    return this.#outbound.sound;
  }

  get sentLevel(): number {
    return this.#outbound.level.dbfs;
  }

  get receivedLevel(): number {
    return this.#inbound.level.dbfs;
  }

  /**
   * Runs on another negotiated stream from now on.
   * @param answered what comes is listened to
   * @throws OffhookError `media-failed` for a codec that cannot be run
   */
  use(stream: NegotiatedStream, answered: boolean): void {
    const now = this.#clock.now();
    this.#outbound.use(stream);
    this.#inbound.use(stream, answered, now);
    this.#clockRate = stream.sendFormat.clockRate;
    this.#extendedReports = stream.extendedReports;
    this.#startedAt = now;
  }

  /** @throws OffhookError `usage` for a character that is no digit */
  sendDigits(digits: string, durationMs: number, by: MediaDigitWay): void {
    this.#outbound.sendDigits(digits, durationMs, by);
  }

  /** Media time went by without frames (the clock stalled). */
  skip(ticks: number): void {
    this.#outbound.skip(ticks);
    this.#punctuality.skipped(ticks * FRAME_MS, this.#clock.now());
  }

  /** Whether the peer may be sent to at all, from the next frame on. */
  permit(permitted: boolean): void {
    this.#outbound.permitted = permitted;
  }

  /** Sends 20 ms. */
  hear(mix: Int16Array): void {
    this.#outbound.frame(mix);
  }

  /**
   * Takes a datagram of the peer, valid during the call.
   * @returns whether it was of this stream
   */
  receive(kind: PacketKind, data: Uint8Array): boolean {
    if (kind === "rtp") return this.#inbound.receive(data, this.#clock.now());
    const taken = this.#control.receive(data);
    const { remote } = this.#control;
    if (taken && remote !== undefined) this.#outbound.tune(remote.lossShare);
    return taken;
  }

  /** Makes the frame that is due. */
  speak(due: number): Int16Array {
    this.#inbound.pull(due, this.#said);
    return this.#said;
  }

  /** RTCP, when it is due. Call it every tick. */
  tick(due: number): void {
    this.#control.tick(due);
    this.#punctuality.tick(due, this.#clock.now());
  }

  /** Says goodbye to the peer. */
  bye(reason: string): void {
    this.#control.bye(reason);
  }

  report(): MediaReport {
    const { jitter, encoding, concealedFrames, undecodable } = this.#inbound.playout;
    const now = this.#clock.now();
    const report: MediaReport = {
      sent: this.#sender.totalPackets,
      received: this.#inbound.received,
      lost: this.#inbound.lost,
      jitterMs: Math.round(this.#inbound.jitterMs * 100) / 100,
      late: jitter.late,
      duplicates: jitter.duplicates,
      undecodable,
      concealedMs: concealedFrames * FRAME_MS,
      rtcpReceived: this.#control.received,
      rtpSilentMs: this.#silentMs(this.#inbound.lastHeard, now),
      rtcpSilentMs: this.#silentMs(this.#control.lastHeard, now),
      longestSilentMs: this.#inbound.silence.longest(now),
      sentLevel: this.sentLevel,
      receivedLevel: this.receivedLevel,
      dtmfSent: this.#outbound.digitsSent,
      dtmfReceived: this.#inbound.digitsReceived,
    };
    const codec = encoding ?? this.#outbound.encoding;
    if (codec !== undefined) report.codec = codec;
    if (this.#inbound.silence.pausing) report.pausing = true;
    const ignored = this.#inbound.ignored(now);
    if (ignored !== undefined) report.ignored = ignored;
    const told = this.#control.view(now, this.#clockRate);
    const quality = this.#measure(told.roundTripMs, now);
    const digitalSilenceMs = this.#inbound.stillness.lasts(now);
    const stalledHereMs = this.#punctuality.missedMs(now);
    return {
      ...report,
      ...told,
      ...(quality && { quality }),
      ...(digitalSilenceMs !== undefined && { digitalSilenceMs }),
      ...(stalledHereMs > 0 && { stalledHereMs }),
    };
  }

  #measure(roundTripMs: number | undefined, now: number): SoundQuality | undefined {
    const { remote, metrics } = this.#control;
    const { encoding: codec, packetMs } = this.#outbound;
    const outgoing = { codec, packetMs, remote, metrics };
    const quality = this.#quality.measure(this.#incoming(), outgoing, roundTripMs, now);
    const theirs = this.#inbound.source?.ssrc;
    if (quality === undefined || theirs === undefined) return quality;
    return { ...quality, sources: { ours: this.#sender.ssrc, theirs } };
  }

  #incoming(): Incoming {
    const { fates, silence, playout: { encoding: codec, jitter, undecodable } } = this.#inbound;
    const bufferMs = Math.round(jitter.depthMs);
    return { codec, fates, silence, undecodable, packetMs: jitter.packetMs, bufferMs };
  }

  /** Gives memory outside the heap back. */
  free(): void {
    this.#outbound.free();
    this.#inbound.free();
  }

  #extended(): ExtendedContent | undefined {
    if (this.#extendedReports === undefined) return undefined;
    const { roundTrip = false, voipMetrics = false } = this.#extendedReports;
    const { roundTripMs } = this.#control.view(this.#clock.now(), this.#clockRate);
    const voip = voipMetrics ? this.#quality.metrics(this.#incoming(), roundTripMs) : undefined;
    return { roundTrip, ...(voip && { voip }) };
  }

  /** Nothing is expected before the stream starts; a held one is given its time again. */
  #silentMs(lastHeard: number | undefined, now: number): number {
    if (this.#startedAt === undefined) return 0;
    return Math.max(0, Math.round(now - Math.max(lastHeard ?? 0, this.#startedAt)));
  }
}
