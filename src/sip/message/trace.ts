/**
 * Trace of SIP messages: every message with time, direction, transport and peers, credentials redacted.
 *
 *     2026-01-31T12:00:00.000Z out udp 192.0.2.7:5060 -> 192.0.2.1:5060
 *     REGISTER sip:example.com SIP/2.0
 *     …
 *
 * What is redacted: the digest's response, nonces and opaque of (Proxy-)Authorization, the whole of a
 * credential of another scheme (Bearer, Basic), and in SDP `a=ice-pwd` and the keys of `a=crypto`,
 * `a=key-mgmt` and `k=`.
 */
import type { MESSAGE_DIRECTIONS } from "../../core/ports/mod.ts";
import type { TransportName } from "../../core/account/mod.ts";
import { cleanLines } from "../../base/mod.ts";
import { hostPort } from "./via.ts";

/** One message on the wire. */
export interface TraceRecord {
  /** Milliseconds since the Unix epoch. */
  time: number;
  direction: (typeof MESSAGE_DIRECTIONS)[number];
  transport: TransportName;
  local: { host: string; port: number };
  remote: { host: string; port: number };
  /** The message as it stood on the wire. */
  text: string;
}

/** Receives every message; must not throw and must not wait. */
export type TraceSink = (record: TraceRecord) => void;

/** A sink that writes each record as text, redacted, followed by an empty line. */
export function textTrace(write: (text: string) => void): TraceSink {
  return (record) =>
    write(`${traceLine(record)}\n${cleanLines(redacted(record.text)).trimEnd()}\n\n`);
}

/** The line above a message. */
function traceLine({ time, direction, transport, local, remote }: TraceRecord): string {
  const [from, to] = direction === "out" ? [local, remote] : [remote, local];
  const when = new Date(time).toISOString();
  return `${when} ${direction} ${transport} ${hostPort(from)} -> ${hostPort(to)}`;
}

const MARK = "[redacted]";
const SECRET_PARAMETERS = /\b(response|nonce|cnonce|opaque)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+)/gi;

/** A message without its credentials; everything else stays, line for line. */
export function redacted(text: string): string {
  const lines = text.split("\n");
  // Scheme of the credentials under way; empty: its name is still to come on a folded line.
  let scheme: string | undefined;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index];
    if (!/^[ \t]/.test(line)) {
      scheme = /^(?:proxy-)?authorization[ \t]*:/i.test(line) ? "" : undefined;
    }
    if (scheme === undefined) lines[index] = withoutKeys(line);
    else [lines[index], scheme] = withoutCredentials(line, scheme);
  }
  return lines.join("\n");
}

const LINE = /^((?:[^\s:]+[ \t]*:)?[ \t]*)(.*?)(\r?)$/;

/** The line without its secrets, and the scheme as far as it is known by now. */
function withoutCredentials(line: string, scheme: string): [line: string, scheme: string] {
  const [, head = "", rest = "", end = ""] = LINE.exec(line) ?? [];
  const known = scheme || rest.split(/[ \t]/, 1)[0].toLowerCase();
  if (known === "digest" || known === "") {
    return [line.replace(SECRET_PARAMETERS, hidden), known];
  }
  const shown = scheme === "" ? `${rest.slice(0, known.length)} ${MARK}` : MARK;
  return [`${head}${shown}${end}`, known];
}

function hidden(_all: string, name: string, value: string): string {
  return value.startsWith('"') ? `${name}="${MARK}"` : `${name}=${MARK}`;
}

/** Lines of SDP that hold a secret and nothing else (RFC 8839 §5.4, RFC 4567 §3, RFC 4566 §5.12). */
const SECRET_LINE = /^(a=ice-pwd:|a=key-mgmt:|k=)[^\r]*/i;

function withoutKeys(line: string): string {
  if (/^a=crypto:/i.test(line)) return line.replace(/\binline:[^|\s;]+/gi, `inline:${MARK}`);
  return line.replace(SECRET_LINE, `$1${MARK}`);
}
