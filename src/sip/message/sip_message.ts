/** A SIP message as text with the offsets of its parts, and what reads and changes it. Pure. */
import type { StartLine } from "./start_line.ts";
import type { ViaValue } from "./via.ts";

/** One header field. */
export interface HeaderField {
  /** Full name in lower case; compact forms are expanded (`v` → `via`). */
  name: string;
  /** Unfolded and trimmed. */
  value: string;
  /** Offsets in the text: first character of the name, and just behind the last line's CRLF. */
  start: number;
  end: number;
}

/** A message whose frame is sound. Header values beyond those named here are not validated. */
export interface SipMessage {
  kind: StartLine["kind"];
  text: string;
  /** Of the request; of a response the one in its CSeq. */
  method: string;
  /** Requests only; empty in responses. */
  requestUri: string;
  /** Responses only; 0 in requests. */
  status: number;
  headers: HeaderField[];
  /** The topmost Via value. */
  via: ViaValue;
  callId: string;
  cseq: number;
  /** Offset of the body in `text`. */
  bodyStart: number;
}

/** Why a message is not taken. */
export interface ScanFault {
  /** What is malformed, for logs and as reason phrase. */
  reason: string;
  /** Status to answer with; undefined: a response, an ACK, or nothing that can be answered. */
  status: number | undefined;
  /** What could be read of it; `answer` needs it. */
  message: SipMessage | undefined;
}

export type ScanResult = { ok: true; message: SipMessage } | { ok: false; fault: ScanFault };

/** The first value of a header, by its full name in lower case. */
export function header(message: SipMessage, name: string): string | undefined {
  for (const field of message.headers) if (field.name === name) return field.value;
  return undefined;
}

/** Every field of a header, by its full name in lower case. */
export function headerFields(message: SipMessage, name: string): HeaderField[] {
  return message.headers.filter((field) => field.name === name);
}

/** Replaces `text[start, end)` in place and moves the offsets behind it. */
export function splice(message: SipMessage, start: number, end: number, replacement: string): void {
  const shift = replacement.length - (end - start);
  message.text = message.text.slice(0, start) + replacement + message.text.slice(end);
  for (const field of message.headers) {
    if (field.start >= end) field.start += shift;
    if (field.end >= end) field.end += shift;
  }
  const { via } = message;
  if (via.start >= end) via.start += shift;
  if (via.end >= end) via.end += shift;
  if (message.bodyStart >= end) message.bodyStart += shift;
}
