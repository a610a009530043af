/**
 * Text that keeps its columns: what a name, a reason or a header may hold, made fit for a terminal.
 *
 * Wide characters count two, combining ones none. What terminals disagree about (joined emoji, skin
 * tones, flags, direction marks) is brought to the one form that all of them measure alike. Pure.
 */
import stringWidth from "string-width";
import { clean } from "../../base/mod.ts";

/** A skin tone, and what was joined on to an emoji. */
const JOINED = /[\u{1f3fb}-\u{1f3ff}]|\u200d(?:\p{Extended_Pictographic}|[♀♂])?/gu;
const FLAG = /[\u{1f1e6}-\u{1f1ff}]/gu;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** One harmless line that every terminal measures alike. */
export function cellText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return clean(text.normalize("NFC").replace(JOINED, ""))
    .replace(FLAG, (letter) => String.fromCharCode(65 + letter.codePointAt(0)! - 0x1f1e6));
}

const SPELLED: Readonly<Record<string, string>> = {
  "ä": "ae",
  "ö": "oe",
  "ü": "ue",
  "Ä": "Ae",
  "Ö": "Oe",
  "Ü": "Ue",
  "ß": "ss",
  "…": "...",
  "“": '"',
  "”": '"',
  "„": '"',
  "’": "'",
  "¿": "",
  "¡": "",
};

/** The same in ASCII; what has no likeness there is `?` for each of its columns. */
export function toAscii(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const spelled = text.normalize("NFC").replace(
    /[^\x20-\x7e]/gu,
    (letter) => SPELLED[letter] ?? letter,
  );
  return spelled.normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]/gu, (letter) => "?".repeat(width(letter)));
}

/** Columns that it takes. The short way also for rules and bars, which half of a screen is made of. */
export function width(text: string): number {
  if (/^[\x20-\x7e\u2500-\u259f]*$/.test(text)) return text.length;
  return stringWidth(text);
}

/** At most `columns` wide; what was cut away is said by `…`. */
export function clip(text: string, columns: number, ellipsis = "…"): string {
  if (columns <= 0) return "";
  if (width(text) <= columns) return text;
  let kept = "";
  let taken = 0;
  const room = columns - width(ellipsis);
  if (room < 0) return ellipsis.slice(0, columns);
  for (const { segment } of segmenter.segment(text)) {
    const wide = width(segment);
    if (taken + wide > room) break;
    kept += segment;
    taken += wide;
  }
  return kept + ellipsis;
}

export type Align = "left" | "right" | "centre";

/** Exactly `columns` wide. */
export function fit(
  text: string,
  columns: number,
  align: Align = "left",
  ellipsis = "…",
): string {
  const clipped = clip(text, columns, ellipsis);
  const room = Math.max(0, columns - width(clipped));
  if (align === "right") return " ".repeat(room) + clipped;
  if (align === "centre") {
    const left = room >> 1;
    return " ".repeat(left) + clipped + " ".repeat(room - left);
  }
  return clipped + " ".repeat(room);
}

/** Broken at spaces into lines of at most `columns`. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (width(longer) <= columns) line = longer;
    else {
      if (line !== "") lines.push(line);
      line = clip(word, columns);
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** The user part of a URI, or all of it: what a person calls a number. */
export function shortAddress(uri: string): string {
  const user = /^(?:sips?|tel):([^@;?]*)(?:@|;|$)/i.exec(uri)?.[1];
  if (user === undefined || user === "") return cellText(uri.replace(/^sips?:/i, ""));
  try {
    return cellText(decodeURIComponent(user));
  } catch {
    return cellText(user);
  }
}
