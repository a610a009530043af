/**
 * The Via header's value: read, and written for the transport that a message takes (RFC 3261 §18.1.1,
 * §18.2.1; RFC 3581).
 */

/** The topmost Via value (RFC 3261 §20.42). */
export interface ViaValue {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`, … */
  transport: string;
  /** As written; IPv6 in brackets. */
  host: string;
  port: number | undefined;
  branch: string | undefined;
  received: string | undefined;
  /** Empty string: asked for, not filled in; undefined: absent. */
  rport: string | undefined;
  /** Offsets of this one value in the text. */
  start: number;
  end: number;
}

const QUOTE = 34;
const COMMA = 44;
const SEMICOLON = 59;
const BACKSLASH = 92;
/** Any version: a request of another one is answered 505 along this very Via. */
const SENT =
  /^\s*SIP\s*\/\s*[0-9.]+\s*\/\s*([!%'*+\-.0-9A-Z_`a-z~]+)\s+(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_.-]+)\s*(?::\s*(\d{1,5})\s*)?$/i;

/**
 * Begins the Via host of a request of ours whose request URI is that of a strict router, which is then
 * its next hop. The flow's own Via takes its place before it goes out.
 */
export const STRICT_ROUTER = "strict-router.";

/** Reads the first Via value of `text[start, end)`; undefined when it is malformed. */
export function parseVia(text: string, start: number, end: number): ViaValue | undefined {
  const split = splitValue(text, start, end);
  return split === undefined ? undefined : fromParts(text, split.parts, start, split.end);
}

/** The parts between semicolons of the value that starts at `start` and ends at a comma or `end`. */
function splitValue(
  text: string,
  start: number,
  end: number,
): { parts: string[]; end: number } | undefined {
  const parts: string[] = [];
  let from = start;
  let quoted = false;
  let at = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === COMMA) break;
    else if (code === SEMICOLON) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (quoted) return undefined;
  const valueEnd = Math.min(at, end);
  parts.push(text.slice(from, valueEnd));
  return { parts, end: valueEnd };
}

function fromParts(
  text: string,
  parts: string[],
  start: number,
  end: number,
): ViaValue | undefined {
  const sent = SENT.exec(parts[0]);
  if (sent === null) return undefined;
  const port = sent[3] === undefined ? undefined : Number(sent[3]);
  if (port !== undefined && port > 65535) return undefined;
  const via: ViaValue = {
    transport: sent[1].toUpperCase(),
    host: sent[2],
    port,
    branch: undefined,
    received: undefined,
    rport: undefined,
    start: start + leadingSpace(parts[0]),
    end: end - trailingSpace(text, start, end),
  };
  for (let index = 1; index < parts.length; index++) {
    if (!readParameter(via, parts[index])) return undefined;
  }
  return via;
}

/** False: an empty parameter, or one without a name. */
function readParameter(via: ViaValue, part: string): boolean {
  const equals = part.indexOf("=");
  const name = parameterName(part);
  if (name === "") return false;
  const value = equals === -1 ? "" : part.slice(equals + 1).trim();
  if (name === "branch") via.branch = value;
  else if (name === "received") via.received = value;
  else if (name === "rport") via.rport = value;
  return true;
}

function parameterName(part: string): string {
  const equals = part.indexOf("=");
  return (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
}

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length;
}

function trailingSpace(text: string, start: number, end: number): number {
  const value = text.slice(start, end);
  return value.length - value.trimEnd().length;
}

/** A host as it stands in a URI or Via: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** A host without the brackets of an IPv6 literal. */
export function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** `host:port`, IPv6 in brackets. */
export function hostPort(address: { host: string; port: number }): string {
  return `${bracketed(address.host)}:${address.port}`;
}

/** The Via value of a request of ours. */
export function writeVia(transport: string, sentBy: string, branch: string): string {
  return `SIP/2.0/${transport} ${sentBy};branch=${branch};rport`;
}

/**
 * The top Via value of an incoming request with `received` and `rport` filled in: `received` whenever
 * sent-by is not the source address or rport was asked for (RFC 3261 §18.2.1, RFC 3581 §4).
 */
export function stampVia(
  value: string,
  via: ViaValue,
  source: { host: string; port: number },
): string {
  const asked = via.rport !== undefined;
  const differs = unbracketed(via.host).toLowerCase() !== source.host.toLowerCase();
  if (!asked && !differs && via.received === undefined) return value;
  // What the peer claims of itself is replaced: only the receiver knows.
  const parts = splitValue(value, 0, value.length)?.parts ?? [value];
  const kept = parts.filter((part, index) => index === 0 || !STAMPED.has(parameterName(part)));
  return `${kept.join(";")};received=${source.host}${asked ? `;rport=${source.port}` : ""}`;
}

const STAMPED = new Set(["received", "rport"]);
