/**
 * DTMF as telephone-events (RFC 4733), both ways. On the real-time path; time is the RTP clock.
 *
 *     send:    digit frame ──► event packet: one timestamp, growing duration, marker on the first,
 *                              the last one three times with the end bit
 *     receive: event packets ──► one digit a press, when it ends, or when its end was lost
 */
import { type RtpPacket, sequenceDistance, timestampDistance } from "../rtp/mod.ts";
import { digitOf, eventOf } from "./digits.ts";

/** Octets of an event (§2.3). */
export const EVENT_LENGTH = 4;
/** Power that is stated for our events, −dBm0. */
const VOLUME = 10;
const MAX_DURATION = 0xffff;
/** Packets with the end bit (§2.5.1.4). */
export const END_PACKETS = 3;
/** Silence of a digit after which its end counts as lost, ms. */
const LOST_END_MS = 120;
/** A timestamp may pass the end of its own press by this, ms; the next press starts later. */
const SLACK_MS = 20;
const SEGMENT_SLACK_MS = 200;
/** Step back of the sequence that no reordering makes (RFC 3550 A.1). */
const MAX_MISORDER = 100;

/**
 * Writes the payload of an event.
 * @param ticks duration so far, RTP ticks; a longer event than 16 bits hold stays at the highest
 */
export function writeEvent(
  packet: Uint8Array,
  offset: number,
  digit: string,
  end: boolean,
  ticks: number,
): void {
  const duration = Math.min(ticks, MAX_DURATION);
  packet[offset] = eventOf(digit);
  packet[offset + 1] = (end ? 0x80 : 0) | VOLUME;
  packet[offset + 2] = duration >> 8;
  packet[offset + 3] = duration;
}

/**
 * Collects the packets of each key press into one digit: one press is one digit, whatever is lost,
 * doubled or swapped, and whatever the sender does with its timestamps.
 *
 * By RFC 4733 §2.5.1.2 the timestamp names the press. Senders break that both ways: the timestamp
 * rises from packet to packet of one press, or stays for several, or steps back. So a press goes on
 * while its key and its growing duration do, and another one begins with another key, a marker, a
 * duration that falls, or a timestamp after the end of the press before.
 */
export class TelephoneEventReceiver {
  readonly #ticksPerMs: number;
  readonly #onDigit: (digit: string, durationMs: number) => void;
  /** Of the newest packet; undefined before the first. */
  #sequence: number | undefined;
  #timestamp = 0;
  #event = -1;
  /** The longest duration that the press stated, RTP ticks. */
  #ticks = 0;
  /** Duration of the segments before, of an event longer than 16 bits hold (§2.5.1.3). */
  #formerTicks = 0;
  #lastHeard = 0;
  #open = false;
  #endCame = false;

  /**
   * @param clockRate RTP ticks per second
   * @param onDigit called once a digit, at its end
   */
  constructor(clockRate: number, onDigit: (digit: string, durationMs: number) => void) {
    this.#ticksPerMs = clockRate / 1000;
    this.#onDigit = onDigit;
  }

  /**
   * Takes a packet of the event payload type.
   * @param now ms
   */
  receive(packet: RtpPacket, now: number): void {
    const { payload, timestamp, sequenceNumber } = packet;
    if (payload.length < EVENT_LENGTH || !this.#isNewer(sequenceNumber)) return;
    const event = payload[0]!;
    const end = (payload[1]! & 0x80) !== 0;
    const ticks = (payload[2]! << 8) | payload[3]!;
    const first = this.#sequence === undefined;
    this.#sequence = sequenceNumber;
    if (!first && event === this.#event && this.#isNextSegment(timestamp, ticks)) {
      this.#formerTicks += this.#ticks;
      this.#ticks = 0;
    } else if (first || !this.#goesOn(packet, event, ticks, end, now)) {
      this.#begin(event);
    }
    this.#timestamp = timestamp;
    this.#lastHeard = now;
    this.#ticks = Math.max(this.#ticks, ticks);
    this.#endCame ||= end;
    if (end && this.#open) this.#finish();
  }

  /** Ends a digit whose end packets were all lost. Call it every tick. */
  tick(now: number): void {
    if (this.#open && now - this.#lastHeard > LOST_END_MS) this.#finish();
  }

  /** Another source: its packets say nothing about the former. */
  reset(): void {
    if (this.#open) this.#finish();
    this.#sequence = undefined;
  }

  /** A packet that was swapped or doubled is not; one of a sequence that began anew is. */
  #isNewer(sequenceNumber: number): boolean {
    if (this.#sequence === undefined) return true;
    const step = sequenceDistance(sequenceNumber, this.#sequence);
    return step > 0 || step < -MAX_MISORDER;
  }

  /** Whether the packet is of the present press, or repeats the end of the one before. */
  #goesOn(packet: RtpPacket, event: number, ticks: number, end: boolean, now: number): boolean {
    if (event !== this.#event || ticks < this.#ticks) return false;
    const step = timestampDistance(packet.timestamp, this.#timestamp);
    // An end may have been given up for lost while its packets were only late.
    if (step === 0) return this.#open || end || !this.#endCame;
    if (packet.marker || now - this.#lastHeard > LOST_END_MS) return false;
    if (!this.#open && !end) return false;
    const slack = SLACK_MS * this.#ticksPerMs;
    return step <= this.#ticks + slack || Math.abs(step - (ticks - this.#ticks)) <= slack;
  }

  /** The next segment of a long event starts where the one before ended, which had no end bit. */
  #isNextSegment(timestamp: number, ticks: number): boolean {
    const slack = SEGMENT_SLACK_MS * this.#ticksPerMs;
    const expected = this.#timestamp + this.#ticks;
    return this.#open && this.#ticks >= MAX_DURATION - slack && ticks < this.#ticks &&
      Math.abs(timestampDistance(timestamp, expected)) <= slack;
  }

  #begin(event: number): void {
    if (this.#open) this.#finish();
    this.#event = event;
    this.#ticks = 0;
    this.#formerTicks = 0;
    this.#open = true;
    this.#endCame = false;
  }

  #finish(): void {
    this.#open = false;
    const digit = digitOf(this.#event);
    if (digit === undefined) return;
    this.#onDigit(digit, Math.round((this.#formerTicks + this.#ticks) / this.#ticksPerMs));
  }
}
