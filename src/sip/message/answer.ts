/**
 * Responses written without SIP.js: to requests that it must not see, or that it would drop in silence
 * (RFC 3261 §8.2.6).
 */
import type { SipMessage } from "./sip_message.ts";
import { utf8Length } from "./scan.ts";

export interface AnswerOptions {
  reason?: string;
  /** Tag for To when the request has none; absent: a random one. */
  toTag?: string;
  /** Complete header lines without line ends. */
  headers?: string[];
  body?: { contentType: string; content: string };
}

const REASONS: Record<number, string> = {
  100: "Trying",
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  407: "Proxy Authentication Required",
  416: "Unsupported URI Scheme",
  420: "Bad Extension",
  423: "Interval Too Brief",
  480: "Temporarily Unavailable",
  481: "Call/Transaction Does Not Exist",
  500: "Server Internal Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "Version Not Supported",
};

/** Headers that a response copies from its request, in this order. */
const COPIED: [name: string, title: string][] = [
  ["via", "Via"],
  ["from", "From"],
  ["to", "To"],
  ["call-id", "Call-ID"],
  ["cseq", "CSeq"],
];

/**
 * The text of a response to `request`, which may be a malformed one: headers that it lacks are left
 * out. Line ends within reason, headers or copied values cannot inject headers: they become spaces.
 */
export function answer(request: SipMessage, status: number, options: AnswerOptions = {}): string {
  const lines = [`SIP/2.0 ${status} ${options.reason ?? REASONS[status] ?? "Unknown"}`];
  for (const [name, title] of COPIED) {
    for (const field of request.headers) {
      if (field.name !== name) continue;
      lines.push(`${title}: ${name === "to" ? tagged(field.value, status, options) : field.value}`);
      // Only Via may stand several times; a malformed request is not to be mirrored whole.
      if (name !== "via") break;
    }
  }
  lines.push(...options.headers ?? []);
  const body = options.body;
  if (body !== undefined) lines.push(`Content-Type: ${body.contentType}`);
  lines.push(`Content-Length: ${body === undefined ? 0 : utf8Length(body.content)}`);
  const head = lines.map((line) => line.replace(/[\r\n]+/g, " ")).join("\r\n");
  return `${head}\r\n\r\n${body?.content ?? ""}`;
}

function tagged(to: string, status: number, options: AnswerOptions): string {
  if (status === 100 || /;\s*tag\s*=/i.test(to.slice(to.lastIndexOf(">") + 1))) return to;
  return `${to};tag=${options.toTag ?? randomToken()}`;
}

/** 64 random bits in base 36. */
export function randomToken(): string {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return words[0].toString(36) + words[1].toString(36);
}
