/**
 * What every SIP message must have (RFC 3261 §8.1.1, §8.2.2.1, §16.3, §20; RFC 4475). Pure; each check
 * says what is wrong and which status answers it.
 */
import { isCallable } from "./schemes.ts";
import type { SipMessage } from "./sip_message.ts";

export interface CheckFault {
  reason: string;
  status: number;
}

/** Headers that every message has, and with them those that stand once (§7.3.1, RFC 4475 §3.3.8). */
export const REQUIRED = ["from", "to", "call-id", "cseq"];
export const ONCE = new Set([...REQUIRED, "max-forwards", "content-length", "content-type"]);
/** CSeq, RFC 3261 §8.1.1.5: below 2³¹. */
const CSEQ_LIMIT = 2 ** 31;

export function checkRequest(message: SipMessage): CheckFault | undefined {
  return checkCommon(message) ?? checkRequestUri(message.requestUri);
}

export function checkResponse(message: SipMessage): CheckFault | undefined {
  return checkCommon(message);
}

function bad(reason: string): CheckFault {
  return { reason, status: 400 };
}

function checkCommon(message: SipMessage): CheckFault | undefined {
  const seen = new Map<string, string>();
  for (const { name, value } of message.headers) {
    if (ONCE.has(name)) {
      if (seen.has(name)) return bad(`it has ${titled(name)} more than once`);
      seen.set(name, value);
    }
  }
  for (const name of REQUIRED) {
    if (!seen.get(name)) return bad(`it has no ${titled(name)}`);
  }
  return checkCSeq(message, seen.get("cseq")!) ??
    checkNumber(seen.get("content-length"), "Content-Length", 2 ** 32) ??
    (message.kind === "request" ? checkForRequest(message, seen) : undefined);
}

/** What a response may get wrong: nobody forwards it, and its addresses are our own words. */
function checkForRequest(
  message: SipMessage,
  seen: ReadonlyMap<string, string>,
): CheckFault | undefined {
  return checkNumber(seen.get("max-forwards"), "Max-Forwards", 255) ?? checkAddresses(message);
}

function checkCSeq(message: SipMessage, value: string): CheckFault | undefined {
  const parts = /^(\d{1,20})\s+(\S+)$/.exec(value);
  if (parts === null) return bad("its CSeq is malformed");
  if (Number(parts[1]) >= CSEQ_LIMIT) return bad("its CSeq number is not below 2^31");
  if (message.kind === "request" && parts[2] !== message.method) {
    return bad(`its CSeq names ${parts[2].slice(0, 40)}, its Request-Line another method`);
  }
  return undefined;
}

function checkNumber(value: string | undefined, name: string, max: number): CheckFault | undefined {
  if (value === undefined) return undefined;
  const sound = /^\d{1,20}$/.test(value) && Number(value) <= max;
  return sound ? undefined : bad(`its ${name} is not a number from 0 to ${max}`);
}

function checkAddresses(message: SipMessage): CheckFault | undefined {
  for (const { name, value } of message.headers) {
    if (name !== "from" && name !== "to" && name !== "contact") continue;
    if (name === "contact" && value === "*") continue;
    const reason = addressFault(value);
    if (reason !== undefined) return bad(`its ${titled(name)} ${reason}`);
  }
  return undefined;
}

/**
 * Structure of a name-addr or addr-spec: quotes and angle brackets closed, a URI inside, and an
 * addr-spec outside brackets without `?` (RFC 3261 §20.10). Deviation: a name that is no quoted-string
 * and no tokens (RFC 4475 §3.1.2.15) and blanks around a URI (§3.1.2.14) are clear, and taken.
 */
function addressFault(value: string): string | undefined {
  const bare = withoutQuoted(value);
  if (bare === undefined) return "has an unclosed quote";
  const open = bare.indexOf("<");
  if (open === -1) {
    if (bare.includes(">")) return "has an unmatched angle bracket";
    if (bare.split(";", 1)[0].includes("?")) return "has URI headers outside angle brackets";
    return bare.includes(":") ? undefined : "names no URI";
  }
  const close = bare.indexOf(">", open);
  if (close === -1) return "has an unmatched angle bracket";
  return bare.slice(open + 1, close).includes(":") ? undefined : "names no URI";
}

/** The value with quoted strings emptied; undefined when one is not closed. */
function withoutQuoted(value: string): string | undefined {
  if (!value.includes('"')) return value;
  let bare = "";
  let from = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (quoted && code === 92) at++;
    else if (code === 34) {
      if (!quoted) bare += value.slice(from, at);
      quoted = !quoted;
      from = at + 1;
    }
  }
  return quoted ? undefined : bare + value.slice(from);
}

function checkRequestUri(uri: string): CheckFault | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):./.exec(uri);
  if (scheme === null) return bad("its request URI is malformed");
  const name = scheme[1].toLowerCase();
  if (!isCallable(name)) {
    return { reason: `it is for a ${name}: URI, which is not taken here`, status: 416 };
  }
  if (/[\s<>]/.test(uri)) return bad("its request URI is malformed");
  if (name !== "tel" && uri.indexOf("?", uri.lastIndexOf("@") + 1) !== -1) {
    return bad("its request URI has headers");
  }
  return undefined;
}

function titled(name: string): string {
  if (name === "call-id") return "Call-ID";
  if (name === "cseq") return "CSeq";
  return name.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join("-");
}
