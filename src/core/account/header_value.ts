/**
 * The one place where text that a person typed becomes part of a SIP message.
 *
 *     display name, reason, extra header ──► checked, quoted ──► header line
 *
 * SIP.js writes header lines as it gets them: a line end inside a value would end the header and
 * begin another one. Nothing goes into a message that has not passed here. Pure.
 */
import type { ExtraHeader, PartyIdentity } from "./account.ts";
import { OffhookError } from "../../base/mod.ts";
import { resolveTarget } from "./target.ts";

/** Headers that the user agent writes itself, with their compact forms (RFC 3261 §7.3.3). */
const RESERVED = new Set([
  ...["via", "v", "call-id", "i", "cseq", "content-length", "l", "content-type", "c"],
  ...["from", "f", "to", "t", "contact", "m", "max-forwards", "route", "record-route"],
  ...["authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate"],
  ...["require", "proxy-require", "supported", "k", "allow", "user-agent", "rack", "rseq"],
  ...["session-expires", "x", "min-se", "content-encoding", "e", "content-disposition"],
  ...["refer-to", "r", "replaces", "event", "o"],
]);

/** token of RFC 3261 §25.1. */
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
/** Control characters that end a line, or that no header may hold; a tab is white space. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * A header value that cannot end its line.
 * @param name the header, as the error names it
 * @throws OffhookError `usage` for CR, LF, NUL, other control characters and lone surrogates
 */
export function headerValue(name: string, value: string): string {
  const bad = CONTROL.exec(value);
  if (bad !== null) {
    const code = bad[0].charCodeAt(0).toString(16).padStart(2, "0");
    throw new OffhookError("usage", `${name} contains the control character 0x${code}`, {
      hint: "A header value is one line of text.",
      data: { header: name, position: bad.index },
    });
  }
  if (!value.isWellFormed()) {
    throw new OffhookError("usage", `${name} is not well-formed Unicode`, {
      data: { header: name },
    });
  }
  return value.trim();
}

/**
 * The line `Name: value` of a header that a user adds.
 * @throws OffhookError `usage` when the name is no token or is one that the user agent writes itself
 */
export function extraHeaderLine(header: ExtraHeader): string {
  const { name } = header;
  if (!TOKEN.test(name)) {
    throw new OffhookError("usage", `${JSON.stringify(name)} is not a header name`, {
      hint: "A header name has letters, digits and -.!%*_+`'~ only.",
      data: { header: name },
    });
  }
  if (RESERVED.has(name.toLowerCase())) {
    throw new OffhookError("usage", `the header ${name} is written by offhook itself`, {
      hint: "Use another header, for example one that begins with X-.",
      data: { header: name },
    });
  }
  return `${name}: ${headerValue(name, header.value)}`;
}

/**
 * A display name as the inside of a quoted-string (RFC 3261 §25.1): SIP.js adds the quotes.
 * @throws OffhookError `usage`
 */
export function displayNameContent(value: string, name = "display name"): string {
  return headerValue(name, value).replace(/[\\"]/g, "\\$&");
}

/**
 * A quoted-string with its quotes.
 * @throws OffhookError `usage`
 */
export function quotedString(name: string, value: string): string {
  return `"${displayNameContent(value, name)}"`;
}

/**
 * A reason phrase for a status line.
 * @throws OffhookError `usage`
 */
export function reasonPhrase(value: string): string {
  return headerValue("reason", value);
}

/**
 * Before anything is sent: whether all of it may stand in a message.
 * @throws OffhookError `usage`, `invalid-target`
 */
export function checkSaid(
  { from, headers = [] }: { from?: PartyIdentity; headers?: ExtraHeader[] },
): void {
  headers.forEach(extraHeaderLine);
  if (from === undefined) return;
  displayNameContent(from.displayName ?? "", "--from");
  resolveTarget(from.uri);
}

/** `"Name" <URI>`. @throws OffhookError `usage` */
export function nameAddr({ uri, displayName = "" }: PartyIdentity): string {
  const address = `<${headerValue("address", uri)}>`;
  return displayName === "" ? address : `${quotedString("display name", displayName)} ${address}`;
}
