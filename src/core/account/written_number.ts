/** What people write in telephone numbers besides what is dialled. Pure. */

/** Separators, dashes of every length, and the invisible marks that come with copied text. */
const FORMATTING =
  /[\s()./\-\u00ad\u00b7\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/g;
/** Of `+49 (0) 30` and `0049 (0)30`: the zero that is not dialled after a country code. */
const TRUNK_PREFIX = /^(\W*(?:\+|00)[\d\s]+)\(\s*0\s*\)/;

/**
 * A number without formatting. ITU-T E.123 (§2.7) forbids a trunk prefix in an international number;
 * people write it all the same.
 */
export function bareNumber(text: string): string {
  return text.replace(TRUNK_PREFIX, "$1").replace(FORMATTING, "");
}
