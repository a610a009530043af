/**
 * The start line of a SIP message (RFC 3261 §7.1, §7.2). Pure.
 */

export interface StartLine {
  kind: "request" | "response";
  /** Requests only; empty in responses. */
  method: string;
  requestUri: string;
  /** Responses only; 0 in requests. */
  status: number;
  /** The status line lacks the blank before its reason phrase, which is empty. */
  lacksBlank: boolean;
  /** What is wrong with it, and the status that answers it. */
  fault: { reason: string; status: number } | undefined;
}

const STATUS_LINE = /^SIP\/(\d{1,5})\.(\d{1,5}) +(\d+)(?: |$)/i;
const VERSION = /^SIP\/(\d{1,5})\.(\d{1,5})$/i;
const TOKEN = /^[!%'*+\-.0-9A-Z_`a-z~]+$/;

/** A token of RFC 3261 §25.1. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Undefined when the line, without its CRLF, begins no SIP message at all. */
export function readStartLine(line: string): StartLine | undefined {
  const response = STATUS_LINE.exec(line);
  if (response === null) return readRequestLine(line);
  const status = Number(response[3]);
  const inRange = response[3].length === 3 && status >= 100 && status <= 699;
  return {
    kind: "response",
    method: "",
    requestUri: "",
    status,
    lacksBlank: !line.includes(" ", 8),
    fault: versionFault(response[1], response[2]) ??
      (inRange ? undefined : bad("its status code is not one of 100 to 699")),
  };
}

/** Method SP Request-URI SP SIP-Version, told apart also where it has more spaces. */
function readRequestLine(line: string): StartLine | undefined {
  const trimmed = line.trimEnd();
  const first = trimmed.indexOf(" ");
  const last = trimmed.lastIndexOf(" ");
  const version = VERSION.exec(trimmed.slice(last + 1));
  const method = trimmed.slice(0, first);
  if (first === last || version === null || !isToken(method)) return undefined;
  const requestUri = trimmed.slice(first + 1, last).trim();
  const exact = first + 1 + requestUri.length === last && trimmed.length === line.length;
  return {
    kind: "request",
    method,
    requestUri,
    status: 0,
    lacksBlank: false,
    fault: versionFault(version[1], version[2]) ??
      (exact ? undefined : bad("there is extra white space in its Request-Line")),
  };
}

function versionFault(major: string, minor: string): StartLine["fault"] {
  const ours = Number(major) === 2 && Number(minor) === 0;
  return ours ? undefined : { reason: "its SIP version is not 2.0", status: 505 };
}

function bad(reason: string): StartLine["fault"] {
  return { reason, status: 400 };
}
