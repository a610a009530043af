/**
 * SIP, SIPS and TEL URIs and name-addr values, parsed as RFC 3261 §25.1 and RFC 3966 say.
 *
 *     header value ─► parseNameAddr / parseNameAddrList ─► { displayName, uri, parameters }
 *
 * SIP.js's grammar drops a message whose From or Contact is a tel: URI, decodes the user part and so
 * changes URIs that it sends back, and needs milliseconds per message. This one keeps the text of a
 * URI as it came. Pure: knows nothing of SIP.js. Never throws: what does not parse is `undefined`.
 */

/** A parsed URI. Parts keep their escapes; `text` is the whole as it stood. */
export interface ParsedUri {
  /** Lower case. */
  scheme: string;
  /** With escapes, without password; absent when there is none. TEL: the number. */
  user?: string;
  password?: string;
  /** As written; IPv6 in brackets. Empty for schemes other than sip and sips. */
  host: string;
  port?: number;
  /** Names in lower case, values as they stand; null: no value. */
  parameters: Map<string, string | null>;
  /** The text behind `?`, without it; empty when there is none. */
  headers: string;
  text: string;
  /** It is beyond the grammar, and clear. */
  isOdd?: true;
}

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

const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?\.?)`;
const USER_CHARACTERS = String.raw`(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})`;
const PASSWORD_CHARACTERS = String.raw`(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})`;
const PARAMETER_CHARACTERS = String.raw`(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$]|%[0-9A-Fa-f]{2})`;
const HEADER_CHARACTERS = String.raw`(?:[A-Za-z0-9\-_.!~*'()\[\]/?:+$=&]|%[0-9A-Fa-f]{2})`;

const SIP_URI = new RegExp(
  `^(sips?):(?:(${USER_CHARACTERS}+)(?::(${PASSWORD_CHARACTERS}*))?@)?(${HOST})(?::([0-9]{1,5}))?` +
    `((?:;${PARAMETER_CHARACTERS}+(?:=${PARAMETER_CHARACTERS}+)?)*)(?:\\?(${HEADER_CHARACTERS}+))?$`,
  "i",
);
/** RFC 3966 §3, parameters loosely. */
const TEL_URI = /^tel:(\+?[0-9A-Fa-f*#\-.()]+)((?:;[A-Za-z0-9-]+(?:=[^;>\s"<]*)?)*)$/i;
const ABSOLUTE_URI = /^([A-Za-z][A-Za-z0-9+\-.]*):[^\s<>"]+$/;

/**
 * What devices put into SIP URIs beyond the grammar: blanks, UTF-8 and other characters in the user,
 * empty, doubled and quoted parameters, a lone `%`. The parts are clear all the same.
 */
const LIBERAL_URI = new RegExp(
  `^(sips?):(?:([^@<>,"\\r\\n]+)@)?(${HOST})(?::([0-9]{1,5}))?((?:;[^?<>,\\s]*)?)(?:\\?([^<>\\s]*))?$`,
  "i",
);

/** The URI without its `?headers`, which no Request-URI may have (RFC 3261 §19.1.5). */
export function withoutHeaders(uri: ParsedUri): ParsedUri {
  if (uri.headers === "") return uri;
  return { ...uri, headers: "", text: uri.text.slice(0, uri.text.indexOf("?")) };
}

/**
 * A URI that a peer sent: as {@link parseUri}, and what is clear beyond the grammar. Blanks, which
 * would end a request line, are escaped in its text.
 */
export function readUri(text: string): ParsedUri | undefined {
  const strict = parseUri(text);
  if (strict !== undefined) return strict;
  const escaped = text.trim().replace(/[ \t]/g, (blank) => blank === " " ? "%20" : "%09");
  const match = LIBERAL_URI.exec(escaped);
  if (match === null) return undefined;
  const [whole, scheme, userinfo, host, port, parameters, headers] = match;
  const [user, password] = userinfo === undefined ? [] : splitOnce(userinfo, ":");
  const uri = sipUri([whole, scheme, user, password, host, port, parameters, headers]);
  return uri && { ...uri, isOdd: true };
}

function splitOnce(text: string, separator: string): (string | undefined)[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Any URI; of other schemes only scheme and text. */
export function parseUri(text: string): ParsedUri | undefined {
  const sip = SIP_URI.exec(text);
  if (sip !== null) return sipUri(sip);
  const scheme = ABSOLUTE_URI.exec(text)?.[1].toLowerCase();
  if (scheme === undefined || scheme === "sip" || scheme === "sips") return undefined;
  if (scheme !== "tel") return { scheme, host: "", parameters: new Map(), headers: "", text };
  const tel = TEL_URI.exec(text);
  if (tel === null) return undefined;
  return { scheme, user: tel[1], host: "", parameters: uriParameters(tel[2]), headers: "", text };
}

function sipUri(match: readonly (string | undefined)[]): ParsedUri | undefined {
  const [text = "", scheme = "", user, password, host = "", portText, parameters = "", headers] =
    match;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && port > 65_535) return undefined;
  return {
    scheme: scheme.toLowerCase(),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    host,
    ...(port === undefined ? {} : { port }),
    parameters: uriParameters(parameters),
    headers: headers ?? "",
    text,
  };
}

function uriParameters(text: string): Map<string, string | null> {
  const parameters = new Map<string, string | null>();
  for (const part of text.split(";")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals === -1) parameters.set(part.toLowerCase(), null);
    else parameters.set(part.slice(0, equals).toLowerCase(), part.slice(equals + 1));
  }
  return parameters;
}

/** The user part without escapes; as it stands when its escapes are no UTF-8. */
export function decodedUser(uri: ParsedUri): string {
  const user = uri.user ?? "";
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** Text as the user part of a SIP URI: everything else than unreserved and user-unreserved escaped. */
export function escapedUser(user: string): string {
  return encodeURIComponent(user)
    .replace(/%(?:26|3D|2B|24|2C|3B|3F|2F)/g, (escape) => decodeURIComponent(escape));
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
