/**
 * Listens for clients of the control API: a Unix socket of the user's own, and optionally TCP.
 *
 *     WebSocket frame ─► Connection.receive ─► Phone
 *     Phone event ─► Connection ─► WebSocket frame (dropped and told, when the client does not read)
 *     /audio: a call's sound on a socket of its own ⇄ AudioConnection
 *
 * The Unix socket has mode 0600 in a folder of mode 0700: who may open it is its owner, who is admin.
 * TCP asks for a token. A browser page is refused: it sends an Origin, programs do not.
 */
import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createConnection, type Socket } from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { safeFolder } from "./own_folder.ts";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { OffhookError } from "../../base/errors.ts";
import { AUDIO_PATH, AudioConnection } from "./audio_connection.ts";
import { Connection } from "./connection.ts";
import type { Phone } from "../contract/phone.ts";
import { type Initialized, MAX_MESSAGE_BYTES } from "../contract/protocol.ts";
import { RefusalLog } from "./refusal_log.ts";
import { WrongTokens } from "./wrong_tokens.ts";
import type { Role } from "../contract/role.ts";

/** ms between pings; a client that misses one whole interval is gone. */
const PING_MS = 20_000;
/** Clients at one time; a loop that never closes must not take the phone with it. */
const MAX_CLIENTS = 500;
/** Clients over TCP that have not said yet who they are, at one time. */
const MAX_STRANGERS = 32;
/** ms that clients get to answer our close frame. */
const CLOSE_MS = 200;
/** ms until a client has sent its HTTP request, and once more until it has said `initialize`. */
const HELLO_MS = 5_000;

export type Listen =
  | { kind: "unix"; path: string }
  | {
    kind: "tcp";
    host: string;
    /** 0: any free port. */
    port: number;
    tokens: ReadonlyMap<string, Role>;
    /** PEM; without it only loopback hosts are listened on. */
    tls?: { cert: string; key: string };
  };

export interface ServerOptions {
  phone: Phone;
  station: Initialized["station"];
  listen: Listen;
  /** Where clients below admin may have files; absent: nowhere. */
  recordings?: string | undefined;
  /** What clients do wrong; bounded. */
  log(text: string): void;
  /** ms that a client has for each step of its greeting; tests shorten it. */
  helloMs?: number;
}

export class ControlServer {
  readonly #options: ServerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #log: RefusalLog;
  readonly #wrongTokens = new WrongTokens();
  /** Every connection, whatever it speaks. */
  readonly #raw = new Set<Socket>();
  readonly #alive = new WeakSet<WebSocket>();
  /** Connected, and not initialized yet. */
  readonly #strangers = new Set<WebSocket>();
  readonly #pings: ReturnType<typeof setInterval>;

  private constructor(options: ServerOptions, http: Server) {
    this.#options = options;
    this.#log = new RefusalLog(options.log);
    this.#http = http;
    http.on("connection", (socket: Socket) => {
      this.#raw.add(socket);
      socket.once("close", () => this.#raw.delete(socket));
    });
    // A browser or curl that looks by gets a word, and is let go.
    http.on("request", (_, response) => response.writeHead(426, { connection: "close" }).end());
    this.#sockets = new WebSocketServer({
      server: http,
      maxPayload: MAX_MESSAGE_BYTES,
      verifyClient: (info, answer) => this.#screen(info.origin, answer),
    });
    this.#sockets.on("connection", (socket, request) => {
      this.#alive.add(socket);
      socket.on("pong", () => this.#alive.add(socket));
      const { pathname, searchParams } = new URL(request.url ?? "/", "ws://station");
      const source = request.socket.remoteAddress ?? "";
      if (pathname !== AUDIO_PATH) this.#accept(socket, source);
      else {
        const token = tokenIn(request.headers.authorization);
        void this.#acceptAudio(socket, searchParams, { token, source });
      }
    });
    this.#pings = setInterval(() => this.#ping(), PING_MS);
  }

  /**
   * @throws OffhookError `station-refused` when another station listens there already, or when TCP
   * without TLS is asked for beyond loopback
   */
  static async start(options: ServerOptions): Promise<ControlServer> {
    const { listen } = options;
    if (listen.kind === "unix") await clearStale(listen.path);
    else if (listen.tls === undefined && !isLoopback(listen.host)) {
      throw new OffhookError("config-invalid", `control on ${listen.host} needs TLS`, {
        hint: "Give a certificate and key, or listen on 127.0.0.1.",
        data: { host: listen.host },
      });
    }
    const helloMs = options.helloMs ?? HELLO_MS;
    const limits = {
      headersTimeout: helloMs,
      requestTimeout: helloMs,
      handshakeTimeout: helloMs,
      connectionsCheckingInterval: helloMs / 4,
    };
    const http = listen.kind === "tcp" && listen.tls !== undefined
      ? createTlsServer({ ...limits, ...listen.tls })
      : createHttpServer(limits);
    http.maxConnections = MAX_CLIENTS + MAX_STRANGERS;
    await bind(http, listen);
    return new ControlServer(options, http);
  }

  /** Where clients connect: a path, or `host:port`. */
  get address(): string {
    const address = this.#http.address();
    if (address === null || typeof address === "string") return address ?? "";
    return `${address.address}:${address.port}`;
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    this.#log.flush();
    for (const socket of this.#sockets.clients) socket.close(1001, "the station ends");
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    // Also those that said nothing yet, or half of something: nobody else ends them.
    const cut = setTimeout(() => this.#raw.forEach((socket) => socket.destroy()), CLOSE_MS);
    this.#sockets.close();
    await closed;
    clearTimeout(cut);
    if (this.#options.listen.kind === "unix") rmSync(this.#options.listen.path, { force: true });
  }

  #screen(
    origin: string | undefined,
    answer: (accepted: boolean, status?: number, text?: string) => void,
  ): void {
    if (origin) {
      this.#log.add(`refused a web page from ${origin.slice(0, 100)}`);
      answer(false, 403, "web pages are refused");
    } else if (this.#sockets.clients.size >= MAX_CLIENTS) {
      this.#log.add(`refused a client: ${MAX_CLIENTS} are connected`);
      answer(false, 503, "too many clients");
    } else if (this.#options.listen.kind === "tcp" && this.#strangers.size >= MAX_STRANGERS) {
      this.#log.add(`refused a client: ${MAX_STRANGERS} have not said yet who they are`);
      answer(false, 503, "too many clients that have not said who they are");
    } else answer(true);
  }

  #accept(socket: WebSocket, source: string): void {
    const { phone, station, recordings, helloMs = HELLO_MS } = this.#options;
    const connection = new Connection({
      phone,
      station,
      log: (text) => this.#log.add(text),
      wire: {
        send: (text) => socket.send(text, () => {}),
        get pending() {
          return socket.bufferedAmount;
        },
        end: () => socket.terminate(),
      },
      roleOf: (token) => this.#roleOf(token),
      penalty: () => this.#penalty(source),
      recordings,
    });
    this.#strangers.add(socket);
    const silence = setTimeout(() => {
      this.#log.add(`ended a client that did not say initialize within ${helloMs} ms`);
      socket.close(1008, "the first request must be initialize");
      // Who does not speak may not answer either.
      setTimeout(() => socket.terminate(), helloMs);
    }, helloMs);
    const greeted = () => {
      clearTimeout(silence);
      this.#strangers.delete(socket);
    };
    socket.on("message", async (data: RawData) => {
      await connection.receive(String(data));
      if (connection.isInitialized) greeted();
    });
    socket.on("error", (error) => this.#log.add(`a client failed: ${error.message}`));
    socket.on("close", () => {
      greeted();
      connection.close();
    });
  }

  async #acceptAudio(
    socket: WebSocket,
    query: URLSearchParams,
    { token, source }: { token: string | undefined; source: string },
  ): Promise<void> {
    const { phone } = this.#options;
    const role = this.#roleOf(token);
    const connection = new AudioConnection({
      phone,
      query,
      log: (text) => this.#log.add(text),
      role,
      socket: {
        sendText: (text) => socket.send(text, () => {}),
        sendBytes: (bytes) => socket.send(bytes, () => {}),
        get pending() {
          return socket.bufferedAmount;
        },
        close: () => socket.close(1000),
      },
    });
    socket.on("message", (data: RawData, isBinary) => {
      if (isBinary && data instanceof Uint8Array) connection.receive(data);
    });
    socket.on("error", (error) => this.#log.add(`an audio client failed: ${error.message}`));
    socket.on("close", () => connection.close());
    if (role === undefined) await this.#penalty(source);
    await connection.open();
  }

  /** Waits before a wrong token is answered; longer with each from there. */
  async #penalty(source: string): Promise<void> {
    this.#log.add(`a wrong token or none from ${source}`);
    const ms = this.#wrongTokens.add(source);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  #roleOf(token: string | undefined): Role | undefined {
    const { listen } = this.#options;
    if (listen.kind === "unix") return "admin";
    return token === undefined ? undefined : listen.tokens.get(token);
  }

  #ping(): void {
    this.#log.tick();
    for (const socket of this.#sockets.clients) {
      if (!this.#alive.has(socket)) socket.terminate();
      this.#alive.delete(socket);
      socket.ping();
    }
  }
}

/** Of an audio client, which has no other way to tell it before the sound flows (RFC 6750 §2.1). */
function tokenIn(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

async function bind(http: Server, listen: Listen): Promise<void> {
  if (listen.kind === "unix") {
    safeFolder(dirname(listen.path));
  }
  // From its first moment on nobody else may connect.
  const before = listen.kind === "unix" ? process.umask(0o177) : undefined;
  await new Promise<void>((resolve, reject) => {
    http.once("error", (error) => reject(cannotListen(listen, error)));
    if (listen.kind === "unix") http.listen(listen.path, resolve);
    else http.listen(listen.port, listen.host, resolve);
  }).finally(() => before !== undefined && process.umask(before));
  if (listen.kind === "unix") chmodSync(listen.path, 0o600);
}

function cannotListen(listen: Listen, cause: Error): OffhookError {
  const where = listen.kind === "unix" ? listen.path : `${listen.host}:${listen.port}`;
  // The kernel's own limit (unix(7)); it says no more than "invalid argument".
  const tooLong = listen.kind === "unix" && new TextEncoder().encode(listen.path).length > 107;
  const why = tooLong ? "a socket's path has at most 107 bytes" : cause.message;
  return new OffhookError("station-refused", `cannot listen on ${where}: ${why}`, {
    hint: tooLong
      ? "Choose a shorter one with --socket."
      : "Another program may have it; choose another with --socket.",
    data: { where },
    cause,
  });
}

/** A socket file that nobody listens on any more is removed; a live one is another station's. */
async function clearStale(path: string): Promise<void> {
  try {
    if (!lstatSync(path).isSocket()) {
      throw new OffhookError("station-refused", `${path} is in the way and is no socket`);
    }
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    return;
  }
  if (await answers(path)) {
    throw new OffhookError("station-refused", `a station already listens on ${path}`, {
      hint: "Use it (offhook status), end it, or give another --socket.",
      data: { path },
    });
  }
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
