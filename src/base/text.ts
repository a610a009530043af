/**
 * Text that others chose (peers, servers, certificates, files) made harmless for a terminal, a log and
 * JSON. Every exit to one of them goes through here. Pure.
 *
 *     value ─► clean ─► one line of words         value ─► jsonText ─► JSON, escaped as \uXXXX
 *     text ─► cleanLines ─► lines of words
 *
 * Taken out: control characters (C0, DEL, C1) and lone surrogates, which become U+FFFD; everything
 * that has no width of its own (direction marks and overrides, zero-width characters, variation
 * selectors, tags), which goes without a trace. JSON keeps all of it, escaped.
 */

/** UTF-16 units of the longest line that is shown; the whole is in JSON. */
export const LONGEST_LINE = 4_000;

const LINE_ENDS = /[\t\n\r\u0085\u2028\u2029]+ */g;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]|\p{Cs}/gu;
// deno-lint-ignore no-control-regex
const CONTROL_IN_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Cs}/gu;
/** Default_Ignorable_Code_Point (UAX #44), and the interlinear marks, which are none but show nothing. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|[\ufff9-\ufffb]/gu;
/** What JSON.stringify lets through and a terminal would act on. */
const UNSAFE_IN_JSON =
  /\p{Default_Ignorable_Code_Point}|[\u007f-\u009f\u2028\u2029\ufff9-\ufffb]/gu;
const REPLACEMENT = "\ufffd";

/**
 * One line that moves no cursor, turns no direction and hides nothing.
 * @param longest UTF-16 units; what is cut away is said by `…`
 */
export function clean(text: string, longest = LONGEST_LINE): string {
  const line = oneLine(text, longest);
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  return line.replace(CONTROL, REPLACEMENT).replace(INVISIBLE, "");
}

/** One line of bounded length and nothing more: for text that is escaped afterwards. */
export function oneLine(text: string, longest = LONGEST_LINE): string {
  return cut(text, longest).replace(LINE_ENDS, " ");
}

/** Several lines, and tabs; CRLF becomes LF. */
export function cleanLines(text: string): string {
  if (/^[\x20-\x7e\n\t]*$/.test(text)) return text;
  return text.replaceAll("\r\n", "\n").replace(/[\u2028\u2029]/g, " ")
    .replace(CONTROL_IN_LINES, REPLACEMENT).replace(INVISIBLE, "");
}

/** The value as JSON in which every character is a visible one; a reader gets the same value. */
export function jsonText(value: unknown, space?: number): string {
  return JSON.stringify(value, undefined, space).replace(UNSAFE_IN_JSON, escaped);
}

function escaped(character: string): string {
  let units = "";
  for (let at = 0; at < character.length; at++) {
    units += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }
  return units;
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
