/**
 * The control API over a socket: the client's side, the same interface as in process.
 *
 *     request ─► JSON-RPC ─► station          event ◄─ notification ◄─ station
 *
 * When the connection goes, everything that is pending is rejected with `no-station`.
 */
import { type ErrorJson, OffhookError } from "../../base/mod.ts";
import { refuseForeignSocket } from "./own_socket.ts";
import { type Channel, UnixWebSocket } from "./unix_websocket.ts";
import {
  type AudioListener,
  type AudioParams,
  type CallAudio,
  type LevelListener,
  PROTOCOL_VERSION,
} from "../wire/mod.ts";
import { audioPath, joinOver } from "./remote_audio.ts";
import type {
  Initialized,
  MethodName,
  Methods,
  Phone,
  RpcEvent,
  RpcLevels,
  RpcResponse,
  Sequenced,
  Subscribed,
  SubscribeOptions,
  Subscription,
} from "../contract/mod.ts";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: OffhookError): void;
}

export interface RemoteOptions {
  /** Path of a Unix socket, or `ws://…`, `wss://…`. */
  address: string;
  token?: string;
  /** ms that a station may take for each of the two steps of connecting; 5000 by default. */
  deadlineMs?: number;
}

const CONNECT_MS = 5_000;

export class RemotePhone implements Phone {
  readonly #socket: Channel;
  readonly #options: RemoteOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: Sequenced) => void>();
  readonly #meters = new Set<LevelListener>();
  /** Resolves when the connection is over: with an error unless we closed it. */
  readonly closed: Promise<OffhookError | undefined>;
  #hello: Initialized | undefined;
  #nextId = 1;

  #leaving = false;

  private constructor(socket: Channel, options: RemoteOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.onmessage = ({ data }: MessageEvent<string>) => this.#receive(data);
    this.closed = new Promise((resolve) => {
      socket.onclose = () => {
        const gone = stationGone(options.address);
        for (const { reject } of this.#waiting.values()) reject(gone);
        this.#waiting.clear();
        resolve(this.#leaving ? undefined : gone);
      };
    });
  }

  /** @throws OffhookError `no-station` when nothing answers, `station-refused` when it will not */
  static async connect(options: RemoteOptions): Promise<RemotePhone> {
    const { address, token, deadlineMs = CONNECT_MS } = options;
    const socket = await open(address, { deadlineMs });
    const phone = new RemotePhone(socket, options);
    const deadline = setTimeout(() => socket.close(), deadlineMs);
    try {
      phone.#hello = await phone.#ask("initialize", {
        version: PROTOCOL_VERSION,
        ...(token === undefined ? {} : { token }),
      }) as Initialized;
      return phone;
    } catch (error) {
      socket.close();
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Who answered `initialize`. */
  get hello(): Initialized {
    if (this.#hello === undefined) throw new OffhookError("internal", "not initialized");
    return this.#hello;
  }

  async request<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] & { seq: number }> {
    return await this.#ask(method, params) as Methods[M]["result"] & { seq: number };
  }

  /** One subscription a connection: a second listener shares it and begins with the present. */
  async subscribe(
    listener: (event: Sequenced) => void,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    this.#listeners.add(listener);
    const { snapshot, seq } = await this.#ask("subscribe", options) as Subscribed;
    return { snapshot, seq, close: () => this.#listeners.delete(listener) };
  }

  /** On a connection of its own, so that no answer waits for sound. */
  async audio(params: AudioParams, listener: AudioListener): Promise<CallAudio> {
    const { address, token } = this.#options;
    let joined: Promise<CallAudio> | undefined;
    await open(address, {
      path: audioPath(params),
      token,
      // The first word may come in the same moment as the connection.
      prepare: (socket) => {
        joined = joinOver(socket, listener, () => stationGone(address));
        joined.catch(() => {});
      },
    });
    return await joined!;
  }

  async levels(listener: LevelListener): Promise<() => void> {
    this.#meters.add(listener);
    try {
      if (this.#meters.size === 1) await this.#ask("levels", { on: true });
    } catch (error) {
      this.#meters.delete(listener);
      throw error;
    }
    return () => {
      this.#meters.delete(listener);
      if (this.#meters.size === 0) this.#ask("levels", { on: false }).catch(() => {});
    };
  }

  /** Leaves; the station and its calls go on. */
  async close(): Promise<void> {
    this.#leaving = true;
    this.#socket.close();
    await this.closed;
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        return reject(stationGone(this.#options.address));
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  #told(message: RpcEvent | RpcLevels): void {
    if (message.method === "event") {
      for (const listener of this.#listeners) listener(message.params);
    } else {
      for (const listener of this.#meters) listener(message.params.levels);
    }
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as RpcResponse | RpcEvent | RpcLevels;
    if ("method" in message) return this.#told(message);
    const waiting = this.#waiting.get(Number(message.id));
    this.#waiting.delete(Number(message.id));
    const { error, result } = message;
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(OffhookError.fromJSON(error.data ?? refusal(error.message)));
  }
}

/** A fault of the protocol, as the station words it: ours, unless versions differ. */
function refusal(message: string): ErrorJson {
  return { code: "station-refused", message };
}

function stationGone(address: string): OffhookError {
  return new OffhookError("no-station", `the station at ${address} went away`, {
    hint: "Start it again with offhook station.",
    data: { address },
  });
}

interface Opening {
  /** Of the address, without the first slash. */
  path?: string;
  /** Sent with the first request; the control API itself gets it by `initialize`. */
  token?: string | undefined;
  /** Gets the socket before anything can have come. */
  prepare?(socket: Channel): void;
  deadlineMs?: number;
}

/** @param address path of a Unix socket, or a WebSocket URL */
async function open(address: string, opening: Opening = {}): Promise<Channel> {
  const { deadlineMs = CONNECT_MS, path = "", prepare } = opening;
  try {
    if (/^wss?:/.test(address)) return await openUrl(address, opening, deadlineMs);
    refuseForeignSocket(address);
    const resource = `/${path.replace(/^\//, "")}`;
    return await UnixWebSocket.connect(address, resource, {
      deadlineMs,
      ...(prepare === undefined ? {} : { prepare }),
    });
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    throw new OffhookError("no-station", `no station answers at ${address}`, {
      hint: "Start one with `offhook station`, or say with --socket where it is.",
      data: { address, cause: (error as Error).message },
    });
  }
}

async function openUrl(
  address: string,
  { path = "", token, prepare }: Opening,
  ms: number,
): Promise<Channel> {
  const headers: HeadersInit = token === undefined ? [] : [["authorization", `Bearer ${token}`]];
  const socket = new WebSocket(new URL(path, address), { headers });
  prepare?.(socket);
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
  const deadline = setTimeout(() => {
    reject(new Error("it accepted and said nothing"));
    socket.close();
  }, ms);
  socket.onopen = () => resolve();
  socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
  await opened.finally(() => clearTimeout(deadline));
  // From here on an error is followed by close.
  socket.onerror = null;
  return socket;
}
