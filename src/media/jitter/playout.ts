/**
 * The playing half of a receiver, on the real-time path:
 *
 *     jitter buffer ─packet─► decoder ──────────────┐
 *                   ─lost, dry─► conceal ───────────┼─► pending PCM ─► shorten? ─► 20 ms ─► 48 kHz frame
 *                   ─dry, in a pause─► comfort noise ┘
 *
 * Clock drift between the peer, us and the card (see sink_pacer.ts) is corrected here and nowhere
 * else: the delay grows by waiting when packets come later than expected, and sound is shortened
 * when they come earlier.
 */
import { FRAME_MS, GRAPH_RATE, Resampler } from "../../audio/mod.ts";
import { type Codec, CONCEAL_MS, MAX_PACKET_MS } from "../codec/mod.ts";
import { ComfortNoise } from "./comfort_noise.ts";
import { Concealer } from "./concealer.ts";
import { JitterBuffer, type NextSound } from "./jitter_buffer.ts";
import type { WaitingPacket } from "./packet_buffer.ts";
import { PcmBuffer } from "./pcm_buffer.ts";
import { shorten } from "./time_stretch.ts";

/** What a frame is made of. */
export type PlayedSound = "sound" | "concealed" | "silence";

/** Slack at the fetch of a packet above which a whole frame of delay can go, ms. */
const SHORTEN_SLACK_MS = 30;
/** Slack above which it goes even where it is heard, ms. */
const FORCE_SLACK_MS = 100;
/** Sound beyond the next frame that is worth cutting, ms. */
const SPARE_MS = 5;
/** Longest single cut, ms. */
const MAX_CUT_MS = 15;
/** Frames between two cuts, and between two that are forced: 75 and 150 ms of delay go in a second. */
const CUT_INTERVAL = 10;
const FORCED_INTERVAL = 5;

/** The decoder of one sample rate with its surroundings. */
interface Lane {
  pcm: PcmBuffer;
  concealer: Concealer;
  resampler: Resampler;
  /** 20 ms at the codec's rate. */
  frame: Int16Array;
  decoded: Int16Array;
  /** The resampler holds nothing but zeros: a whole frame of them went through. */
  quiet: boolean;
}

export class Playout {
  /** Packets with a payload that the codec could make nothing of. */
  undecodable = 0;
  /** 20 ms frames that were made up, in whole or in part. */
  concealedFrames = 0;
  readonly jitter: JitterBuffer;
  /** Encoding of the packet that was played last. */
  encoding: string | undefined;
  #clockRate: number;
  /** The decoder of the packet that was played last. */
  #codec: Codec | undefined;
  readonly #codecFor: (payloadType: number) => Codec | undefined;
  readonly #lanes = new Map<number, Lane>();
  /** Rate of the samples that are made now, Hz. */
  #rate: number;
  #sinceCut = 0;
  #concealed = false;
  readonly #noise = new ComfortNoise();
  #pauses = false;

  /**
   * @param clockRate RTP ticks per second
   * @param rate of the samples before the first packet, Hz
   * @param codecFor the decoder of a payload type; undefined: such packets are not played
   */
  constructor(
    clockRate: number,
    rate: number,
    codecFor: (payloadType: number) => Codec | undefined,
  ) {
    this.#clockRate = clockRate;
    this.#codecFor = codecFor;
    this.jitter = new JitterBuffer(clockRate);
    this.#rate = rate;
  }

  /**
   * Makes the frame that is due.
   *
   * @param due nominal time of the tick, ms on the clock of arrivals
   * @param into 20 ms at 48 kHz, the caller's, filled completely
   */
  pull(due: number, into: Int16Array): PlayedSound {
    this.#concealed = false;
    this.#sinceCut++;
    let lane = this.#laneFor(this.#rate);
    while (lane.pcm.pending < lane.frame.length) {
      const next = this.jitter.next(due);
      if (next.kind === "idle") return this.#silence(into);
      this.#produce(next, due);
      lane = this.#laneFor(this.#rate);
    }
    lane.pcm.take(lane.frame);
    lane.quiet = false;
    lane.resampler.process(lane.frame, into);
    if (!this.#concealed) return "sound";
    this.concealedFrames++;
    return "concealed";
  }

  /** Makes what playing at `rate` needs, so that the first packet does not have to. */
  prepare(rate: number): void {
    this.#laneFor(rate);
  }

  /** The peer pauses from now on: what is not there is this noise, until {@link resume}. */
  pause(comfortNoise: Uint8Array): void {
    this.#noise.describe(comfortNoise);
    this.#pauses = true;
  }

  /** Sound comes again. */
  resume(): void {
    this.#pauses = false;
  }

  /** RTP ticks per second of the packets that come. */
  get clockRate(): number {
    return this.#clockRate;
  }

  /** The packets from now on are of another RTP clock: a stream of its own. */
  useClock(clockRate: number): void {
    this.#clockRate = clockRate;
    this.jitter.useClock(clockRate);
    this.#clear(this.#rate);
  }

  /** Another source or time line begins; sound that waits is dropped. */
  reset(): void {
    this.jitter.reset();
    this.#clear(this.#rate);
  }

  /** Gives wasm memory back. */
  free(): void {
    for (const lane of this.#lanes.values()) lane.resampler.free();
    this.#lanes.clear();
  }

  #silence(into: Int16Array): PlayedSound {
    const lane = this.#laneFor(this.#rate);
    lane.pcm.clear();
    if (lane.quiet) into.fill(0);
    else {
      lane.frame.fill(0);
      lane.resampler.process(lane.frame, into);
      lane.quiet = true;
    }
    return "silence";
  }

  /** Appends the next sound to what is pending. */
  #produce(next: NextSound, due: number): void {
    const lane = this.#laneFor(this.#rate);
    const missing = lane.frame.length - lane.pcm.pending;
    const ticksPerSample = this.#clockRate / lane.pcm.rate;
    if (next.kind === "packet") {
      this.#produceFromPackets(next.packet!, due);
      return;
    }
    if (next.kind === "dry") {
      const made = this.#pauses ? this.#hiss(lane, missing) : this.#conceal(lane, missing);
      this.jitter.waited(made * ticksPerSample);
      return;
    }
    const lost = Math.ceil(next.ticks / ticksPerSample);
    // What the packet after the gap may know of it is not made up before.
    const known = (this.jitter.packetMs * lane.pcm.rate) / 1000;
    const codec = this.#codecFor(next.packet!.payloadType);
    const recovers = codec?.recover !== undefined && codec.sampleRate === lane.pcm.rate;
    let count = recovers && lost <= known ? this.#recover(codec, next.packet!, lane, lost) : 0;
    const unknown = recovers && lost > known ? lost - known : lost;
    if (count === 0) count = this.#conceal(lane, Math.min(missing, unknown));
    this.jitter.concealed(count * ticksPerSample);
  }

  #hiss(lane: Lane, count: number): number {
    lane.concealer.reset();
    this.#noise.append(lane.pcm, count);
    return count;
  }

  /** Makes sound up. @returns samples: `count`, or a little more where the codec does it */
  #conceal(lane: Lane, count: number): number {
    this.#concealed = true;
    const codec = this.#codec;
    if (codec?.conceal === undefined || codec.sampleRate !== lane.pcm.rate) {
      lane.concealer.conceal(lane.pcm, count);
      return count;
    }
    const step = (lane.pcm.rate * CONCEAL_MS) / 1000;
    const made = lane.decoded.subarray(0, Math.ceil(count / step) * step);
    codec.conceal(made);
    lane.pcm.append(made);
    return made.length;
  }

  /** @returns samples of the gap, its last ones, that the packet behind it tells of; 0: none */
  #recover(codec: Codec, packet: WaitingPacket, lane: Lane, lost: number): number {
    const count = codec.recover!(packet.data.subarray(0, packet.length), lane.decoded);
    // Of a longer gap its end: what comes before that is made up first.
    if (count < lost) return 0;
    const recovered = lane.decoded.subarray(count - lost, count);
    lane.concealer.join(recovered);
    lane.pcm.append(recovered);
    return recovered.length;
  }

  /** Plays one packet, or two shortened to take delay away that packets do not need. */
  #produceFromPackets(first: WaitingPacket, due: number): void {
    const { pcm } = this.#laneFor(this.#rate);
    const slack = this.jitter.slackMs(due);
    const spareMs = (pcm.pending * 1000) / pcm.rate;
    // Packets of 10 or 30 ms leave a rest that the next frame needs.
    const wholeFrames = this.jitter.packetMs % FRAME_MS === 0;
    this.#decode(first);
    const interval = slack > FORCE_SLACK_MS ? FORCED_INTERVAL : CUT_INTERVAL;
    if (this.#sinceCut < interval || this.#rate !== pcm.rate) return;
    if (slack > SHORTEN_SLACK_MS) {
      const second = this.jitter.next(due);
      if (second.kind !== "packet") return;
      this.#decode(second.packet!);
      if (shorten(pcm, MAX_CUT_MS, slack > FORCE_SLACK_MS) > 0) this.#sinceCut = 0;
    } else if (wholeFrames && spareMs >= SPARE_MS && shorten(pcm, spareMs, false) > 0) {
      this.#sinceCut = 0;
    }
  }

  #decode(packet: WaitingPacket): void {
    const codec = this.#codecFor(packet.payloadType);
    if (codec === undefined) {
      this.jitter.played(0);
      return;
    }
    if (codec.sampleRate !== this.#rate) {
      this.#rate = codec.sampleRate;
      this.#clear(this.#rate);
    }
    const lane = this.#laneFor(this.#rate);
    const count = codec.decode(packet.data.subarray(0, packet.length), lane.decoded);
    // Without a payload it keeps a NAT open (RFC 6263 §4.1).
    if (count === 0 && packet.length > 0) this.undecodable++;
    const decoded = lane.decoded.subarray(0, count);
    lane.concealer.join(decoded);
    lane.pcm.append(decoded);
    this.#codec = codec;
    this.encoding = codec.encoding;
    this.jitter.played((count * this.#clockRate) / codec.sampleRate);
  }

  /** What the lane of a rate holds is of the past. */
  #clear(rate: number): void {
    this.resume();
    const lane = this.#lanes.get(rate);
    lane?.pcm.clear();
    lane?.concealer.reset();
  }

  /** Made when first needed: a stream may never play, or before the resampler is loaded. */
  #laneFor(rate: number): Lane {
    const known = this.#lanes.get(rate);
    if (known) return known;
    const lane: Lane = {
      pcm: new PcmBuffer(rate),
      concealer: new Concealer(rate),
      resampler: new Resampler(rate, GRAPH_RATE),
      frame: new Int16Array(rate / 50),
      decoded: new Int16Array((rate * MAX_PACKET_MS) / 1000),
      quiet: false,
    };
    this.#lanes.set(rate, lane);
    return lane;
  }
}
