/**
 * The lines of a vCard file: unfolded, decoded and taken apart.
 *
 *     bytes ─► physical lines ─► content lines (folds, soft breaks joined) ─► Property
 *
 * Folding may cut a character in half (RFC 6350 §3.2), so lines are joined as bytes, before they are
 * text. Reads 4.0 (RFC 6350), 3.0 (RFC 2426) and what is left of 2.1: bare parameters, character sets
 * and quoted-printable. Pure.
 */
import { Buffer } from "node:buffer";
import { decodeCharset, type ImportProblem } from "./decode.ts";
import { endOfHead, indexOutsideQuotes, splitOutsideQuotes } from "./vcard_text.ts";

export interface Parameter {
  /** Upper case. */
  name: string;
  values: string[];
}

/** A content line: `group.NAME;PARAM=value:value`. */
export interface Property {
  /** Line of the file where it begins, from 1. */
  line: number;
  /** Binds properties of one card together; "" when there is none. */
  group: string;
  /** Upper case. */
  name: string;
  parameters: Parameter[];
  /** Still escaped as the property's type has it. */
  value: string;
}

interface ContentLine {
  line: number;
  /** One character a byte. */
  bytes: string;
}

/** Every content line that can be read; the others are reported. */
export function readProperties(bytes: Uint8Array, problems: ImportProblem[]): Property[] {
  const properties: Property[] = [];
  for (const { line, bytes: text } of contentLines(withoutMark(bytes).toString("latin1"))) {
    const property = parseProperty(text, line);
    if (property !== undefined) properties.push(property);
    else problems.push({ line, why: `no property: "${excerpt(text)}"` });
  }
  return properties;
}

/** UTF-8 without a byte order mark; UTF-16 is brought to it. */
function withoutMark(bytes: Uint8Array): Buffer {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return utf16(bytes, "utf-16le");
  if (first === 0xfe && second === 0xff) return utf16(bytes, "utf-16be");
  const start = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
}

function utf16(bytes: Uint8Array, encoding: string): Buffer {
  return Buffer.from(new TextDecoder(encoding).decode(bytes), "utf8");
}

function excerpt(bytes: string): string {
  return decode(bytes, undefined).slice(0, 40);
}

/** Looked for here only: nobody's parameters before the value are longer. */
const MAX_HEAD = 1000;
const QUOTED_PRINTABLE = /^\s*(?:ENCODING\s*=\s*)?QUOTED-PRINTABLE\s*$/i;

function isQuotedPrintable(line: string): boolean {
  return hasParameter(line, QUOTED_PRINTABLE);
}

const BASE64 = /^\s*(?:ENCODING\s*=\s*)?(?:BASE64|B)\s*$/i;
const BASE64_LINE = /^[A-Za-z0-9+/]+={0,2}[ \t]*$/;

/** vCard 2.1 lets base64 go on without an indent, to an empty line; no property is without a colon. */
function continuesBase64(physical: string, head: string | undefined): boolean {
  return head !== undefined && BASE64_LINE.test(physical) && hasParameter(head, BASE64);
}

function hasParameter(line: string, wanted: RegExp): boolean {
  const start = line.slice(0, MAX_HEAD);
  const colon = indexOutsideQuotes(start, ":");
  return splitOutsideQuotes(start.slice(0, Math.max(0, colon)), ";")
    .some((parameter) => wanted.test(parameter));
}

function* contentLines(file: string): Generator<ContentLine, void> {
  let parts: string[] = [];
  let start = 1;
  let soft = false;
  let number = 0;
  for (const physical of file.split(/\r\n|\n|\r/)) {
    number++;
    if (soft) parts.push(physical);
    else if (parts.length > 0 && /^[ \t]/.test(physical)) parts.push(physical.slice(1));
    else if (continuesBase64(physical, parts[0])) parts.push(physical.trimEnd());
    else {
      if (parts.length > 0) yield { line: start, bytes: parts.join("") };
      parts = physical.trim() === "" ? [] : [physical];
      start = number;
    }
    // A quoted-printable value goes on where its line ends with "=" (RFC 2045 §6.7 rule 5).
    soft = physical.endsWith("=") && isQuotedPrintable(parts[0] ?? "");
    if (soft) parts.push(parts.pop()!.slice(0, -1));
  }
  if (parts.length > 0) yield { line: start, bytes: parts.join("") };
}

const HEAD = /^(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)$/;

/** @param text one character a byte; undefined when there is no name or no colon */
function parseProperty(text: string, line: number): Property | undefined {
  const colon = endOfHead(text);
  if (colon < 0) return undefined;
  const [head = "", ...rest] = splitOutsideQuotes(text.slice(0, colon), ";");
  const match = HEAD.exec(head.trim());
  if (match === null) return undefined;
  const parameters = rest.map(parseParameter).filter(isUsable);
  const [, group = "", name = ""] = match;
  const property = { line, group, name: name.toUpperCase(), parameters, value: "" };
  const charset = parameterValue(property, "CHARSET");
  const bytes = text.slice(colon + 1);
  if (parameterValue(property, "ENCODING")?.toUpperCase() === "QUOTED-PRINTABLE") {
    property.value = decode(fromQuotedPrintable(bytes), charset).replace(/\r\n|\n|\r/g, "\\n");
  } else {
    property.value = decode(bytes, charset);
  }
  // They described these bytes, not this text.
  property.parameters = parameters.filter(({ name, values }) =>
    name !== "CHARSET" && !(name === "ENCODING" && /^(quoted-printable|[78]bit)$/i.test(values[0]!))
  );
  return property;
}

/** vCard 2.1 leaves the name away: `TEL;WORK;QUOTED-PRINTABLE:`. */
const BARE_ENCODINGS = /^(quoted-printable|base64|[78]bit)$/i;

function parseParameter(bytes: string): Parameter {
  const text = decode(bytes, undefined);
  const equals = text.indexOf("=");
  const bareName = BARE_ENCODINGS.test(text.trim()) ? "ENCODING" : "TYPE";
  const name = equals < 0 ? bareName : text.slice(0, equals).trim().toUpperCase();
  const values = splitOutsideQuotes(text.slice(equals + 1), ",")
    .map((value) => fromCaret(value.trim().replace(/^"(.*)"$/s, "$1")))
    .filter((value) => value !== "");
  return { name, values };
}

function isUsable({ name, values }: Parameter): boolean {
  return values.length > 0 && /^[A-Z0-9_-]+$/.test(name);
}

/** RFC 6868 §3.2: characters that parameter values cannot hold. */
function fromCaret(value: string): string {
  return value.replace(/\^([n^'])/g, (_, code) => code === "n" ? "\n" : code === "'" ? '"' : "^");
}

/** The first value of a parameter. */
export function parameterValue(property: Property, name: string): string | undefined {
  return property.parameters.find((parameter) => parameter.name === name)?.values[0];
}

function decode(bytes: string, charset: string | undefined): string {
  // Most lines are ASCII, and those are the same in every character set that matters.
  if (charset === undefined && /^[\0-\x7f]*$/.test(bytes)) return bytes;
  return decodeCharset(Buffer.from(bytes, "latin1"), charset);
}

function fromQuotedPrintable(text: string): string {
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
