/**
 * A client's connection to the device host: requests and their replies, and streams of sound. The
 * media worker and the main thread each have their own; needs no permission but that of the socket.
 *
 *     connect ─► hello ─► open ──► openStream ─► pcm ⇄ … ─► close
 *                          └─ the host died, or closed by us: `closed`; every stream is gone with it
 *
 * Frames are on the real-time path: samples are handed over as a view of the receive buffer.
 */
import { OffhookError } from "../../base/mod.ts";
import { ContactConnection } from "./contacts.ts";
import { HidConnection } from "./hid.ts";
import type { DeviceStream, DeviceStreamEvents } from "./stream.ts";
import {
  ALIVE_INTERVAL_MS,
  type DeviceList,
  type Frame,
  FrameDecoder,
  FrameType,
  FrameWriter,
  type HostMessage,
  parseHostMessage,
  PROTOCOL_VERSION,
  type Requests,
  type RequestType,
  samplesOf,
  type StreamDirection,
  type StreamOpened,
} from "../wire/mod.ts";

/** Above every limit of the host's own: who is silent for so long hangs in native code. */
const REQUEST_LIMIT_MS = 20_000;
const HELLO_LIMIT_MS = 5_000;
/** Signs of life that may fail to come, one after the other. */
const SILENCE_LIMIT = 4;

interface Pending {
  resolve(result: unknown): void;
  reject(error: OffhookError): void;
  timer: ReturnType<typeof setTimeout>;
}

export class DeviceHostConnection {
  /** Settles when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  readonly hid = new HidConnection((type, params) => this.#request(type, params));
  readonly contacts = new ContactConnection((type, params) => this.#request(type, params));
  readonly #connection: Deno.Conn;
  readonly #writer: FrameWriter;
  readonly #pending = new Map<number, Pending>();
  readonly #streams = new Map<number, DeviceStreamEvents>();
  readonly #hello: Promise<void>;
  #greeted: (error?: OffhookError) => void = () => {};
  readonly #silenceTimer: ReturnType<typeof setInterval>;
  /** Checks since anything came. Ours may be late as well, so what counts is their number. */
  #silence = 0;
  #hung = false;
  #hostPid = 0;
  #ended = false;
  #nextRequest = 1;
  #nextStream = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#writer = new FrameWriter(connection, () => this.#end());
    this.#hello = new Promise((resolve, reject) => {
      this.#greeted = (error) => error ? reject(error) : resolve();
    });
    this.#hello.catch(() => {});
    this.#silenceTimer = setInterval(() => this.#checkSilence(), ALIVE_INTERVAL_MS);
    this.closed = this.#readFrames();
  }

  /** @throws OffhookError `device-failed` when nobody listens there, or somebody else does */
  static async connect(socket: string): Promise<DeviceHostConnection> {
    let raw: Deno.Conn;
    try {
      raw = await Deno.connect({ transport: "unix", path: socket });
    } catch (cause) {
      throw new OffhookError("device-failed", "The device host does not listen", { cause });
    }
    const connection = new DeviceHostConnection(raw);
    const timer = setTimeout(() => connection.close(), HELLO_LIMIT_MS);
    try {
      await connection.#hello;
      return connection;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Process id of the host. */
  get hostPid(): number {
    return this.#hostPid;
  }

  /** Whether it ended because the host hangs: its process should then be killed. */
  get hung(): boolean {
    return this.#hung;
  }

  /** @throws OffhookError `device-failed` */
  listDevices(): Promise<DeviceList> {
    return this.#request("list-devices", {});
  }

  /**
   * @param device id, name or part of a name; undefined: the default device
   * @param frameMs of the frames that a capture sends
   * @throws OffhookError `device-not-found` listing what there is, `device-failed`
   */
  async openStream(
    direction: StreamDirection,
    device: string | undefined,
    frameMs: 10 | 20,
    events: DeviceStreamEvents,
  ): Promise<DeviceStream> {
    const stream = this.#freeStream();
    this.#streams.set(stream, events);
    try {
      const params = { stream, direction, device: device ?? null, frameMs };
      const opened = await this.#request("open-stream", params);
      return this.#deviceStream(stream, opened, events);
    } catch (error) {
      if (this.#streams.get(stream) === events) this.#streams.delete(stream);
      throw error;
    }
  }

  /** @throws OffhookError `device-failed` when the host has no echo canceller */
  async cancelEcho(on: boolean): Promise<void> {
    await this.#request("cancel-echo", { on });
  }

  /** Ends the connection; the host closes what it opened, no event comes any more. Idempotent. */
  close(): void {
    this.#streams.clear();
    this.hid.forget();
    this.contacts.forget();
    this.#end();
  }

  #deviceStream(stream: number, opened: StreamOpened, events: DeviceStreamEvents): DeviceStream {
    let position = 0;
    return {
      opened,
      send: (samples) => {
        if (this.#streams.get(stream) !== events) return;
        this.#writer.pcm(stream, position, samples);
        position = (position + samples.length) >>> 0;
      },
      close: async () => {
        if (this.#streams.get(stream) !== events) return;
        // The number stays taken until the host let go of it, its events end now.
        this.#streams.set(stream, CLOSING);
        await this.#request("close-stream", { stream }).catch(() => {});
        this.#streams.delete(stream);
      },
    };
  }

  #freeStream(): number {
    while (this.#streams.has(this.#nextStream)) this.#nextStream = (this.#nextStream + 1) & 0xffff;
    const stream = this.#nextStream;
    this.#nextStream = (this.#nextStream + 1) & 0xffff;
    return stream;
  }

  #request<T extends RequestType>(
    type: T,
    params: Requests[T]["params"],
  ): Promise<Requests[T]["result"]> {
    if (this.#ended) return Promise.reject(died());
    const id = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new OffhookError("device-failed", `The device host did not answer "${type}"`));
        this.#giveUp();
      }, REQUEST_LIMIT_MS);
      this.#pending.set(id, { resolve: (result) => resolve(result as never), reject, timer });
      this.#writer.control({ type, id, ...params });
    });
  }

  /** Never rejects. */
  async #readFrames(): Promise<void> {
    const decoder = new FrameDecoder();
    const onFrame = (frame: Frame) => this.#take(frame);
    try {
      while (!this.#ended) {
        const count = await this.#connection.read(decoder.space());
        if (count === null) break;
        this.#silence = 0;
        decoder.commit(count, onFrame);
      }
    } catch {
      // Broken, or closed by us: the same for all who wait.
    }
    this.#end();
  }

  #take(frame: Frame): void {
    if (frame.type === FrameType.pcm) {
      this.#streams.get(frame.stream)?.pcm?.(samplesOf(frame.payload), frame.position);
    } else if (frame.type === FrameType.level) {
      this.#takeLevel(frame);
    } else if (frame.type === FrameType.report) {
      this.hid.takeReport(frame.stream, frame.payload);
    } else if (frame.type === FrameType.control) {
      this.#takeMessage(parseHostMessage(frame.payload));
    }
  }

  #takeLevel(frame: Frame): void {
    const view = new DataView(frame.payload.buffer, frame.payload.byteOffset);
    this.#streams.get(frame.stream)?.level?.({
      taken: frame.position,
      headroom: view.getUint32(0, true),
      underflows: view.getUint32(4, true),
      overflows: view.getUint32(8, true),
    });
  }

  #takeMessage(message: HostMessage): void {
    switch (message.type) {
      case "hello":
        this.#hostPid = message.pid;
        return this.#greeted(message.version === PROTOCOL_VERSION ? undefined : foreign(message));
      case "alive":
        return;
      case "reply":
        return this.#settle(message.id, (pending) => pending.resolve(message.result));
      case "error":
        return this.#settle(
          message.id,
          (pending) => pending.reject(OffhookError.fromJSON(message.error)),
        );
      case "stream-failed": {
        const events = this.#streams.get(message.stream);
        this.#streams.delete(message.stream);
        return events?.failed(OffhookError.fromJSON(message.error));
      }
      case "contact-changed":
      case "contact-failed":
        return this.contacts.takeMessage(message);
      default:
        this.hid.takeMessage(message);
    }
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    how(pending);
  }

  #checkSilence(): void {
    if (++this.#silence > SILENCE_LIMIT) this.#giveUp();
  }

  #giveUp(): void {
    this.#hung = true;
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#silenceTimer);
    this.#writer.close();
    this.#connection.close();
    this.#greeted(died());
    for (const id of [...this.#pending.keys()]) this.#settle(id, ({ reject }) => reject(died()));
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const events of streams) events.failed(died());
    this.hid.end(died());
    this.contacts.end(died());
  }
}

const CLOSING: DeviceStreamEvents = { failed() {} };

function died(): OffhookError {
  return new OffhookError("device-failed", "The device host has died", {
    hint: "It is started again by itself.",
  });
}

function foreign(hello: { version: number }): OffhookError {
  return new OffhookError(
    "internal",
    `The device host speaks version ${hello.version} of its wire, not ${PROTOCOL_VERSION}`,
  );
}
