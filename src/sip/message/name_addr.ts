/**
 * Values of headers that name somebody (RFC 3261 §20.10, §25.1), and the parameters behind a value.
 *
 *     header value ─► parseNameAddr / parseNameAddrList ─► { displayName, uri, parameters }
 *
 * Pure. Never throws: what does not parse is `undefined`.
 */
import { type ParsedUri, readUri } from "./uri.ts";

export interface NameAddr {
  /** As inside a quoted-string: escapes kept. Absent when there is none. */
  displayName?: string;
  uri: ParsedUri;
  /** Header parameters: names in lower case, values as they stand (quotes kept); null: no value. */
  parameters: Map<string, string | null>;
  /** Offsets of this value in the header's value. */
  start: number;
  end: number;
  /** It is beyond the grammar, and clear. */
  isOdd?: true;
}

const QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
/** Tokens and spaces before `<`, as liberal as can be without a quote, a comma or a bracket. */
const DISPLAY_TOKENS = /[^<>",;:@()[\]\\]*(?=<)/y;
/**
 * What stands before `<scheme:` when it is no grammar: `Bob (work)`, `Doe, John`, `""Bob""`. A comma
 * belongs to it, as in front of it no URI has begun.
 */
const ODD_NAME = /([^<>]*)(?=<\s*[A-Za-z][A-Za-z0-9+.\-]*:)/y;
const ANGLE_URI = /\s*<([^<>]*)>/y;
/** Without brackets, `;` and `?` end the URI (RFC 3261 §20.10). */
const BARE_URI = /\s*([^\s<>,;?"]+)/y;
/** An empty one, as between `;;` or at the end, and odd characters in a value do no harm. */
const PARAMETER =
  /\s*;\s*(?:([A-Za-z0-9\-.!%*_+`'~]+)(?:\s*=\s*("(?:[^"\\]|\\[^])*"|[^\s;,<>"]*))?)?/y;
/** A token, a host or a quoted-string. */
const PLAIN_VALUE = /^(?:[A-Za-z0-9\-.!%*_+`'~[\]:]+|".*")$/s;
const COMMA = /\s*,\s*/y;
const REST = /\s*$/y;

/** A From, To, Refer-To, P-Asserted-Identity … value: exactly one name-addr or addr-spec. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const list = parseNameAddrList(value);
  return list?.length === 1 ? list[0] : undefined;
}

const MAX_ODD_LIST = 2_048;

/** Those of a list that can be read; the others are left out. */
export function readableNameAddrs(value: string): NameAddr[] {
  const whole = parseNameAddrList(value);
  // Beyond a sound length it is an attack on the search for the commas.
  if (whole !== undefined || value.length > MAX_ODD_LIST) return whole ?? [];
  const found: NameAddr[] = [];
  const parts = value.matchAll(/(?:"(?:[^"\\]|\\[^])*"|<[^<>]*>|[^",<]|["<])+/g);
  for (const part of parts) {
    const [item, ...more] = parseNameAddrList(part[0]) ?? [];
    if (item === undefined || more.length > 0) continue;
    found.push({ ...item, start: item.start + part.index, end: item.end + part.index });
  }
  return found;
}

/** A Contact, Route, Record-Route … value: one or more, comma-separated. Undefined: one is bad. */
export function parseNameAddrList(value: string): NameAddr[] | undefined {
  const list: NameAddr[] = [];
  let at = 0;
  while (true) {
    const item = nameAddrAt(value, at);
    if (item === undefined) return undefined;
    list.push(item);
    if (match(REST, value, item.end) !== null) return list;
    const comma = match(COMMA, value, item.end);
    if (comma === null) return undefined;
    at = item.end + comma[0].length;
  }
}

function nameAddrAt(value: string, from: number): NameAddr | undefined {
  const start = from + (/^\s*/.exec(value.slice(from, from + 64))?.[0].length ?? 0);
  let at = start;
  let displayName: string | undefined;
  const quoted = match(QUOTED, value, at);
  if (quoted !== null) {
    displayName = quoted[1];
    at += quoted[0].length;
  } else {
    const tokens = match(DISPLAY_TOKENS, value, at);
    if (tokens !== null) {
      displayName = tokens[0].trim();
      at += tokens[0].length;
    }
  }
  let isOdd = false;
  if (match(ANGLE_URI, value, at) === null && (displayName !== undefined || !isBare(value, at))) {
    const odd = match(ODD_NAME, value, start);
    if (odd === null) return undefined;
    if (!hasClosedQuotes(odd[0])) return undefined;
    displayName = quotedContent(odd[0]);
    isOdd = true;
    at = start + odd[0].length;
  }
  const angle = match(ANGLE_URI, value, at);
  const bare = angle === null && displayName === undefined ? match(BARE_URI, value, at) : null;
  const found = angle ?? bare;
  if (found === null) return undefined;
  const uri = readUri(found[1].trim());
  if (uri === undefined) return undefined;
  const { parameters, end, isOdd: hasOdd } = parametersAt(value, at + found[0].length);
  isOdd ||= uri.isOdd === true || hasOdd;
  return {
    ...(isOdd ? { isOdd } : {}),
    ...(displayName === undefined || displayName === "" ? {} : { displayName }),
    uri,
    parameters,
    start,
    end,
  };
}

/** An addr-spec begins here: a scheme, and a URI without brackets to its end. */
function isBare(value: string, at: number): boolean {
  const found = match(BARE_URI, value, at);
  if (found === null || readUri(found[1]) === undefined) return false;
  return match(/\s*(?:[;,]|$)/y, value, at + found[0].length) !== null;
}

/** RFC 4475 §3.1.2.6: where a quote is open, nobody knows where the name ends. */
function hasClosedQuotes(name: string): boolean {
  return (name.replace(/\\[^]/g, "").match(/"/g)?.length ?? 0) % 2 === 0;
}

/** An odd name as inside a quoted-string, without quotes around it. */
function quotedContent(name: string): string {
  return name.trim().replace(/^"+|"+$/g, "").trim().replace(/[\\"]/g, "\\$&");
}

/** The `;name=value` parameters that begin at `from`. */
function parametersAt(
  value: string,
  from: number,
): { parameters: Map<string, string | null>; end: number; isOdd: boolean } {
  const parameters = new Map<string, string | null>();
  let end = from;
  let isOdd = false;
  for (let found = match(PARAMETER, value, end); found; found = match(PARAMETER, value, end)) {
    const [, name, text] = found;
    if (name !== undefined) parameters.set(name.toLowerCase(), text ?? null);
    isOdd ||= name === undefined || text !== undefined && !PLAIN_VALUE.test(text);
    end += found[0].length;
  }
  return { parameters, end, isOdd };
}

/**
 * The value and parameters of headers like Event, Content-Type, Session-Expires:
 * `value *(;name=value)`. The first part in lower case.
 */
export function parseParameterised(
  value: string,
): { value: string; parameters: Map<string, string | null> } {
  const semicolon = value.indexOf(";");
  if (semicolon === -1) return { value: value.trim().toLowerCase(), parameters: new Map() };
  return {
    value: value.slice(0, semicolon).trim().toLowerCase(),
    parameters: parametersAt(value, semicolon).parameters,
  };
}

/** The inside of a quoted-string without escapes; other text as it is. */
export function unquoted(text: string): string {
  const inner = text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1)
    : text;
  return inner.replace(/\\([^])/g, "$1");
}

function match(pattern: RegExp, value: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(value);
}
