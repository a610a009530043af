/**
 * Text as it is compared: case, diacritics and width do not count.
 *
 *     "Jürgen Größe"  ──fold──►  "jurgen grosse"      ──foldGerman──►  "juergen groesse"
 *
 * Pure.
 */

/** Letters that have no decomposition in Unicode, as people type them without the key. */
const SINGLE: Record<string, string> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "ł": "l",
  "đ": "d",
  "ð": "d",
  "þ": "th",
  "ħ": "h",
  "ı": "i",
  "ŋ": "n",
};

const MARKS = /\p{M}+/gu;
const SPECIAL = /[ßæœøłđðþħıŋ]/g;
const ASCII = /^[\0-\x7f]*$/;

/** Lower case, without diacritics, compatibility forms resolved; may be longer than `text`. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const plain = text.normalize("NFKD").replace(MARKS, "").toLowerCase();
  // İ and others get a mark only when they are lowered.
  return plain.replace(MARKS, "").replace(SPECIAL, (letter) => SINGLE[letter] ?? letter);
}

const EXPANDED: Record<string, string> = { "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa" };

/** The other usual spelling of umlauts (`mueller`), or undefined when there are none. */
export function foldExpanded(text: string): string | undefined {
  const composed = text.normalize("NFC").toLowerCase();
  const expanded = composed.replace(/[äöüøå]/g, (letter) => EXPANDED[letter] ?? letter);
  return expanded === composed ? undefined : fold(expanded);
}

/** Compares by code units of the folded text: the same order on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Text that SQLite and line formats can hold: well-formed, no NUL, other controls as spaces. */
export function singleLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

/** The same with line ends kept, as `\n`. */
export function multiLine(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?/g, "\n");
  // deno-lint-ignore no-control-regex
  return lines.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]+/g, " ").trim();
}
