/**
 * From a scanned message to the objects that SIP.js works with.
 *
 *     TransportLayer ─► SipMessage ─► libraryMessage ─► IncomingRequestMessage | …ResponseMessage
 *
 * It stands in for SIP.js's own parser, which (1) drops a message whose From, To or Contact is a tel:
 * URI, (2) silently drops what it cannot read, so that the peer retransmits into nothing, (3) takes
 * the last of several From, To, Call-ID or CSeq headers, (4) decodes its grammar's bytecode at every
 * header: milliseconds per message. Everything that SIP.js reads later with `parseHeader` is parsed
 * here and left in the message, so its grammar is not run at all for usual messages.
 */
import { canonicalName } from "./header_names.ts";
import {
  isCallable,
  type NameAddr,
  ONCE,
  parseNameAddrList,
  parseParameterised,
  parseUri,
  readableNameAddrs,
  readUri,
  REQUIRED,
  sdpPart,
  type SipMessage,
} from "../message/mod.ts";
import {
  IncomingRequestMessage,
  IncomingResponseMessage,
  NameAddrHeader,
} from "sip.js/lib/core/index.js";
import { LiteralUri } from "./overrides/mod.ts";

export type LibraryMessage = IncomingRequestMessage | IncomingResponseMessage;

/** What makes a message unusable, and the status that a request gets for it. */
export class MalformedMessage extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Headers with one name-addr, and with a list of them, that SIP.js reads. */
const NAME_ADDRS = new Set(["from", "to", "refer-to", "referred-by"]);
const NAME_ADDR_LISTS = new Set(["contact", "record-route"]);

/** Stands for an address that cannot be read. */
const UNKNOWN_URI = "sip:anonymous@anonymous.invalid";

/**
 * Told the name of a header that is malformed.
 * @param isLost it has no meaning, and was left out of a response; else it was read all the same
 */
export type Remark = (header: string, isLost: boolean) => void;

interface StoredHeader {
  raw: string;
  parsed?: unknown;
}

/** The fields that SIP.js's own parser writes; its declarations call some of them read-only. */
interface Fields {
  headers: Record<string, StoredHeader[]>;
  via: unknown;
  viaBranch: string;
  from: NameAddrHeader;
  fromTag: string | undefined;
  to: NameAddrHeader;
  toTag: string | undefined;
  referTo?: NameAddrHeader;
  method: string;
  ruri: LiteralUri;
  statusCode: number;
  reasonPhrase: string;
  callId: string;
  cseq: number;
  data: string;
  body: string;
}

/**
 * A response is read as far as it can be: whoever answers a call with an odd Contact talks already.
 * @throws MalformedMessage when a header that every message needs is missing or doubled, or in a request
 *   unreadable
 */
export function libraryMessage(source: SipMessage, remark: Remark = () => {}): LibraryMessage {
  const message = source.kind === "request"
    ? new IncomingRequestMessage()
    : new IncomingResponseMessage();
  const fields = message as unknown as Fields;
  fields.data = source.text;
  fields.method = source.method;
  if (source.kind === "request") fields.ruri = requestUri(source.requestUri, remark);
  else {
    fields.statusCode = source.status;
    fields.reasonPhrase = reasonOf(source.text);
  }
  addHeaders(fields, source, remark);
  requireSound(fields);
  fields.callId = source.callId;
  fields.cseq = source.cseq;
  fields.via = {
    transport: source.via.transport,
    host: source.via.host,
    port: source.via.port,
    branch: source.via.branch,
  };
  fields.viaBranch = source.via.branch ?? "";
  fields.body = bodyOf(source, fields);
  requireContentType(fields, source);
  unwrapDescription(fields);
  return message;
}

function requestUri(text: string, remark: Remark): LiteralUri {
  const uri = readUri(text);
  if (uri === undefined) throw new MalformedMessage(400, "Malformed Request-URI");
  if (uri.isOdd) remark("Request-URI", false);
  return new LiteralUri(uri);
}

function reasonOf(text: string): string {
  const line = text.slice(0, text.indexOf("\r\n"));
  return line.split(" ").slice(2).join(" ").trim();
}

function addHeaders(fields: Fields, source: SipMessage, remark: Remark): void {
  const reading = { mustRead: source.kind === "request", remark };
  const ofContact = reading.mustRead ? mayBeSource : mayBeTarget;
  const isTarget = setsTarget(source);
  for (const { name, value } of source.headers) {
    if (name === "contact" && isTarget) addNameAddrs(fields, name, value, reading, ofContact);
    else if (NAME_ADDR_LISTS.has(name)) addNameAddrs(fields, name, value, reading);
    else if (NAME_ADDRS.has(name)) addNameAddr(fields, name, value, reading);
    else store(fields, name, { raw: value, parsed: parsedValue(name, value) });
  }
}

/** Whether its Contact says where the requests of a dialog go from now on (RFC 3261 §12). */
function setsTarget({ kind, method, status }: SipMessage): boolean {
  return (method === "INVITE" || method === "UPDATE") && (kind === "request" || status < 300);
}

/** No request can be sent to `http:`, nor to port 0. */
function mayBeTarget({ uri }: NameAddr): boolean {
  return isCallable(uri.scheme) && uri.port !== 0;
}

/** Of a request the way back is known whatever its port says. */
function mayBeSource({ uri }: NameAddr): boolean {
  return isCallable(uri.scheme);
}

interface Reading {
  /** A header that is malformed beyond meaning is refused, not left out. */
  mustRead: boolean;
  remark: Remark;
}

function addNameAddrs(
  fields: Fields,
  name: string,
  value: string,
  reading: Reading,
  isUsable?: (item: NameAddr) => boolean,
): void {
  if (name === "contact" && value === "*" && isUsable === undefined) {
    store(fields, name, { raw: value });
    return;
  }
  const strict = parseNameAddrList(value);
  const isWhole = strict !== undefined && (isUsable === undefined || strict.every(isUsable));
  if (!isWhole && reading.mustRead) throw malformed(name);
  if (!isWhole || strict.some(({ isOdd }) => isOdd)) {
    reading.remark(canonicalName(name), !isWhole);
  }
  for (const item of strict ?? readableNameAddrs(value)) {
    if (isUsable?.(item) === false) continue;
    store(fields, name, {
      raw: value.slice(item.start, item.end),
      parsed: nameAddrHeader(item),
    });
  }
}

function malformed(name: string): MalformedMessage {
  return new MalformedMessage(400, `Malformed ${canonicalName(name)}`);
}

function addNameAddr(fields: Fields, name: string, value: string, reading: Reading): void {
  const list = parseNameAddrList(value);
  const isGood = list?.length === 1;
  if (!isGood && reading.mustRead) throw malformed(name);
  if (!isGood || list[0].isOdd) reading.remark(canonicalName(name), !isGood);
  const parsed = isGood ? nameAddrHeader(list[0]) : onlyTagged(value);
  store(fields, name, { raw: value, parsed });
  if (name === "from") {
    fields.from = parsed;
    fields.fromTag = parsed.getParam("tag") ?? undefined;
  } else if (name === "to") {
    fields.to = parsed;
    fields.toTag = parsed.getParam("tag") ?? undefined;
  } else if (name === "refer-to") {
    fields.referTo = parsed;
  }
}

/** Of a From or To in a response only the tag counts: the dialog has the addresses from the request. */
function onlyTagged(value: string): NameAddrHeader {
  const tag = /;\s*tag\s*=\s*([^\s;,<>"]+)[^<>"]*$/i.exec(value)?.[1];
  const parameters: Record<string, string> = tag === undefined ? {} : { tag };
  return new NameAddrHeader(new LiteralUri(parseUri(UNKNOWN_URI)!), "", parameters);
}

/** The values that SIP.js asks its grammar for, in the grammar's shape. */
function parsedValue(name: string, value: string): unknown {
  switch (name) {
    case "content-type":
      // SIP.js compares it with `application/sdp` as a whole.
      return parseParameterised(value).value;
    case "content-disposition":
      return { type: parseParameterised(value).value };
    case "event": {
      const { value: event, parameters } = parseParameterised(value);
      return { event, params: Object.fromEntries(parameters) };
    }
    case "www-authenticate":
    case "proxy-authenticate":
      // Not read by anybody; SIP.js deletes a challenge that its grammar does not know, as of Basic.
      return {};
    default:
      return undefined;
  }
}

function nameAddrHeader(item: NameAddr): NameAddrHeader {
  return new NameAddrHeader(
    new LiteralUri(item.uri),
    item.displayName ?? "",
    Object.fromEntries(item.parameters) as Record<string, string>,
  );
}

function store(fields: Fields, name: string, header: StoredHeader): void {
  const canonical = canonicalName(name);
  const known = fields.headers[canonical];
  if (known === undefined) fields.headers[canonical] = [header];
  else known.push(header);
}

function requireSound(fields: Fields): void {
  for (const name of [...REQUIRED, "via"]) {
    if (fields.headers[canonicalName(name)] === undefined) {
      throw new MalformedMessage(400, `Missing ${canonicalName(name)}`);
    }
  }
  for (const name of ONCE) {
    if ((fields.headers[canonicalName(name)]?.length ?? 0) > 1) {
      throw new MalformedMessage(400, `More than one ${canonicalName(name)}`);
    }
  }
}

/** RFC 3261 §20.15: a body needs a type, and SIP.js throws without one; an SDP says itself what it is. */
function requireContentType(fields: Fields, source: SipMessage): void {
  const header = fields.headers["Content-Type"]?.[0];
  if (fields.body === "" || header?.parsed) return;
  if (/^v=0\s/.test(fields.body)) {
    fields.headers["Content-Type"] = [{ raw: "application/sdp", parsed: "application/sdp" }];
    return;
  }
  if (source.kind === "request") throw new MalformedMessage(400, "Missing Content-Type");
  fields.body = "";
}

/** A description among several parts stands for the whole body: SIP.js looks for no other. */
function unwrapDescription(fields: Fields): void {
  const contentType = fields.headers["Content-Type"]?.[0];
  if (contentType === undefined) return;
  const sdp = sdpPart(contentType.raw, fields.body);
  if (sdp === undefined) return;
  fields.body = sdp;
  fields.headers["Content-Type"] = [{ raw: "application/sdp", parsed: "application/sdp" }];
}

/** The body in whole, or the part of it that Content-Length counts (in bytes). */
function bodyOf(source: SipMessage, fields: Fields): string {
  const body = source.text.slice(source.bodyStart);
  const length = fields.headers["Content-Length"]?.[0].raw;
  if (length === undefined || body === "") return body;
  const bytes = new TextEncoder().encode(body);
  const wanted = Number(length);
  return wanted >= bytes.length ? body : new TextDecoder().decode(bytes.subarray(0, wanted));
}
