/**
 * A SIP peer written by hand: a UDP socket on loopback that says exactly what a test makes it say.
 * It neither retransmits nor checks anything.
 */
import { createSocket, type Socket } from "node:dgram";
import {
  addAddress,
  ATTRIBUTE,
  METHOD,
  parseStun,
  type SocketAddress,
  type StunMessage,
  StunWriter,
} from "../../../src/base/stun/mod.ts";

export class RawMessage {
  readonly startLine: string;
  readonly body: string;
  readonly #headers: [name: string, value: string][];

  constructor(readonly text: string, readonly from: { port: number }) {
    const [head, ...rest] = text.split("\r\n\r\n");
    this.body = rest.join("\r\n\r\n");
    const [startLine, ...lines] = head.split("\r\n");
    this.startLine = startLine;
    this.#headers = lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  }

  /** Method of a request, status of a response. */
  get kind(): string {
    const [first, second] = this.startLine.split(" ");
    return first === "SIP/2.0" ? second : first;
  }

  header(name: string): string {
    return this.headers(name)[0] ?? "";
  }

  headers(name: string): string[] {
    return this.#headers.filter(([known]) => known === name.toLowerCase()).map(([, value]) =>
      value
    );
  }

  get uri(): string {
    return this.startLine.split(" ")[1];
  }

  tag(name: "from" | "to"): string {
    return /;tag=([^;]+)/.exec(this.header(name))?.[1] ?? "";
  }

  /** The URI of the Contact. */
  get contact(): string {
    return /<([^>]+)>/.exec(this.header("contact"))?.[1] ?? "";
  }
}

export interface ReplyOptions {
  reason?: string;
  /** To tag; `null`: none. */
  tag?: string | null;
  /** `null`: none. */
  contact?: string | null;
  headers?: string[];
  body?: string;
}

export interface RequestOptions {
  uri?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: number;
  branch?: string;
  /** sent-by of the Via, when it is not our own address. */
  via?: string;
  headers?: string[];
  body?: string;
  /** Absent: our own; `null`: none. */
  contact?: string | null;
}

let counter = 0;

export class RawPeer {
  readonly received: RawMessage[] = [];
  port = 0;
  /** Methods that it answers with 200 by itself. */
  readonly obliging = new Set<string>();
  /** What it does with each message as it comes. */
  script: ((message: RawMessage) => void) | undefined;
  /** STUN requests that came. */
  readonly asked: StunMessage[] = [];
  /** Where it says that they came from; absent: it does not answer them. */
  mapped: SocketAddress | undefined;
  readonly #socket: Socket;
  readonly #waiting: { matches: (message: RawMessage) => boolean; wake: () => void }[] = [];
  #taken = new Set<RawMessage>();

  private constructor(socket: Socket, readonly host: string) {
    this.#socket = socket;
    socket.on("message", (bytes, from) => {
      const stun = parseStun(Uint8Array.from(bytes));
      if (stun !== undefined) return this.#stun(stun, from.port);
      const text = new TextDecoder().decode(bytes);
      if (text.trim() === "") return;
      const message = new RawMessage(text, from);
      if (this.obliging.has(message.kind)) this.reply(message, 200);
      this.received.push(message);
      this.script?.(message);
      for (const waiter of this.#waiting.splice(0)) waiter.wake();
    });
  }

  /** @param host its address: another than the usual one for who is to be a stranger */
  static open(host = "127.0.0.1"): Promise<RawPeer> {
    const socket = createSocket("udp4");
    const peer = new RawPeer(socket, host);
    return new Promise((resolve) => {
      socket.bind(0, host, () => {
        peer.port = socket.address().port;
        resolve(peer);
      });
    });
  }

  #stun(request: StunMessage, port: number): void {
    this.asked.push(request);
    if (this.mapped === undefined) return;
    const answer = new StunWriter(METHOD.binding, "success", request.transactionId);
    addAddress(answer, ATTRIBUTE.xorMappedAddress, this.mapped);
    this.#socket.send(answer.bytes, port, "127.0.0.1");
  }

  get at(): string {
    return `${this.host}:${this.port}`;
  }

  get contact(): string {
    return `sip:peer@${this.at}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  /** The next message of a kind (method, or status with the method of its CSeq) that no test took. */
  async next(kind: string, method?: string, ms = 5_000): Promise<RawMessage> {
    const matches = (message: RawMessage) =>
      message.kind === kind && (method === undefined || message.header("cseq").endsWith(method));
    const deadline = Date.now() + ms;
    while (true) {
      const found = this.received.find((message) => !this.#taken.has(message) && matches(message));
      if (found !== undefined) {
        this.#taken.add(found);
        return found;
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        const seen = this.received.map((message) => message.startLine).join(" | ");
        throw new Error(`no ${kind} ${method ?? ""} came; ${seen}`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((wake) => {
        this.#waiting.push({ matches, wake });
        timer = setTimeout(wake, left);
      });
      clearTimeout(timer);
    }
  }

  /** How many messages of a kind came. */
  count(kind: string): number {
    return this.received.filter((message) => message.kind === kind).length;
  }

  send(text: string, port: number): void {
    this.#socket.send(text, port, "127.0.0.1");
  }

  reply(request: RawMessage, status: number, options: ReplyOptions = {}): void {
    const { reason = "Reason", tag = "peer", contact = this.contact, headers = [], body = "" } =
      options;
    const hasTag = /;tag=/.test(request.header("to"));
    const to = request.header("to") +
      (hasTag || tag === null || status === 100 ? "" : `;tag=${tag}`);
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      ...request.headers("via").map((via) => `Via: ${via}`),
      `From: ${request.header("from")}`,
      `To: ${to}`,
      `Call-ID: ${request.header("call-id")}`,
      `CSeq: ${request.header("cseq")}`,
    ];
    if (contact !== null && status !== 100) lines.push(`Contact: <${contact}>`);
    this.send(message([...lines, ...headers], body), request.from.port);
  }

  /** A request outside any dialog, or inside one when `to` has a tag. */
  request(method: string, port: number, options: RequestOptions = {}): RawMessage {
    const id = ++counter;
    const lines = [
      `${method} ${options.uri ?? `sip:alice@127.0.0.1:${port}`} SIP/2.0`,
      `Via: SIP/2.0/UDP ${options.via ?? this.at};branch=${
        options.branch ?? `z9hG4bKraw${id}`
      };rport`,
      `From: ${options.from ?? `<sip:peer@${this.at}>;tag=raw${id}`}`,
      `To: ${options.to ?? `<sip:alice@127.0.0.1:${port}>`}`,
      `Call-ID: ${options.callId ?? `raw${id}`}`,
      `CSeq: ${options.cseq ?? 1} ${method}`,
      "Max-Forwards: 70",
    ];
    const contact = options.contact === undefined ? this.contact : options.contact;
    if (contact !== null) lines.push(`Contact: <${contact}>`);
    const text = message([...lines, ...options.headers ?? []], options.body ?? "");
    this.send(text, port);
    return new RawMessage(text, { port });
  }

  /** A request in the dialog that `invite` of ours and the phone's `response` made. */
  inDialog(
    method: string,
    invite: RawMessage,
    response: RawMessage,
    options: RequestOptions = {},
  ): RawMessage {
    return this.request(method, invite.from.port, {
      uri: response.contact || invite.uri,
      from: invite.header("from"),
      to: response.header("to"),
      callId: invite.header("call-id"),
      cseq: 2,
      ...options,
    });
  }

  /** A request in the dialog that the phone's `invite` and our reply with `tag` made. */
  inDialogOf(
    method: string,
    invite: RawMessage,
    options: RequestOptions & { tag?: string } = {},
  ): RawMessage {
    return this.request(method, invite.from.port, {
      uri: invite.contact,
      from: `${invite.header("to")};tag=${options.tag ?? "peer"}`,
      to: invite.header("from"),
      callId: invite.header("call-id"),
      cseq: 1,
      ...options,
    });
  }
}

function message(lines: string[], body: string): string {
  const length = new TextEncoder().encode(body).length;
  const typed = body === "" || lines.some((line) => /^content-type:/i.test(line))
    ? []
    : ["Content-Type: application/sdp"];
  return [...lines, ...typed, `Content-Length: ${length}`, "", body].join("\r\n");
}

/** SDP of a peer with one audio stream. */
export function sdp(port: number, extra: string[] = []): string {
  return [
    "v=0",
    "o=peer 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${port} RTP/AVP 0 8`,
    ...extra,
    "",
  ].join("\r\n");
}
