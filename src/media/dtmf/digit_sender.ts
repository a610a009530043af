/**
 * Sends digits in place of the microphone: as telephone-events (RFC 4733), or as tones where those are
 * asked for or the peer takes no events. On the real-time path.
 *
 *     frame of a digit ──► event packet, or tone
 *     frames of the gap ──► the end packet twice more, then silence; or silence
 *     pause, idle ──► the microphone
 */
import { FRAME_MS, FRAME_SAMPLES } from "../../audio/mod.ts";
import type { MediaDigitWay } from "../../core/account/mod.ts";
import { RTP_HEADER_LENGTH, type RtpSender } from "../rtp/mod.ts";
import { type DigitFrame, DigitQueue, type DigitsSent } from "./digit_queue.ts";
import { END_PACKETS, EVENT_LENGTH, writeEvent } from "./telephone_event.ts";
import { ToneGenerator } from "./tone_generator.ts";

/** What becomes of a frame: the microphone, the sound in `tone`, or nothing more: it was sent. */
export type DigitOutcome = "microphone" | "tone" | "event";

/** telephone-event as the peer takes it. */
export interface EventFormat {
  payloadType: number;
  /** RTP clock of the durations, Hz. */
  clockRate: number;
}

export class DigitSender {
  /** 20 ms at 48 kHz, when the outcome is `tone`; valid until the next frame. */
  readonly tone = new Int16Array(FRAME_SAMPLES);
  readonly #sender: RtpSender;
  readonly #queue: DigitQueue;
  readonly #generator = new ToneGenerator();
  /** The event that is being sent: its digit, start in RTP ticks, and 20 ms frames so far. */
  #digit = "";
  #startTicks = 0;
  #frames = 0;

  /** @param onSent called when all digits of an `add` are out */
  constructor(sender: RtpSender, onSent: DigitsSent) {
    this.#sender = sender;
    this.#queue = new DigitQueue(onSent);
  }

  /** Digits that were sent completely, in order. */
  get sent(): string {
    return this.#queue.sent;
  }

  /** @throws OffhookError `usage` for a character that is no digit */
  add(digits: string, durationMs: number, by: MediaDigitWay): void {
    this.#queue.add(digits, durationMs, by);
  }

  /**
   * One frame of time.
   *
   * @param ticks its media time, RTP ticks
   * @param events undefined: tones
   */
  frame(ticks: number, events: EventFormat | undefined): DigitOutcome {
    const frame = this.#queue.next();
    if (frame.kind === "idle" || frame.kind === "pause") return "microphone";
    const tones = events === undefined || frame.by === "inband";
    return tones ? this.#sound(frame) : this.#event(frame, ticks, events);
  }

  #sound(frame: DigitFrame): DigitOutcome {
    if (frame.kind === "gap") this.tone.fill(0);
    else {
      this.#generator.generate(frame.digit, frame.index * FRAME_SAMPLES, frame.last, this.tone);
    }
    return "tone";
  }

  #event(frame: DigitFrame, ticks: number, events: EventFormat): DigitOutcome {
    if (frame.kind === "gap") {
      if (frame.index >= END_PACKETS - 1 || this.#digit === "") return this.#sound(frame);
      this.#send(events, false, true);
      return "event";
    }
    if (frame.index === 0 || this.#digit !== frame.digit) {
      this.#digit = frame.digit;
      this.#startTicks = ticks;
      this.#frames = 0;
    }
    this.#frames++;
    this.#send(events, ticks === this.#startTicks, frame.last);
    return "event";
  }

  /**
   * Deviation: where events have another clock than the sound, durations are in theirs (RFC 4733 §2.3)
   * and timestamps stay on the sound's, of which one SSRC has one only (RFC 7160 §4.1).
   */
  #send({ payloadType, clockRate }: EventFormat, marker: boolean, end: boolean): void {
    const duration = this.#frames * clockRate * FRAME_MS / 1000;
    writeEvent(this.#sender.packet(), RTP_HEADER_LENGTH, this.#digit, end, duration);
    this.#sender.send(marker, payloadType, this.#startTicks, EVENT_LENGTH);
  }
}
