/**
 * Frames of a byte stream (RFC 3261 §18.3, RFC 5626 §4.4.1): TCP and TLS carry messages back to back,
 * told apart by Content-Length, with CRLFs between them as keepalives.
 *
 *     skipping ──first other byte──► head ──empty line──► body ──Content-Length bytes──► skipping
 *        │ CRLFCRLF → ping                │ > 64 KiB, bad Content-Length → broken
 *        └ lone CRLF → pong
 *
 * Deviation: RFC 3261 §20.14 makes Content-Length mandatory on streams, and some peers leave it out.
 * Such a message has a body when it has a Content-Type: what is there up to the next start line, for
 * peers write a message at once. Once broken, a framer
 * stays so: nothing says where the next message starts.
 */
import { concat } from "../../../base/octets/mod.ts";
import { MAX_MESSAGE_BYTES } from "../../limits/mod.ts";
import { headEnd } from "../../message/mod.ts";

export interface FramerSink {
  /** One whole message; the bytes are the sink's to keep. */
  message(bytes: Uint8Array): void;
  /** A double CRLF between messages: answer with one CRLF. */
  ping(): void;
  /** A single CRLF between messages. */
  pong(): void;
  /** The stream cannot be framed any more; close it. Called once, nothing comes after it. */
  broken(reason: string): void;
}

const CR = 13;
const LF = 10;
const decoder = new TextDecoder("latin1");

export class StreamFramer {
  #buffer: Uint8Array = new Uint8Array(0);
  /** Where the search for the end of the head goes on. */
  #searched = 0;
  /** Length of the message under way once its head is complete; 0: not known yet. */
  #wanted = 0;
  #crlfs = 0;
  #broken = false;

  constructor(readonly sink: FramerSink) {}

  /** Part of a message has come. */
  get isWaiting(): boolean {
    return this.#buffer.length > 0;
  }

  /** Takes the stream's next bytes, in pieces of any size; they are copied where they must wait. */
  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#buffer = this.#buffer.length === 0 ? chunk : concat(this.#buffer, chunk);
    while (!this.#broken && this.#step());
    // Whoever owns the chunk may use it again: keep a copy of what waits.
    if (this.#buffer.buffer === chunk.buffer) this.#buffer = this.#buffer.slice();
    // A lone CRLF is a pong only once nothing follows it at once.
    if (!this.#broken && this.#buffer.length === 0) this.#flushPong();
  }

  /** One message, or one run of CRLFs; false: more bytes are needed. */
  #step(): boolean {
    if (this.#wanted === 0) {
      if (this.#searched === 0) this.#skipLineEnds();
      // A lone CR may be the half of a CRLF: its LF decides.
      if (this.#buffer.length === 0 || this.#isLoneCr()) return false;
      if (!this.#findHead()) return false;
    }
    if (this.#buffer.length < this.#wanted) return false;
    const message = this.#buffer.slice(0, this.#wanted);
    this.#buffer = this.#buffer.subarray(this.#wanted);
    this.#wanted = 0;
    this.#searched = 0;
    this.sink.message(message);
    return this.#buffer.length > 0;
  }

  #skipLineEnds(): void {
    let at = 0;
    while (at + 1 < this.#buffer.length && this.#buffer[at] === CR && this.#buffer[at + 1] === LF) {
      at += 2;
      if (++this.#crlfs === 2) {
        this.#crlfs = 0;
        this.sink.ping();
      }
    }
    if (at > 0) this.#buffer = this.#buffer.subarray(at);
    if (this.#buffer.length > 0 && !this.#isLoneCr()) this.#flushPong();
  }

  #isLoneCr(): boolean {
    return this.#buffer.length === 1 && this.#buffer[0] === CR;
  }

  #flushPong(): void {
    if (this.#crlfs === 1) this.sink.pong();
    this.#crlfs = 0;
  }

  #findHead(): boolean {
    const end = headEnd(this.#buffer, Math.max(0, this.#searched - 3));
    if (end === -1) {
      this.#searched = this.#buffer.length;
      if (this.#buffer.length > MAX_MESSAGE_BYTES) this.#fail("a message's headers do not end");
      return false;
    }
    const head = decoder.decode(this.#buffer.subarray(0, end));
    const stated = contentLength(head);
    if (typeof stated === "string") return this.#fail(stated);
    // The search goes on from the head's end, which is found again then.
    if (stated === undefined && hasBody(head) && this.#buffer.length === end) {
      this.#searched = end - 1;
      return false;
    }
    const length = stated ?? (hasBody(head) ? bodyLength(this.#buffer.subarray(end)) : 0);
    if (end + length > MAX_MESSAGE_BYTES) {
      return this.#fail(`a message of ${end + length} bytes is longer than ${MAX_MESSAGE_BYTES}`);
    }
    this.#wanted = end + length;
    return true;
  }

  #fail(reason: string): false {
    this.#broken = true;
    this.#buffer = new Uint8Array(0);
    this.sink.broken(reason);
    return false;
  }
}

/** RFC 3261 §20.15: what has a Content-Type has a body. */
function hasBody(head: string): boolean {
  return /\r\n(?:content-type|c)[ \t]*:/i.test(head);
}

/** Up to where another message begins: a start line at the beginning of a line. */
function bodyLength(bytes: Uint8Array): number {
  const text = decoder.decode(bytes);
  const next = /^(?:[A-Z]+ \S+ SIP\/2\.0|SIP\/2\.0 \d{3}(?: .*)?)\r?$/m.exec(text);
  return next?.index ?? bytes.length;
}

/** Value of Content-Length or `l` in a message's head; a text says what is wrong. */
function contentLength(head: string): number | string | undefined {
  const lines = head.split("\r\n");
  for (let index = 1; index < lines.length; index++) {
    const colon = lines[index].indexOf(":");
    if (colon < 1 || colon > 40) continue;
    const name = lines[index].slice(0, colon).trimEnd().toLowerCase();
    if (name !== "content-length" && name !== "l") continue;
    // The value may stand on a folded line.
    let value = lines[index].slice(colon + 1);
    while (/^[ \t]/.test(lines[index + 1] ?? "")) value += lines[++index];
    value = value.trim();
    return /^\d{1,10}$/.test(value) ? Number(value) : "a message's Content-Length is not a number";
  }
  return undefined;
}
