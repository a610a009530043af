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

function sipUri(match: RegExpExecArray): ParsedUri | undefined {
  const [text, scheme, user, password, host, portText, parameters, headers] = match;
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
const ANGLE_URI = /\s*<([^<>]*)>/y;
/** Without brackets, `;` and `?` end the URI (RFC 3261 §20.10). */
const BARE_URI = /\s*([^\s<>,;?"]+)/y;
const PARAMETER =
  /\s*;\s*([A-Za-z0-9\-.!%*_+`'~]+)(?:\s*=\s*("(?:[^"\\]|\\[^])*"|[A-Za-z0-9\-.!%*_+`'~[\]:/@]*))?/y;
const COMMA = /\s*,\s*/y;
const REST = /\s*$/y;

/** A From, To, Refer-To, P-Asserted-Identity … value: exactly one name-addr or addr-spec. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const list = parseNameAddrList(value);
  return list?.length === 1 ? list[0] : undefined;
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
  const angle = match(ANGLE_URI, value, at);
  const bare = angle === null && displayName === undefined ? match(BARE_URI, value, at) : null;
  const found = angle ?? bare;
  if (found === null) return undefined;
  const uri = parseUri(found[1].trim());
  if (uri === undefined) return undefined;
  const { parameters, end } = parametersAt(value, at + found[0].length);
  return {
    ...(displayName === undefined || displayName === "" ? {} : { displayName }),
    uri,
    parameters,
    start,
    end,
  };
}

/** The `;name=value` parameters that begin at `from`. */
function parametersAt(
  value: string,
  from: number,
): { parameters: Map<string, string | null>; end: number } {
  const parameters = new Map<string, string | null>();
  let end = from;
  for (let found = match(PARAMETER, value, end); found; found = match(PARAMETER, value, end)) {
    parameters.set(found[1].toLowerCase(), found[2] ?? null);
    end += found[0].length;
  }
  return { parameters, end };
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
