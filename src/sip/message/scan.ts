/**
 * A small scanner of SIP messages: the guard between the network and SIP.js, which drops silently,
 * or throws on, much of what it cannot parse.
 *
 *     bytes ── scanBytes ──► {ok, message} ──► transport layer ──► SIP.js
 *                        └─► {fault}: why; with what status to answer, or nothing: drop it
 *
 * It never throws and takes time linear in the message. It checks the frame of a message: start line,
 * header syntax, the headers that every message needs once, and their agreement (RFC 3261 §7, §8.1.1,
 * §18.3). What the values of other headers mean is for the layers above.
 */
import { concat } from "../../base/octets/mod.ts";
import { checkRequest, checkResponse } from "./checks.ts";
import { isToken, readStartLine } from "./start_line.ts";
import { header, type ScanResult, type SipMessage, splice } from "./sip_message.ts";
import { parseVia } from "./via.ts";

/** RFC 3261 §7.3.3 and the registered ones of later RFCs. */
const COMPACT_NAMES: Record<string, string> = {
  a: "accept-contact",
  b: "referred-by",
  c: "content-type",
  d: "request-disposition",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  j: "reject-contact",
  k: "supported",
  l: "content-length",
  m: "contact",
  o: "event",
  r: "refer-to",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
  y: "identity",
};

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
const CR = 13;
const LF = 10;

/**
 * Scans one datagram, WebSocket message or framed stream message. Bytes beyond Content-Length are cut
 * off (RFC 3261 §18.3); octets that are no UTF-8 become U+FFFD.
 */
export function scanBytes(received: Uint8Array): ScanResult {
  const bytes = withLineEnds(withoutLeadingLines(received));
  const text = decoder.decode(bytes);
  if (text.length === bytes.length) return scan(text, undefined);
  const bodyStart = headEnd(bytes);
  return scan(text, bodyStart === -1 ? undefined : bytes.subarray(bodyStart));
}

/** Line ends before the start line: RFC 3261 §7.5 has streams ignore them, and datagrams have them too. */
function withoutLeadingLines(bytes: Uint8Array): Uint8Array {
  let at = 0;
  while (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF)) {
    at += bytes[at] === LF ? 1 : 2;
  }
  return at === 0 ? bytes : bytes.subarray(at);
}

/**
 * A head whose lines end with bare LFs throughout, as scripts and small devices write it, with CRLFs; the
 * body stays as it is counted. Where both stand in one head, nobody knows what a lone LF means.
 */
function withLineEnds(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(LF);
  if (end === -1 || bytes[end - 1] === CR) return bytes;
  let at = end;
  while (at !== -1 && bytes[at + 1] !== LF) at = bytes.indexOf(LF, at + 1);
  if (at === -1 || bytes.subarray(0, at).includes(CR)) return bytes;
  const text = decoder.decode(bytes.subarray(0, at)).replaceAll("\n", "\r\n");
  return concat(encoder.encode(`${text}\r\n\r\n`), bytes.subarray(at + 2));
}

/** Scans a text that was never bytes: what SIP.js wants to send. */
export function scanText(text: string): ScanResult {
  return scan(text, undefined);
}

function scan(text: string, bodyBytes: Uint8Array | undefined): ScanResult {
  const lineEnd = text.indexOf("\r\n");
  if (lineEnd === -1) return fault("there is no CRLF in it");
  const message = emptyMessage(text);
  const line = text.slice(0, lineEnd);
  const start = readStartLine(line);
  if (start === undefined) return fault("it has no SIP start line");
  message.kind = start.kind;
  message.method = start.method;
  message.requestUri = start.requestUri;
  message.status = start.status;
  // Some peers leave out the blank before an empty reason phrase; SIP.js wants it.
  if (start.lacksBlank) message.text = `${line} ${text.slice(lineEnd)}`;
  const headerFault = readHeaders(message, message.text.indexOf("\r\n") + 2);
  const viaFault = readIdentity(message);
  const reason = start.fault ?? headerFault ?? viaFault;
  if (reason !== undefined) return faultOf(message, reason.reason, reason.status);
  if (message.kind === "response") settleLength(message);
  const check = message.kind === "request" ? checkRequest(message) : checkResponse(message);
  if (check !== undefined) return faultOf(message, check.reason, check.status);
  return cutBody(message, bodyBytes);
}

function emptyMessage(text: string): SipMessage {
  return {
    kind: "request",
    text,
    method: "",
    requestUri: "",
    status: 0,
    headers: [],
    via: {
      transport: "",
      host: "",
      port: undefined,
      branch: undefined,
      received: undefined,
      rport: undefined,
      start: 0,
      end: 0,
    },
    callId: "",
    cseq: 0,
    bodyStart: text.length,
  };
}

function fault(reason: string): ScanResult {
  return { ok: false, fault: { reason, status: undefined, message: undefined } };
}

/** Responses and ACKs are never answered, nor is a request that names no Via to copy. */
function faultOf(message: SipMessage, reason: string, status: number): ScanResult {
  const answerable = message.kind === "request" && message.method !== "ACK" &&
    header(message, "via") !== undefined;
  return { ok: false, fault: { reason, status: answerable ? status : undefined, message } };
}

interface ReadFault {
  reason: string;
  status: number;
}

function readHeaders(message: SipMessage, from: number): ReadFault | undefined {
  const { text } = message;
  let position = from;
  let malformed: string | undefined;
  while (true) {
    if (text.startsWith("\r\n", position)) {
      message.bodyStart = position + 2;
      break;
    }
    const start = position;
    let end = text.indexOf("\r\n", position);
    while (end !== -1 && isFold(text.charCodeAt(end + 2))) end = text.indexOf("\r\n", end + 2);
    if (end === -1) return { reason: "it ends within its headers", status: 400 };
    position = end + 2;
    const line = text.slice(start, end);
    const colon = line.indexOf(":");
    const name = colon === -1 ? "" : line.slice(0, colon).trimEnd();
    if (!isToken(name)) {
      // A response is read as far as it can be: who answers a call with an odd line talks already.
      if (message.kind === "request") malformed ??= "one of its header lines is no header";
      continue;
    }
    message.headers.push({
      name: fullName(name),
      value: unfolded(line.slice(colon + 1)),
      start,
      end: position,
    });
  }
  return malformed === undefined ? undefined : { reason: malformed, status: 400 };
}

function isFold(code: number): boolean {
  return code === 32 || code === 9;
}

function fullName(name: string): string {
  const lower = name.toLowerCase();
  return lower.length === 1 ? COMPACT_NAMES[lower] ?? lower : lower;
}

function unfolded(value: string): string {
  if (!value.includes("\r\n")) return value.trim();
  return value.split("\r\n").map((line) => line.trim()).join(" ").trim();
}

/** Via, Call-ID and CSeq as far as they can be read, also of a message that is then refused. */
function readIdentity(message: SipMessage): ReadFault | undefined {
  message.callId = header(message, "call-id") ?? "";
  const cseq = /^(\d+)\s+(\S+)$/.exec(header(message, "cseq") ?? "");
  if (cseq !== null) {
    message.cseq = Number(cseq[1]);
    if (message.kind === "response") message.method = cseq[2];
  }
  const field = message.headers.find((each) => each.name === "via");
  if (field === undefined) return { reason: "it has no Via", status: 400 };
  const valueStart = message.text.indexOf(":", field.start) + 1;
  const via = parseVia(message.text, valueStart, field.end - 2);
  if (via === undefined) return { reason: "its Via is malformed", status: 400 };
  message.via = via;
  return undefined;
}

/**
 * A Content-Length of a response that says nothing (`+83`, empty) is none: the datagram has an end. One
 * value twice is one. Two values are a fault.
 */
function settleLength(message: SipMessage): void {
  const seen = new Set<string>();
  message.headers = message.headers.filter(({ name, value }) => {
    if (name !== "content-length") return true;
    const isNew = /^\d+$/.test(value) && !seen.has(value);
    seen.add(value);
    return isNew;
  });
}

/** RFC 3261 §18.3: a short body is an error, a long one is cut. */
function cutBody(message: SipMessage, bodyBytes: Uint8Array | undefined): ScanResult {
  const stated = header(message, "content-length");
  if (stated === undefined) return { ok: true, message };
  const body = bodyBytes ?? message.text.slice(message.bodyStart);
  const length = typeof body === "string" ? utf8Length(body) : body.length;
  const wanted = Number(stated);
  if (wanted > length) {
    const reason = `its Content-Length is ${wanted}, its body has ${length} bytes`;
    return faultOf(message, reason, 400);
  }
  if (wanted < length) {
    const bytes = typeof body === "string" ? encoder.encode(body) : body;
    const kept = decoder.decode(bytes.subarray(0, wanted));
    message.text = message.text.slice(0, message.bodyStart) + kept;
  }
  return { ok: true, message };
}

/** Offset just behind the first empty line, −1 when there is none. */
export function headEnd(bytes: Uint8Array, from = 0): number {
  let at = bytes.indexOf(CR, from);
  while (at !== -1 && at + 3 < bytes.length) {
    if (bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF) return at + 4;
    at = bytes.indexOf(CR, at + 1);
  }
  return -1;
}

/** Length of a text in UTF-8, without encoding what is plain ASCII. */
export function utf8Length(text: string): number {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 127) return encoder.encode(text).length;
  }
  return text.length;
}

/** Replaces the topmost Via value, in the text, in `via` and in its header field. */
export function replaceVia(message: SipMessage, value: string): void {
  splice(message, message.via.start, message.via.end, value);
  message.via = parseVia(message.text, message.via.start, message.via.end) ?? message.via;
  const field = message.headers.find((each) => each.name === "via");
  if (field === undefined) return;
  const line = message.text.slice(field.start, field.end);
  field.value = unfolded(line.slice(line.indexOf(":") + 1));
}
