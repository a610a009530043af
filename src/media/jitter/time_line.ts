/**
 * The media time of packets, on one line that goes on whatever the sender does with its timestamps.
 * On the real-time path; time is passed in.
 *
 *     timestamp ──unwrap──► + shift ──► does it fit? ──yes──► media time
 *                                           └──no──► another shift: it follows what came before
 *
 * A time line breaks when hold music begins, a call is transferred behind the peer or its gateway
 * starts again. No network does these things to packets: they come well before the fastest of the
 * last second did, or sequence numbers go one way and timestamps the other. Such a packet is put
 * right after the one before it, or where it arrived when there was a pause. What is taken for a
 * break and is none is put back by the next packet in the same way, and costs nothing.
 */
import { type RtpPacket, sequenceDistance, TimestampUnwrapper } from "../rtp/mod.ts";
import type { DelayTracker } from "./delay_tracker.ts";

/** A packet this much earlier than the fastest one of the last second is of another time line, ms. */
const MAX_EARLY_MS = 150;
/** A packet further back than this, ms, that says it begins a talk spurt, is no old one. */
const OLD_SPURT_MS = 300;
/** Step back of the sequence that no reordering makes (RFC 3550 A.1). */
const MAX_MISORDER = 100;
/** Pause before a packet on a new time line that is kept, ms. */
const PAUSE_MS = 60;
/** Packets missing before it whose time is kept. */
const MAX_MISSING = 5;
/** Duration of a packet until one is known, and the longest believed, ms. */
const FIRST_DURATION_MS = 20;
const MAX_DURATION_MS = 200;

export class TimeLine {
  #ticksPerMs: number;
  readonly #delays: DelayTracker;
  readonly #unwrapper = new TimestampUnwrapper();
  #started = false;
  /** From unwrapped timestamps to this line, ticks. */
  #shift = 0;
  /** The newest packet. */
  #sequence = 0;
  #ticks = 0;
  #arrivedAt = 0;
  #duration: number;

  /**
   * @param ticksPerMs RTP ticks per millisecond
   * @param delays knows the transits of the packets so far
   */
  constructor(ticksPerMs: number, delays: DelayTracker) {
    this.#ticksPerMs = ticksPerMs;
    this.#delays = delays;
    this.#duration = FIRST_DURATION_MS * ticksPerMs;
  }

  /** What the packets last, ms: the step between two that follow one another. */
  get durationMs(): number {
    return this.#duration / this.#ticksPerMs;
  }

  /** The media time of a packet, ticks. */
  place(packet: RtpPacket, arrivedAt: number): number {
    const unwrapped = this.#unwrapper.unwrap(packet.timestamp);
    let ticks = unwrapped + this.#shift;
    const step = this.#started ? sequenceDistance(packet.sequenceNumber, this.#sequence) : 1;
    if (this.#started && this.#breaks(ticks, step, packet.marker, arrivedAt)) {
      ticks = this.#following(step, arrivedAt);
      this.#shift = ticks - unwrapped;
    } else if (this.#started && step === 1) {
      this.#learn(ticks - this.#ticks);
    }
    if (!this.#started || ticks > this.#ticks) this.#goOn(packet, ticks, arrivedAt);
    return ticks;
  }

  /** The packet that was placed last is taken for the next one: its time line came to stay. */
  rejoin(packet: RtpPacket, placed: number, arrivedAt: number): number {
    const ticks = this.#following(1, arrivedAt);
    this.#shift += ticks - placed;
    this.#goOn(packet, ticks, arrivedAt);
    return ticks;
  }

  /** Another clock begins, and with it another line. */
  useClock(ticksPerMs: number): void {
    this.#ticksPerMs = ticksPerMs;
    this.#duration = FIRST_DURATION_MS * ticksPerMs;
    this.reset();
  }

  reset(): void {
    this.#started = false;
    this.#shift = 0;
    this.#unwrapper.reset();
  }

  #goOn(packet: RtpPacket, ticks: number, arrivedAt: number): void {
    this.#started = true;
    this.#sequence = packet.sequenceNumber;
    this.#ticks = ticks;
    this.#arrivedAt = arrivedAt;
  }

  #breaks(ticks: number, step: number, marker: boolean, arrivedAt: number): boolean {
    const transit = arrivedAt - ticks / this.#ticksPerMs;
    if (transit < this.#delays.lowest() - MAX_EARLY_MS) return true;
    const ahead = ticks - this.#ticks;
    if (step > 0) return ahead <= 0;
    if (step === 0) return false;
    if (ahead > 0 || step < -MAX_MISORDER) return true;
    return marker && -ahead > OLD_SPURT_MS * this.#ticksPerMs;
  }

  /** The media time of a packet that comes next. */
  #following(step: number, arrivedAt: number): number {
    const steps = step > 0 && step <= MAX_MISSING ? step : 1;
    const next = this.#ticks + steps * this.#duration;
    const arrived = this.#ticks + (arrivedAt - this.#arrivedAt) * this.#ticksPerMs;
    return arrived > next + PAUSE_MS * this.#ticksPerMs ? arrived : next;
  }

  #learn(ticks: number): void {
    if (ticks > 0 && ticks <= MAX_DURATION_MS * this.#ticksPerMs) this.#duration = ticks;
  }
}
