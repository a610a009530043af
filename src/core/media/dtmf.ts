/** The digits of DTMF and the pauses between them, as every face and every layer writes them. Pure. */
import type { Names } from "../../base/names/mod.ts";

/** In the order of event numbers 0–15 (RFC 4733 §3.2) and of the usages of a headset's phone keys. */
export const DTMF_DIGITS = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "*",
  "#",
  "A",
  "B",
  "C",
  "D",
] as const satisfies Names<16>;
export type DtmfDigit = (typeof DTMF_DIGITS)[number];

type Row = readonly [DtmfDigit, DtmfDigit, DtmfDigit, DtmfDigit];

/** Rows and columns as on a telephone: a digit's two frequencies (ITU-T Q.23). */
export const KEYPAD = [
  ["1", "2", "3", "A"],
  ["4", "5", "6", "B"],
  ["7", "8", "9", "C"],
  ["*", "0", "#", "D"],
] as const satisfies readonly [Row, Row, Row, Row];

/** What pauses a sequence, and for how long, ms. */
export const PAUSES_MS = { w: 1000, ",": 2000 } as const;

export function isDigit(character: string): character is DtmfDigit {
  return (DTMF_DIGITS as readonly string[]).includes(character);
}

/** The digits of a telephone without A to D: what people type while a call is on. */
export function isTelephoneKey(character: string): boolean {
  return isDigit(character) && !/[A-D]/.test(character);
}

export function isPause(character: string): character is keyof typeof PAUSES_MS {
  return Object.hasOwn(PAUSES_MS, character);
}

/** A sequence as it is sent: capital letters, small `w`, nothing between the digits. */
export function digitsOf(written: string): string {
  return written.toUpperCase().replaceAll("W", "w").replaceAll(/[\s-]/g, "");
}

/** The first character of a sequence that is neither digit nor pause. */
export function wrongDigit(digits: string): string | undefined {
  return [...digits].find((character) => !isDigit(character) && !isPause(character));
}

export const DIGITS_HINT = "Digits are 0-9 * # A-D; w pauses 1 s, a comma 2 s.";
