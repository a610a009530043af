/**
 * Telephone numbers as people write them, brought to one form so that they can be compared.
 *
 *     "+49 (0)30 12-34", "0049301234", "030/1234" (plan 49, "0") ──► "+49301234"
 *     "200", "*97"                                                ──► as they are
 *
 * Pure. ITU-T E.123 and E.164 for what is written, RFC 3966 for `tel:`.
 */

import { bareNumber } from "../../core/account/mod.ts";

/** How numbers are dialled where the phone stands. Without a country code, only `+` is international. */
export interface NumberPlan {
  /** Digits without `+`: "49", "1". */
  countryCode?: string;
  /** What stands before a national number: "0", "1", or "" where there is none (Spain, Italy). */
  nationalPrefix?: string;
  /** Default: "00". In North America "011". */
  internationalPrefixes?: readonly string[];
}

/** Shorter ones are extensions and services: never taken for the end of a longer number. */
export const MIN_SUBSCRIBER_DIGITS = 7;
/** After the national prefix: 0-110 is an emergency call behind an outside line, no subscriber. */
const MIN_NATIONAL_DIGITS = 4;

/** E.164 has 15 digits; with formatting, an extension and pauses nobody needs more. */
const MAX_WRITTEN_LENGTH = 100;

const DIGIT_ZEROS = [0x660, 0x6f0, 0x966];
const FOREIGN_DIGITS = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;
/** Extensions and pauses after a number are not part of it. */
const AFTER_NUMBER = /[;,pw]|\s*(?:ext\.?|x)\s*\d.*$/i;
const NUMBER = /^\+?[\d*#]+$/;

/**
 * Digits, `*` and `#` in the order they are dialled, `+` only at the start; undefined when the text is
 * no telephone number.
 */
export function dialledDigits(text: string): string | undefined {
  if (text.length > MAX_WRITTEN_LENGTH) return undefined;
  const ascii = text.normalize("NFKC").replace(FOREIGN_DIGITS, asciiDigit);
  const after = AFTER_NUMBER.exec(ascii);
  const number = (after === null ? ascii : ascii.slice(0, after.index)).trim();
  const digits = bareNumber(number);
  return NUMBER.test(digits) ? digits : undefined;
}

function asciiDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  const zero = DIGIT_ZEROS.findLast((start) => start <= code) ?? code;
  return String(code - zero);
}

/** The one form of a number: `+` and E.164 digits when that is known, else what is dialled. */
export function canonicalNumber(text: string, plan: NumberPlan): string | undefined {
  const dialled = dialledDigits(text);
  return dialled === undefined ? undefined : internationalForm(dialled, plan);
}

function internationalForm(dialled: string, plan: NumberPlan): string {
  if (dialled.startsWith("+")) return dialled;
  for (const prefix of plan.internationalPrefixes ?? ["00"]) {
    const rest = dialled.slice(prefix.length);
    if (prefix !== "" && dialled.startsWith(prefix) && isDigits(rest, MIN_SUBSCRIBER_DIGITS)) {
      return `+${rest}`;
    }
  }
  const { countryCode, nationalPrefix } = plan;
  if (!countryCode || nationalPrefix === undefined || !dialled.startsWith(nationalPrefix)) {
    return dialled;
  }
  const rest = dialled.slice(nationalPrefix.length);
  const least = nationalPrefix === "" ? MIN_SUBSCRIBER_DIGITS : MIN_NATIONAL_DIGITS;
  return isDigits(rest, least) ? `+${countryCode}${rest}` : dialled;
}

function isDigits(text: string, least: number): boolean {
  return text.length >= least && /^\d+$/.test(text);
}

/** How a canonical number is dialled inside its country; undefined for numbers of other countries. */
export function nationalForm(canonical: string, plan: NumberPlan): string | undefined {
  const { countryCode, nationalPrefix } = plan;
  if (!countryCode || nationalPrefix === undefined) return undefined;
  const start = `+${countryCode}`;
  return canonical.startsWith(start) ? nationalPrefix + canonical.slice(start.length) : undefined;
}

/** Digits without `+` and leading zeros: what two spellings of one number share at their end. */
export function significantDigits(canonical: string): string {
  return canonical.replace(/^[+0]+/, "");
}

/**
 * Whether two canonical numbers are one although only one of them says its country: the shorter is
 * the end of the longer. Two international ones are the same only when they are equal.
 */
export function sameSubscriber(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.startsWith("+") && b.startsWith("+")) return false;
  const [short, long] = [significantDigits(a), significantDigits(b)]
    .sort((x, y) => x.length - y.length) as [string, string];
  return short.length >= MIN_SUBSCRIBER_DIGITS && long.endsWith(short);
}
