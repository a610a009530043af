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
import { rmSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { Role } from "../../base/names/mod.ts";
import { AUDIO_PATH, type Initialized, type Phone } from "../contract/mod.ts";
import { AudioConnection } from "./audio_connection.ts";
import { ClientConnection } from "./client_connection.ts";
import { MAX_MESSAGE_BYTES } from "../wire/mod.ts";
import { bind, clearStale, isLoopback, type Listen } from "./listening.ts";
import { RefusalLog } from "./refusal_log.ts";
import { Newcomers } from "./newcomers.ts";
import { WrongTokens } from "./wrong_tokens.ts";

export type { Listen };

/** ms between pings; a client that misses one whole interval is gone. */
const PING_MS = 20_000;
/** Clients at one time; a loop that never closes must not take the phone with it. */
const MAX_CLIENTS = 500;
/** Clients over TCP that have not said yet who they are, and connections without a request, at one time. */
const MAX_NEWCOMERS = 32;
/** ms that clients get to answer our close frame. */
const CLOSE_MS = 200;
/** ms until a client has sent its HTTP request, and once more until it has said `initialize`. */
const HELLO_MS = 5_000;

export interface ServerOptions {
  phone: Phone;
  station: Initialized["station"];
  listen: Listen;
  /** Where clients below admin may have files; absent: nowhere. */
  recordings?: string | undefined;
  /** What clients do wrong; bounded. */
  log(text: string): void;
  /** ms that a client has for each step of its greeting; tests change it. */
  helloMs?: number;
  /** What measures the last step, `initialize`; tests bring their own. */
  clock?: Pick<Clock, "setTimeout" | "clearTimeout">;
}

const REAL_TIME: NonNullable<ServerOptions["clock"]> = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

export class ControlServer {
  readonly #options: ServerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #log: RefusalLog;
  readonly #wrongTokens = new WrongTokens();
  /** Every connection, whatever it speaks. */
  readonly #raw = new Set<Socket>();
  readonly #alive = new WeakSet<WebSocket>();
  /** Of TCP: connections without a WebSocket, by address and port (under TLS a socket is two objects). */
  readonly #silent = new Newcomers<string>(MAX_NEWCOMERS, (place) => {
    this.#log.add("ended the oldest connection without a request: there are too many");
    this.#places.get(place)?.destroy();
  });
  readonly #places = new Map<string, Socket>();
  /** Of TCP: connected, and not initialized yet. */
  readonly #newcomers = new Newcomers<WebSocket>(MAX_NEWCOMERS, (socket) => {
    this.#log.add("ended the oldest client that has not said who it is: there are too many");
    socket.terminate();
  });
  readonly #pings: ReturnType<typeof setInterval>;

  private constructor(options: ServerOptions, http: Server) {
    this.#options = options;
    this.#log = new RefusalLog(options.log);
    this.#http = http;
    http.on("connection", (socket: Socket) => {
      this.#raw.add(socket);
      socket.once("close", () => this.#raw.delete(socket));
      this.#expectRequest(socket);
    });
    // Plain HTTP requests (a browser, curl) get 426 Upgrade Required, and the connection closes.
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
      this.#silent.delete(placeOf(request.socket));
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
    await bind(http, listen);
    return new ControlServer(options, http);
  }

  /** Where clients connect: a path, or `host:port`. */
  get address(): string {
    const { listen } = this.#options;
    if (listen.kind === "unix") return listen.path;
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
    } else answer(true);
  }

  #expectRequest(socket: Socket): void {
    if (this.#options.listen.kind !== "tcp") return;
    const place = placeOf(socket);
    this.#places.set(place, socket);
    socket.once("close", () => {
      this.#places.delete(place);
      this.#silent.delete(place);
    });
    this.#silent.add(place, socket.remoteAddress ?? "");
  }

  #expectGreeting(socket: WebSocket, source: string): void {
    if (this.#options.listen.kind === "tcp") this.#newcomers.add(socket, source);
  }

  #accept(socket: WebSocket, source: string): void {
    const { phone, station, recordings, helloMs = HELLO_MS, clock = REAL_TIME } = this.#options;
    const connection = new ClientConnection({
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
    this.#expectGreeting(socket, source);
    const silence = clock.setTimeout(() => {
      this.#log.add(`ended a client that did not say initialize within ${helloMs} ms`);
      socket.close(1008, "the first request must be initialize");
      // Who does not speak may not answer either.
      clock.setTimeout(() => socket.terminate(), helloMs);
    }, helloMs);
    const greeted = () => {
      clock.clearTimeout(silence);
      this.#newcomers.delete(socket);
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
    socket.on("close", () => {
      this.#newcomers.delete(socket);
      connection.close();
    });
    if (role === undefined) {
      this.#expectGreeting(socket, source);
      await this.#penalty(source);
    }
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

function placeOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Of an audio client, which has no other way to tell it before the sound flows (RFC 6750 §2.1). */
function tokenIn(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}
