/**
 * DTMF digits as they are written, numbered (RFC 4733 §3.2) and sounded (ITU-T Q.23), and the time
 * line of a sequence of them. Pure.
 */
import { OffhookError } from "../../base/mod.ts";
import {
  DIGITS_HINT,
  digitsOf,
  DTMF_DIGITS,
  type DtmfDigit,
  isDigit,
  isPause,
  KEYPAD,
  PAUSES_MS,
} from "../../core/media/mod.ts";

/** The low frequency of each row of the keypad, and the high one of each column, Hz. */
export const LOW_GROUP = [697, 770, 852, 941] as const;
export const HIGH_GROUP = [1209, 1336, 1477, 1633] as const;

/** Silence after each digit, ms: room for the three end packets (Q.24 asks for 40 at least). */
const GAP_MS = 80;
/** Bounds of one digit, ms: Q.24's shortest, and the most that 16 bits of duration hold at 8 kHz. */
const MIN_DIGIT_MS = 40;
const MAX_DIGIT_MS = 8000;

/** A stretch of the time line. */
export type DigitStep =
  | { kind: "digit"; digit: string; ms: number }
  /** The silence that ends a digit. */
  | { kind: "gap"; ms: number }
  | { kind: "pause"; ms: number };

/**
 * The time line of a sequence.
 *
 * @param digits `0-9*#A-D` (either case), `w` a pause of 1 s, `,` one of 2 s; spaces and hyphens are
 *   skipped
 * @throws OffhookError `usage`, naming the character that is none of these
 */
export function digitSteps(digits: string, durationMs: number): DigitStep[] {
  const ms = Math.min(MAX_DIGIT_MS, Math.max(MIN_DIGIT_MS, durationMs));
  const steps: DigitStep[] = [];
  for (const character of digitsOf(digits)) {
    if (isPause(character)) steps.push({ kind: "pause", ms: PAUSES_MS[character] });
    else if (isDigit(character)) {
      steps.push({ kind: "digit", digit: character, ms }, { kind: "gap", ms: GAP_MS });
    } else {
      throw new OffhookError("usage", `"${character}" in "${digits}" is not a DTMF digit`, {
        hint: DIGITS_HINT,
        data: { digits, character },
      });
    }
  }
  return steps;
}

/** The event number of a digit; −1 for what is none. */
export function eventOf(digit: string): number {
  return (DTMF_DIGITS as readonly string[]).indexOf(digit.toUpperCase());
}

/** The digit of an event number; undefined for other events (tones, flash). */
export function digitOf(event: number): DtmfDigit | undefined {
  return DTMF_DIGITS[event];
}

/** The two frequencies of a digit, Hz. */
export function frequenciesOf(digit: string): readonly [number, number] {
  const keys = KEYPAD.flat() as string[];
  const at = keys.indexOf(digit);
  return [LOW_GROUP[Math.floor(at / 4)]!, HIGH_GROUP[at % 4]!];
}

/** The digit of a row and a column of the keypad. */
export function digitAt(row: number, column: number): DtmfDigit {
  return KEYPAD[row]![column]!;
}
