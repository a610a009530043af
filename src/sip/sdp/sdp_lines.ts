/**
 * The lines of an SDP text, and its m= lines, as liberally as their meaning is clear.
 *
 *     text ─► sdpLines ─► lines without what devices add ─► mediaLines ─► one entry for each m= line
 *
 * What is mended: a byte order mark, empty lines and blanks around lines, NULs behind the text, blanks
 * around `=` and behind an attribute's colon, several blanks between words, commas between formats, the
 * case of attribute names and network types. An m= line without format,
 * as refused streams often have, and one that makes no sense keep their place: an answer has as many
 * m= lines as its offer (RFC 3264 §6). Pure; never throws.
 */

/** One m= line, as much of it as refusing it needs. */
export interface MediaLine {
  media: string;
  protocol: string;
  /** Never empty: RFC 8866 §9 wants one format at least. */
  formats: string;
}

export interface ReadMediaLine extends MediaLine {
  port: number;
  /** The line when it could not be understood: it is good for a refusal only. */
  unreadable?: string;
}

const MEDIA_LINE = /^m=([A-Za-z0-9\-]+) +([0-9]+)(?:\/[0-9]+)? +([A-Za-z0-9/\-.]+)(?: +(\S.*))?$/;
/** Stands for the formats of a line that has none, and the protocol of one that cannot be read. */
const NO_FORMAT = "0";
const UNKNOWN_PROTOCOL = "RTP/AVP";

/** The lines that say something. */
export function sdpLines(text: string): string[] {
  return text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).map(tidied).filter((line) => line !== "");
}

function tidied(line: string): string {
  return line.replaceAll("\0", "").trim()
    .replace(/^([a-z])[ \t]*=[ \t]*/i, (_, type: string) => `${type.toLowerCase()}=`)
    .replace(/^a=[A-Za-z0-9\-]+/, (name) => name.toLowerCase())
    .replace(/^(a=[a-z0-9\-]+)[ \t]*:[ \t]+/, "$1:")
    .replace(/^(?:[mc]=|a=rtpmap:).*$/, (words) => words.replace(/[ \t]+/g, " "))
    .replace(/^m=.*,.*$/, (words) => words.replace(/[ ,]+/g, " ").trimEnd())
    .replace(/^c=in ip[46] /i, (network) => `c=${network.slice(2).toUpperCase()}`);
}

export function mediaLines(lines: readonly string[]): ReadMediaLine[] {
  return lines.filter((line) => line.startsWith("m=")).map(mediaLine);
}

function mediaLine(line: string): ReadMediaLine {
  const match = MEDIA_LINE.exec(line);
  const port = Number(match?.[2]);
  if (match !== null && port <= 65_535) {
    const [, media, , protocol, formats = NO_FORMAT] = match;
    return { media: media.toLowerCase(), port, protocol, formats };
  }
  const media = /^m=([A-Za-z0-9\-]+)/.exec(line)?.[1].toLowerCase() ?? "application";
  return { media, port: 0, protocol: UNKNOWN_PROTOCOL, formats: NO_FORMAT, unreadable: line };
}

/** `a=` lines without their `a=`, of a part of a description. */
export interface Attributes {
  session: readonly string[];
  media: readonly string[];
}

/** @param index which of the m= lines */
export function attributesOf(lines: readonly string[], index: number): Attributes {
  const starts = lines.flatMap((line, at) => line.startsWith("m=") ? [at] : []);
  return {
    session: attributes(lines.slice(0, starts[0])),
    media: attributes(lines.slice(starts[index], starts[index + 1])),
  };
}

function attributes(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("a=")).map((line) => line.slice(2));
}

/** What stands behind the colon of each attribute of a name, at most `most` of them. */
export function valuesOf(attributes: readonly string[], name: string, most: number): string[] {
  const start = `${name}:`;
  return attributes.filter((line) => line.startsWith(start)).slice(0, most)
    .map((line) => line.slice(start.length));
}

/** Of the media, else of the session (RFC 8866 §6). */
export function valuesAt(from: Attributes, name: string, most: number): string[] {
  const own = valuesOf(from.media, name, most);
  return own.length > 0 ? own : valuesOf(from.session, name, most);
}
