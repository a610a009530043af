/**
 * Keeps one stream of the device host open through the deaths of its device and of the host.
 *
 *     new ─open()─► open ─device or host fails─► lost ─opened again─► open …
 *      └─ throws: closed      (failed)                 (restored)
 *
 * The first try after a loss is at once, the next after growing pauses, without end: a headset that
 * is plugged in again an hour later still comes back.
 */
import { OffhookError } from "../../base/mod.ts";
import {
  type DeviceHostAccess,
  DeviceHostConnection,
  type DeviceStream,
  type PlaybackLevel,
  type StreamDirection,
  type StreamOpened,
} from "../../device_host/client/mod.ts";
import type { EndpointEvents } from "../mod.ts";

/** Pauses before the tries after a loss, ms; the last one repeats. */
const RETRY_MS = [0, 250, 500, 1000, 2000];

/** A connection to the device host that all endpoints of a thread share while they need it. */
export class DeviceConnections {
  readonly #access: DeviceHostAccess;
  #current: Promise<DeviceHostConnection> | undefined;
  #users = 0;
  #cancelsEcho = false;

  constructor(access: DeviceHostAccess) {
    this.#access = access;
  }

  /** Until `release`, the connection stays. */
  acquire(): void {
    this.#users++;
  }

  /**
   * In all microphones, also after the host was started again.
   * @throws OffhookError `device-failed` when there is no canceller; nothing changes then
   */
  async cancelEcho(on: boolean): Promise<void> {
    if (this.#cancelsEcho === on) return;
    this.#cancelsEcho = on;
    try {
      await (await this.#current)?.cancelEcho(on);
    } catch (error) {
      this.#cancelsEcho = false;
      throw error;
    }
  }

  /** The last user closes the connection. */
  release(): void {
    if (--this.#users > 0) return;
    // The host ends with the connection what this one asked for.
    this.#cancelsEcho = false;
    this.#current?.then((connection) => connection.close(), () => {});
    this.#current = undefined;
  }

  /** @throws OffhookError `device-failed` when the host cannot be started */
  connection(): Promise<DeviceHostConnection> {
    if (this.#current !== undefined) return this.#current;
    const attempt = this.#connect();
    const forget = () => {
      if (this.#current === attempt) this.#current = undefined;
    };
    attempt.then((connection) => connection.closed.then(forget), forget);
    this.#current = attempt;
    return attempt;
  }

  async #connect(): Promise<DeviceHostConnection> {
    const socket = await this.#access.socket();
    const connection = await DeviceHostConnection.connect(socket);
    connection.closed.then(() => connection.hung && this.#access.abandon(socket));
    // What is missing was told when it was first asked for.
    if (this.#cancelsEcho) await connection.cancelEcho(true).catch(() => {});
    return connection;
  }

  /** `error` with what native libraries printed last. */
  async explained(error: OffhookError): Promise<OffhookError> {
    if (error.code !== "device-failed" || error.data?.log !== undefined) return error;
    const log = await this.#access.log().catch(() => []);
    if (log.length === 0) return error;
    return new OffhookError(error.code, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      data: { ...error.data, log },
      cause: error,
    });
  }
}

/** What the owner of a stream does with it. */
export interface StreamUse {
  /** A stream was opened, for the first time or again; sound flows when this has settled. */
  prepare(opened: StreamOpened): Promise<void>;
  pcm?(samples: Int16Array): void;
  level?(level: PlaybackLevel): void;
}

export class DeviceStreamKeeper {
  readonly #connections: DeviceConnections;
  readonly #direction: StreamDirection;
  readonly #name: string | undefined;
  readonly #frameMs: 10 | 20;
  readonly #use: StreamUse;
  #events: EndpointEvents | undefined;
  #stream: DeviceStream | undefined;
  #losses = 0;
  #closed = false;
  /** Ends the pause before the next try. */
  #wake: () => void = () => {};
  /** The recovery under way. */
  #recovery: Promise<void> | undefined;

  constructor(
    connections: DeviceConnections,
    direction: StreamDirection,
    name: string | undefined,
    frameMs: 10 | 20,
    use: StreamUse,
  ) {
    this.#connections = connections;
    this.#direction = direction;
    this.#name = name;
    this.#frameMs = frameMs;
    this.#use = use;
  }

  /** The stream while it is open and prepared. */
  get stream(): DeviceStream | undefined {
    return this.#stream;
  }

  /** Times that it was lost. */
  get losses(): number {
    return this.#losses;
  }

  /** @throws OffhookError `device-not-found`, `device-failed` */
  async open(events: EndpointEvents): Promise<void> {
    this.#events = events;
    this.#connections.acquire();
    try {
      await this.#openStream();
    } catch (error) {
      await this.close();
      throw await this.#connections.explained(OffhookError.from(error));
    }
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake();
    await this.#recovery;
    const stream = this.#stream;
    this.#stream = undefined;
    await stream?.close();
    if (this.#events !== undefined) this.#connections.release();
  }

  async #openStream(): Promise<void> {
    let lost = false;
    let ready = false;
    const connection = await this.#connections.connection();
    const stream = await connection.openStream(this.#direction, this.#name, this.#frameMs, {
      pcm: (samples) => ready && this.#use.pcm?.(samples),
      level: (level) => ready && this.#use.level?.(level),
      failed: (error) => {
        lost = true;
        if (ready) this.#lose(error);
      },
    });
    if (!this.#closed) await this.#use.prepare(stream.opened);
    if (this.#closed) return await stream.close();
    if (lost) throw new OffhookError("device-failed", "The device failed as soon as it was open");
    ready = true;
    this.#stream = stream;
  }

  #lose(error: OffhookError): void {
    if (this.#closed) return;
    this.#stream = undefined;
    this.#losses++;
    this.#recovery = this.#recover(error);
  }

  /** Never rejects. */
  async #recover(error: OffhookError): Promise<void> {
    const explained = await this.#connections.explained(error);
    if (this.#closed) return;
    this.#events!.failed(explained);
    for (let attempt = 0; !this.#closed; attempt++) {
      await this.#pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
      if (this.#closed) return;
      try {
        await this.#openStream();
        if (!this.#closed) this.#events!.restored();
        return;
      } catch {
        // Not there yet: the loss was told once, the return will be.
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
