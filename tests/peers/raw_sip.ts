/**
 * A SIP peer whose every message a test writes: for forks, races and garbage that no real phone sends.
 *
 *     UDP socket ─► parsed just enough ─► test decides ─► text written out in full
 */
import { Changes } from "./changes.ts";
import type { Scratch } from "./scratch.ts";

/** A message as it came; header names in lower case, long form. */
export interface RawMessage {
  /** `INVITE sip:… SIP/2.0` or `SIP/2.0 200 OK`. */
  start: string;
  headers: readonly { name: string; value: string }[];
  body: string;
  from: Deno.NetAddr;
  /** When it arrived, ms of `performance.now()`. */
  at: number;
}

const LONG_FORMS: Record<string, string> = {
  v: "via",
  f: "from",
  t: "to",
  i: "call-id",
  m: "contact",
  l: "content-length",
  c: "content-type",
  k: "supported",
};

/** First value of a header; empty when it is absent. */
export function headerOf(message: RawMessage, name: string): string {
  return message.headers.find((header) => header.name === name)?.value ?? "";
}

/** `INVITE`, or the method of the CSeq of a response. */
function methodOf(message: RawMessage): string {
  return headerOf(message, "cseq").split(/\s+/)[1] ?? "";
}

/** Status of a response; 0 for a request. */
function statusOf(message: RawMessage): number {
  return Number(/^SIP\/2\.0 (\d+)/.exec(message.start)?.[1] ?? 0);
}

export interface ReplyOptions {
  toTag?: string;
  headers?: string[];
  sdp?: string;
  /** False: without a Contact of ours. */
  contact?: boolean;
}

export class RawSip {
  readonly port: number;
  /** Every message so far. */
  readonly received: RawMessage[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #changes = new Changes();
  #taken = 0;

  private constructor() {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.port = (this.#socket.addr as Deno.NetAddr).port;
  }

  static start(scratch: Scratch): RawSip {
    const peer = new RawSip();
    const reading = peer.#read();
    scratch.defer(async () => {
      peer.#socket.close();
      await reading;
    });
    return peer;
  }

  get uri(): string {
    return `sip:raw@127.0.0.1:${this.port}`;
  }

  /** An SDP body with one PCMU stream at a port; 9 is a port where nobody listens. */
  sdp(mediaPort = 9, direction = "sendrecv"): string {
    return ["v=0", "o=raw 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"].concat(
      [`m=audio ${mediaPort} RTP/AVP 0`, "a=rtpmap:0 PCMU/8000", `a=${direction}`, ""],
    ).join("\r\n");
  }

  /** The next message, in the order of arrival, that fits; those before it are passed over. */
  next(
    what: string,
    fits: (message: RawMessage) => boolean,
    timeoutMs = 10_000,
  ): Promise<RawMessage> {
    const look = () => {
      while (this.#taken < this.received.length) {
        const message = this.received[this.#taken++];
        if (fits(message)) return message;
      }
    };
    const had = () => this.received.map(({ start }) => start).join("\n  ");
    return this.#changes.until(look, timeoutMs, () => `no ${what}; received:\n  ${had()}`);
  }

  /** The next request with a method. */
  request(method: string, timeoutMs?: number): Promise<RawMessage> {
    return this.next(method, ({ start }) => start.startsWith(`${method} `), timeoutMs);
  }

  /** The next response with a status to a method. */
  response(method: string, status: number, timeoutMs?: number): Promise<RawMessage> {
    return this.next(
      `${status} to ${method}`,
      (message) => statusOf(message) === status && methodOf(message) === method,
      timeoutMs,
    );
  }

  /** Answers a request. */
  async reply(request: RawMessage, status: string, options: ReplyOptions = {}): Promise<void> {
    const same = request.headers
      .filter(({ name }) => ["via", "from", "call-id", "cseq", "record-route"].includes(name))
      .map(({ name, value }) => `${name}: ${value}`);
    const contact = options.contact === false ? [] : [`contact: <${this.uri}>`];
    const to = headerOf(request, "to") + (options.toTag ? `;tag=${options.toTag}` : "");
    await this.send(
      [
        `SIP/2.0 ${status}`,
        ...same,
        `to: ${to}`,
        ...contact,
        ...(options.headers ?? []),
      ],
      request.from,
      options.sdp,
    );
  }

  /** Sends lines as a message, with what they lack of Content-Type and Content-Length. */
  async send(lines: string[], to: { hostname: string; port: number }, sdp?: string): Promise<void> {
    const type = sdp === undefined ? [] : ["content-type: application/sdp"];
    const body = sdp ?? "";
    const text = [...lines, ...type, `content-length: ${body.length}`, "", body].join("\r\n");
    await this.sendBytes(new TextEncoder().encode(text), to);
  }

  /** Sends a datagram as it is. */
  async sendBytes(bytes: Uint8Array, to: { hostname: string; port: number }): Promise<void> {
    await this.#socket.send(bytes, { transport: "udp", hostname: to.hostname, port: to.port });
  }

  async #read(): Promise<void> {
    for await (const [bytes, from] of this.#socket) {
      const message = parse(new TextDecoder().decode(bytes), from as Deno.NetAddr);
      if (!message) continue;
      this.received.push(message);
      this.#changes.notify();
    }
  }
}

/** Undefined for keepalives. */
function parse(text: string, from: Deno.NetAddr): RawMessage | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [start, ...lines] = text.slice(0, end).replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    return { name: LONG_FORMS[name] ?? name, value: line.slice(colon + 1).trim() };
  });
  return { start, headers, body: text.slice(end + 4), from, at: performance.now() };
}
