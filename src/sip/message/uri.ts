/**
 * SIP, SIPS and TEL URIs, parsed as RFC 3261 §25.1 and RFC 3966 say; what headers put around them is in
 * `name_addr.ts`.
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
