/**
 * A small scanner of SIP messages: the guard between the network and SIP.js.
 */

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

/** A message whose frame is sound. Header values beyond those named here are not validated. */
export interface SipMessage {
  kind: "request" | "response";
  text: string;
  /** Of the request; of a response the one in its CSeq. */
  method: string;
  /** Requests only. */
  requestUri: string;
  /** Responses only; 0 in requests. */
  status: number;
  headers: HeaderField[];
  via: ViaValue;
  callId: string;
  cseq: number;
  /** Offset of the body in `text`. */
  bodyStart: number;
}

/** The first value of a header, by its full name in lower case. */
export function header(message: SipMessage, name: string): string | undefined {
  for (const field of message.headers) if (field.name === name) return field.value;
  return undefined;
}
