/**
 * A WebSocket client (RFC 6455) over a Unix socket.
 *
 *     connect ─► GET … Upgrade ─► 101 ─► open ─ frames ─► close, or the end of the connection ─► closed
 *
 * Deno's own, through a proxied HTTP client, stands still on one connection in fifteen and sends
 * nothing (2.9, measured); the `ws` package does not, but costs a command 55 ms of its start, more than
 * everything else that it does. Server frames are few kinds: this speaks them, without extensions.
 */
import { FrameReader, maskedFrame, Opcode } from "./websocket_frame.ts";

/** What users of a socket need of it; Deno's WebSocket has it as well. */
export type Channel = Pick<
  WebSocket,
  "readyState" | "binaryType" | "onmessage" | "onclose" | "send" | "close"
>;

/** Appended to the key before it is hashed (RFC 6455 §1.3). */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD_BYTES = 8_192;
/** ms that the peer gets to answer a close frame. */
const CLOSE_MS = 500;

export class UnixWebSocket implements Channel {
  binaryType: BinaryType = "arraybuffer";
  readyState: number = WebSocket.OPEN;
  onmessage: WebSocket["onmessage"] = null;
  onclose: WebSocket["onclose"] = null;
  readonly #connection: Deno.Conn;
  readonly #frames = new FrameReader();
  #written: Promise<unknown> = Promise.resolve();

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /**
   * @param resource path and query of the request
   * @param prepare gets the socket before anything can have come
   * @throws Error when nobody listens, or what answers is no WebSocket server that wants us
   */
  static async connect(
    path: string,
    resource: string,
    { deadlineMs, prepare }: { deadlineMs: number; prepare?(socket: Channel): void },
  ): Promise<UnixWebSocket> {
    const connection = await Deno.connect({ transport: "unix", path });
    const deadline = setTimeout(() => connection.close(), deadlineMs);
    try {
      const rest = await shakeHands(connection, resource);
      const socket = new UnixWebSocket(connection);
      prepare?.(socket);
      void socket.#run(rest);
      return socket;
    } catch (error) {
      try {
        connection.close();
      } catch {
        // The deadline closed it.
      }
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (this.readyState !== WebSocket.OPEN) return;
    if (typeof data === "string") {
      this.#write(maskedFrame(Opcode.text, new TextEncoder().encode(data)));
    } else if (ArrayBuffer.isView(data)) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      this.#write(maskedFrame(Opcode.binary, bytes));
    } else throw new TypeError("text and views of a buffer can be sent");
  }

  close(): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.readyState = WebSocket.CLOSING;
    this.#write(maskedFrame(Opcode.close, Uint8Array.of(1_000 >> 8, 1_000 & 0xff)));
    setTimeout(() => this.#end(), CLOSE_MS);
  }

  #write(frame: Uint8Array): void {
    this.#written = this.#written.then(() => writeAll(this.#connection, frame))
      .catch(() => this.#end());
  }

  async #run(rest: Uint8Array): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      this.#take(rest);
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null || !this.#take(buffer.subarray(0, count))) break;
      }
    } catch {
      // Reset, or frames that are none: the connection is over either way.
    }
    this.#end();
  }

  /** @returns false when the peer closed */
  #take(bytes: Uint8Array): boolean {
    for (const { opcode, payload } of this.#frames.read(bytes)) {
      if (opcode === Opcode.close) return false;
      if (opcode === Opcode.ping) this.#write(maskedFrame(Opcode.pong, payload));
      if (opcode === Opcode.text) this.#deliver(new TextDecoder().decode(payload));
      if (opcode === Opcode.binary) this.#deliver(payload.slice().buffer);
    }
    return true;
  }

  #deliver(data: string | ArrayBuffer): void {
    this.onmessage?.call(this as unknown as WebSocket, new MessageEvent("message", { data }));
  }

  #end(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    try {
      this.#connection.close();
    } catch {
      // Closed already.
    }
    this.onclose?.call(this as unknown as WebSocket, new CloseEvent("close"));
  }
}

/** @returns what came behind the response */
async function shakeHands(connection: Deno.Conn, resource: string): Promise<Uint8Array> {
  const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
  const request = [
    `GET ${resource} HTTP/1.1`,
    "Host: station",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    "",
    "",
  ].join("\r\n");
  await writeAll(connection, new TextEncoder().encode(request));
  const { head, rest } = await readHead(connection);
  const [status] = head.split("\r\n", 1);
  if (!/^HTTP\/1\.1 101 /.test(status)) throw new Error(`it answered ${status}`);
  const accept = /^sec-websocket-accept:\s*(\S+)/im.exec(head)?.[1];
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + ACCEPT_GUID));
  if (accept !== new Uint8Array(digest).toBase64()) throw new Error("it is not a WebSocket server");
  return rest;
}

async function readHead(connection: Deno.Conn): Promise<{ head: string; rest: Uint8Array }> {
  const buffer = new Uint8Array(MAX_HEAD_BYTES);
  for (let length = 0; length < buffer.length;) {
    const count = await connection.read(buffer.subarray(length));
    if (count === null) throw new Error("it closed the connection");
    length += count;
    const text = new TextDecoder("latin1").decode(buffer.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return { head: text.slice(0, end), rest: buffer.slice(end + 4, length) };
  }
  throw new Error("its answer has no end");
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}
