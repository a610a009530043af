/**
 * Digits on their way out, as a time line in frames. On the real-time path.
 *
 *     add("1w2") ──► next() every 20 ms ──► idle │ pause │ digit │ gap ──► … sent(command)
 *
 * What becomes of a digit, an event or a tone, is the caller's business.
 */
import { FRAME_MS } from "../../audio/mod.ts";
import type { MediaDigitWay } from "../../core/account/mod.ts";
import { type DigitStep, digitSteps } from "./digits.ts";

/** What this frame is. The one object is used again by the next call. */
export interface DigitFrame {
  kind: "idle" | "pause" | "gap" | "digit";
  digit: string;
  by: MediaDigitWay;
  /** Frames of this step before this one, and whether this is its last one. */
  index: number;
  last: boolean;
}

interface Command {
  digits: string;
  by: MediaDigitWay;
  steps: DigitStep[];
}

/** All digits of an `add` are out. */
export type DigitsSent = (digits: string, by: MediaDigitWay) => void;

export class DigitQueue {
  /** Digits that were sent completely. */
  sent = "";
  readonly #onSent: DigitsSent;
  readonly #commands: Command[] = [];
  readonly #frame: DigitFrame = {
    kind: "idle",
    digit: "",
    by: "rfc4733",
    index: 0,
    last: false,
  };
  /** Frames of the present step that are over. */
  #index = 0;

  /** @param onSent called when all digits of an `add` are out */
  constructor(onSent: DigitsSent) {
    this.#onSent = onSent;
  }

  /** @throws OffhookError `usage` for a character that is no digit */
  add(digits: string, durationMs: number, by: MediaDigitWay): void {
    const steps = digitSteps(digits, durationMs);
    if (steps.length === 0) this.#onSent(digits, by);
    else this.#commands.push({ digits, by, steps });
  }

  /** Moves on by one frame. */
  next(): DigitFrame {
    const frame = this.#frame;
    const command = this.#commands[0];
    const step = command?.steps[0];
    if (command === undefined || step === undefined) {
      frame.kind = "idle";
      return frame;
    }
    const frames = Math.max(1, Math.round(step.ms / FRAME_MS));
    frame.kind = step.kind;
    frame.digit = step.kind === "digit" ? step.digit : "";
    frame.by = command.by;
    frame.index = this.#index++;
    frame.last = this.#index === frames;
    if (frame.last) this.#advance(command, step);
    return frame;
  }

  #advance(command: Command, step: DigitStep): void {
    if (step.kind === "digit") this.sent += step.digit;
    this.#index = 0;
    command.steps.shift();
    if (command.steps.length > 0) return;
    this.#commands.shift();
    this.#onSent(command.digits, command.by);
  }
}
