/**
 * DTMF as telephone-events (RFC 4733), both ways. On the real-time path; time is the RTP clock.
 *
 *     send:    digit frame ──► event packet: one timestamp, growing duration, marker on the first,
 *                              the last one three times with the end bit
 *     receive: event packets ──► one digit, when it ends, or when its end was lost
 */
import { timestampDistance } from "../rtp/sequence.ts";
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

/** Collects the packets of each event into one digit. */
export class TelephoneEventReceiver {
  /** Digits that came, in order. */
  received = "";
  readonly #ticksPerMs: number;
  readonly #onDigit: (digit: string, durationMs: number) => void;
  /** The timestamp that names the present or last event. */
  #timestamp: number | undefined;
  #event = 0;
  #ticks = 0;
  /** Duration of the segments before, of an event longer than 16 bits hold (§2.5.1.3). */
  #formerTicks = 0;
  #lastHeard = 0;
  #open = false;

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
   *
   * @param timestamp of its header: the start of the event
   * @param now ms
   */
  receive(payload: Uint8Array, timestamp: number, now: number): void {
    if (payload.length < EVENT_LENGTH) return;
    const event = payload[0]!;
    const end = (payload[1]! & 0x80) !== 0;
    const ticks = (payload[2]! << 8) | payload[3]!;
    if (timestamp !== this.#timestamp) {
      if (this.#timestamp !== undefined && timestampDistance(timestamp, this.#timestamp) < 0) {
        return; // A late packet of an event that is over.
      }
      this.#begin(event, timestamp);
    }
    if (!this.#open || event !== this.#event) return;
    this.#lastHeard = now;
    this.#ticks = Math.max(this.#ticks, ticks);
    if (end) this.#finish();
  }

  /** Ends a digit whose end packets were all lost. Call it every tick. */
  tick(now: number): void {
    if (this.#open && now - this.#lastHeard > LOST_END_MS) this.#finish();
  }

  /** Another source: its time line says nothing about the former. */
  reset(): void {
    if (this.#open) this.#finish();
    this.#timestamp = undefined;
  }

  #begin(event: number, timestamp: number): void {
    // The next segment of a long event starts where the one before ended, and had no end of its own.
    const goesOn = this.#open && event === this.#event &&
      timestampDistance(timestamp, this.#timestamp!) <= MAX_DURATION &&
      this.#ticks >= MAX_DURATION - 1600 &&
      Math.abs(timestampDistance(timestamp, this.#timestamp! + this.#ticks)) <= 1600;
    if (goesOn) {
      this.#formerTicks += this.#ticks;
    } else {
      if (this.#open) this.#finish();
      this.#formerTicks = 0;
    }
    this.#timestamp = timestamp;
    this.#event = event;
    this.#ticks = 0;
    this.#open = true;
  }

  #finish(): void {
    this.#open = false;
    const digit = digitOf(this.#event);
    if (digit === undefined) return;
    this.received += digit;
    this.#onDigit(digit, Math.round((this.#formerTicks + this.#ticks) / this.#ticksPerMs));
  }
}
