/**
 * Escaping and folding of vCard values (RFC 6350 §3.3, §3.4; the same in RFC 2426). Pure.
 */

/** Escapes a text value, or one component of a structured one. */
export function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, "\\$&").replace(/\n/g, "\\n");
}

/** What is escaped without need (`\:`) loses its backslash too: several programs write it. */
export function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_, code) => code === "n" || code === "N" ? "\n" : code);
}

/** Splits at separators that are not escaped; the parts are unescaped. */
export function splitText(value: string, separator: "," | ";"): string[] {
  return splitRaw(value, separator).map(unescapeText);
}

/** The same with the parts still escaped. */
export function splitRaw(value: string, separator: "," | ";"): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === "\\") at++;
    else if (value[at] === separator) {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, value.slice(start)];
}

/** A parameter value, quoted where the grammar needs it (RFC 6350 §3.3, RFC 6868). */
export function formatParameter(value: string): string {
  const escaped = value.replace(/\^/g, "^^").replace(/\n/g, "^n").replace(/"/g, "^'");
  return /[:;,]/.test(escaped) ? `"${escaped}"` : escaped;
}

/** Octets of a line without its end (RFC 6350 §3.2). */
const MAX_OCTETS = 75;

/** One content line with its line ends, folded between characters. */
export function foldLine(line: string): string {
  // UTF-8 never needs more than three octets for a code unit.
  if (line.length * 3 <= MAX_OCTETS) return `${line}\r\n`;
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const size = utf8Length(character.codePointAt(0)!);
    if (octets + size > MAX_OCTETS) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return `${folded}\r\n`;
}

function utf8Length(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** Where name and parameters of a content line end and its value begins: the colon, or −1. */
export function endOfHead(line: string): number {
  const colon = indexOutsideQuotes(line, ":");
  // A quote that never ends is no quote.
  return colon < 0 ? line.indexOf(":") : colon;
}

/** −1 when it does not occur outside of quotes. */
export function indexOutsideQuotes(text: string, wanted: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === wanted && !quoted) return at;
  }
  return -1;
}

export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
