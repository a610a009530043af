/**
 * The first traveller, on the real-time path:
 *
 *     mix of all who speak ──► tone or event of a digit ──► resample ──► encoder
 *         ──► packet ──► socket
 *
 * One frame a tick; a packet holds `ptime` of sound: some frames, or half of one. The RTP clock runs
 * with the ticks whether packets are sent or not, so that a hold or a stall leaves a gap in the
 * timestamps and none in time.
 */
import { FRAME_MS, FRAME_SAMPLES, GRAPH_RATE, Resampler } from "../../audio/mod.ts";
import type { MediaDigitWay } from "../../core/account/mod.ts";
import { maySend, type NegotiatedStream } from "../../core/media/mod.ts";
import { type Codec, type CreateCodec, isOf, packetMsFor } from "../codec/mod.ts";
import { DigitSender, type DigitsSent, type EventFormat } from "../dtmf/mod.ts";
import { LevelMeter } from "../dsp/mod.ts";
import { RTP_HEADER_LENGTH, type RtpSender } from "../rtp/mod.ts";
import { SpeechPauses } from "./speech_pauses.ts";

/** Sampling rate of the codecs whose pauses are CN/8000, Hz (RFC 3389 §4). */
const NARROWBAND = 8000;

/** What of a negotiated stream the sending half runs on. */
interface Plan {
  sends: boolean;
  payloadType: number;
  /** As the peer described the format. */
  parameters: string | undefined;
  /** Undefined: the peer takes none. */
  events: EventFormat | undefined;
  /** Payload type of comfort noise; undefined: pauses are sent as they sound. */
  noise: number | undefined;
  codec: Codec;
  resampler: Resampler;
  /** Sound at the codec's rate, in frames of 20 ms as it is gathered, and in packets as it is sent. */
  frames: Int16Array[];
  packets: Int16Array[];
  /** RTP ticks of 20 ms, and of a packet. */
  ticksPerFrame: number;
  ticksPerPacket: number;
}

export class OutboundStream {
  readonly level = new LevelMeter();
  /** False while the peer may not be sent to, whatever was negotiated. */
  permitted = true;
  readonly #sender: RtpSender;
  readonly #digits: DigitSender;
  readonly #pauses = new SpeechPauses();
  readonly #silence = new Int16Array(FRAME_SAMPLES);
  #sound: Int16Array = this.#silence;
  #plan: Plan | undefined;
  /** Media time of the frame that comes, RTP ticks. */
  #ticks = 0;
  /** The packet that is being filled: when it began, frames. */
  #packetTicks = 0;
  #frames = 0;
  /** The next packet begins a talk spurt (RFC 3551 §4.1). */
  #marker = true;

  readonly #createCodec: CreateCodec;

  /** @param onDigitsSent called when all digits of a `sendDigits` are out */
  constructor(
    sender: RtpSender,
    createCodec: CreateCodec,
    onDigitsSent: DigitsSent,
  ) {
    this.#sender = sender;
    this.#createCodec = createCodec;
    this.#digits = new DigitSender(sender, onDigitsSent);
  }

  /** Digits that were sent completely, in order. */
  get digitsSent(): string {
    return this.#digits.sent;
  }

  /** What was sent last, 20 ms; valid until the next frame. */
  get sound(): Int16Array {
    return this.#sound;
  }

  /** Encoding name in use. */
  get encoding(): string | undefined {
    return this.#plan?.codec.encoding;
  }

  /** Sound in a packet, ms; 0: nothing was agreed on. */
  get packetMs(): number {
    const { ticksPerPacket = 0, codec } = this.#plan ?? {};
    return codec === undefined ? 0 : (ticksPerPacket * 1000) / codec.clockRate;
  }

  /** Whether packets go out; not while the far end holds us. */
  get sends(): boolean {
    return this.permitted && (this.#plan?.sends ?? false);
  }

  /** RTP timestamp of the frame that comes, for sender reports. */
  get timestamp(): number {
    return this.#sender.timestampOf(this.#ticks);
  }

  /**
   * Runs on another negotiated stream from the next frame on.
   * @throws OffhookError `media-failed` for a codec that cannot be run
   */
  use(stream: NegotiatedStream): void {
    const former = this.#plan;
    const format = stream.sendFormat;
    const same = former !== undefined && former.parameters === format.parameters &&
      isOf(former.codec, format);
    const codec = same ? former.codec : this.#createCodec(format, stream.opus);
    const packetMs = packetMsFor(codec, stream.ptime);
    const resampler = same ? former.resampler : new Resampler(GRAPH_RATE, codec.sampleRate);
    if (former !== undefined && !same) {
      free(former);
      if (former.codec.clockRate !== codec.clockRate) this.#changeClock(former.codec, codec);
    }
    this.#plan = {
      sends: maySend(stream.direction) && stream.remotePort > 0,
      payloadType: format.payloadType,
      parameters: format.parameters,
      events: stream.sendEvents,
      noise: codec.sampleRate === NARROWBAND ? stream.comfortNoise : undefined,
      codec,
      resampler,
      ...spaceFor(codec, packetMs),
      ticksPerFrame: (codec.clockRate * FRAME_MS) / 1000,
      ticksPerPacket: (codec.clockRate * packetMs) / 1000,
    };
    this.#frames = 0;
    this.#pauses.restart();
  }

  /** Another clock is another source (RFC 7160 §4.1); media time goes on. */
  #changeClock(former: Codec, next: Codec): void {
    this.#ticks = Math.round((this.#ticks * next.clockRate) / former.clockRate);
    this.#sender.changeSsrc();
  }

  /** @param loss share of our packets that the peer did not get lately, 0–1 */
  tune(loss: number): void {
    this.#plan?.codec.tune?.(loss);
  }

  /** Media time went by without frames (the clock stalled). */
  skip(ticks: number): void {
    if (this.#plan) this.#ticks += ticks * this.#plan.ticksPerFrame;
    this.#marker = true;
  }

  /**
   * Sends digits in place of the mix, as soon as the stream may send.
   * @throws OffhookError `usage` for a character that is no digit
   */
  sendDigits(digits: string, durationMs: number, by: MediaDigitWay): void {
    this.#digits.add(digits, durationMs, by);
  }

  /** Sends 20 ms: of the mix, or of a digit. */
  frame(mix: Int16Array): void {
    const plan = this.#plan;
    if (plan === undefined) return;
    const ticks = this.#ticks;
    this.#ticks += plan.ticksPerFrame;
    const { sends } = this;
    this.#sound = sends ? mix : this.#silence;
    if (sends) this.#send(plan, ticks);
    else this.#pause();
    this.level.add(this.#sound);
  }

  /** Gives wasm memory back. */
  free(): void {
    if (this.#plan) free(this.#plan);
    this.#plan = undefined;
  }

  #send(plan: Plan, ticks: number): void {
    const outcome = this.#digits.frame(ticks, plan.events);
    if (outcome === "event") {
      this.#sound = this.#silence;
      // Sound that was gathered for a longer packet before the event is not sent any more.
      this.#frames = 0;
      return;
    }
    if (outcome === "tone") {
      this.#sound = this.#digits.tone;
      this.#pauses.restart();
    }
    if (plan.noise === undefined || !this.#isPause(plan.noise, ticks)) this.#encode(plan, ticks);
  }

  /** What was gathered for a packet is stale when sending goes on. */
  #pause(): void {
    this.#frames = 0;
    this.#marker = true;
    this.#pauses.restart();
  }

  /** Sends comfort noise where it is due. @returns whether it stands for this frame */
  #isPause(payloadType: number, ticks: number): boolean {
    const what = this.#pauses.next(this.#sound, this.#frames > 0);
    if (what === "sound") return false;
    this.#marker = true;
    if (what === "nothing") return true;
    this.#sender.packet()[RTP_HEADER_LENGTH] = this.#pauses.level;
    this.#sender.send(false, payloadType, ticks, 1);
    return true;
  }

  #encode(plan: Plan, ticks: number): void {
    if (this.#frames === 0) this.#packetTicks = ticks;
    plan.resampler.process(this.#sound, plan.frames[this.#frames]!);
    if (++this.#frames < plan.frames.length) return;
    this.#frames = 0;
    for (const packet of plan.packets) {
      this.#sendPacket(plan, packet);
      this.#packetTicks += plan.ticksPerPacket;
    }
  }

  #sendPacket({ codec, payloadType }: Plan, packet: Int16Array): void {
    const octets = codec.encode(packet, this.#sender.packet(), RTP_HEADER_LENGTH);
    // Nothing to be sent is silence; what comes after it begins a talk spurt.
    if (octets > 0) this.#sender.send(this.#marker, payloadType, this.#packetTicks, octets);
    this.#marker = octets === 0;
  }
}

/** Room for a packet, or for the packets of a frame, whichever is longer. */
function spaceFor({ sampleRate }: Codec, packetMs: number) {
  const sound = new Int16Array((sampleRate * Math.max(packetMs, FRAME_MS)) / 1000);
  return {
    frames: partsOf(sound, FRAME_MS, sampleRate),
    packets: partsOf(sound, packetMs, sampleRate),
  };
}

function partsOf(sound: Int16Array, ms: number, sampleRate: number): Int16Array[] {
  const samples = (sampleRate * ms) / 1000;
  return Array.from(
    { length: sound.length / samples },
    (_, i) => sound.subarray(i * samples, (i + 1) * samples),
  );
}

function free({ resampler, codec }: Plan): void {
  resampler.free();
  codec.free?.();
}
