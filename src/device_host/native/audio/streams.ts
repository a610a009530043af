/**
 * The sound cards of the host as its clients use them: one backend, shared; streams, each owned by
 * one client.
 *
 *     opening ──► running ──► closing ──► closed
 *        │           ├─ backend throws, or no block for a while ─► stream-failed ─► closing
 *        └─ error reply
 *
 * Native code that does not come back cannot be undone in its process: `fatal` is then called, the
 * host dies and is started again.
 */
import { OffhookError } from "../../../base/mod.ts";
import type { AudioBackend, BackendCapture, BackendPlayback } from "./backend.ts";
import { Lock, Stuck, within } from "../mod.ts";
import {
  type AudioDevice,
  type DeviceList,
  findDevice,
  type FrameWriter,
  type OpenStream,
  type StreamDirection,
  type StreamOpened,
} from "../../wire/mod.ts";
import { EchoRoom } from "./echo/mod.ts";
import { NoBackend } from "./no_backend.ts";
import { CapturePump, PlaybackPump, type Pump } from "./pump.ts";
import { ReplaceableStream } from "./replaceable_stream.ts";
import { openInBestFormat } from "./stream_opener.ts";

/** Listing starts every host API; some wait for servers that are not there. */
const LIST_LIMIT_MS = 8_000;
const OPEN_LIMIT_MS = 5_000;
const CLOSE_LIMIT_MS = 1_000;
/** Longest pause of a running card. */
const STALL_LIMIT_MS = 1_000;
/** A sound server may take seconds until a card that slept gives its first block. */
const FIRST_BLOCK_LIMIT_MS = 5_000;
const STALL_CHECK_MS = 200;

export interface HostSurroundings {
  /** Monotonic, ms. */
  clock: () => number;
  /** The sound cards that the system has, one each; absent where it does not tell. */
  cards?: () => readonly string[];
  /** The process cannot go on: native code hangs. */
  fatal: (reason: string) => void;
}

/** One open stream. */
interface RunningStream {
  device: AudioDevice;
  direction: StreamDirection;
  backendStream: ReplaceableStream;
  pump: Pump;
  /** Settles, without rejecting, when the pump stopped. */
  finished: Promise<void>;
  failed: (error: OffhookError) => void;
}

export class AudioStreams {
  readonly #backend: AudioBackend;
  readonly #surroundings: HostSurroundings;
  readonly #lock = new Lock();
  readonly #running = new Set<RunningStream>();
  /** Cards that were there when the library last looked. */
  #cards: ReadonlySet<string> | undefined;
  readonly #stallTimer: ReturnType<typeof setInterval>;
  readonly #room: EchoRoom;

  constructor(backend: AudioBackend, surroundings: HostSurroundings) {
    this.#backend = backend;
    this.#surroundings = surroundings;
    this.#room = new EchoRoom(surroundings.clock);
    this.#stallTimer = setInterval(() => this.#findStalled(), STALL_CHECK_MS);
  }

  /** @throws OffhookError `device-failed` */
  list(): Promise<DeviceList> {
    return this.#lock.run(async () => {
      if (this.#backend instanceof NoBackend) {
        return { backend: "none", devices: [], unavailable: this.#backend.reason.toJSON() };
      }
      const devices = await this.#look();
      return { backend: this.#backend.name, devices };
    });
  }

  /**
   * Takes what speakers play out of what microphones hear, from now on, or not any more.
   * @throws OffhookError `device-failed` when there is no canceller
   */
  cancelEcho(on: boolean): void {
    this.#room.cancel(on);
  }

  /**
   * @param failed told once when the stream ends by itself; the stream is then closed already
   * @throws OffhookError `device-not-found`, `device-failed`
   */
  open(
    wanted: OpenStream,
    writer: FrameWriter,
    failed: (error: OffhookError) => void,
  ): Promise<ClientStream> {
    return this.#lock.run(async () => {
      const devices = await this.#look();
      const device = findDevice(devices, wanted.device ?? undefined, wanted.direction);
      const opening = openInBestFormat(this.#backend, device, wanted.direction);
      const stream = await this.#limited(OPEN_LIMIT_MS, "opening a device", opening);
      return this.#start(device, stream, wanted, writer, failed);
    });
  }

  /**
   * The devices of now. PortAudio sees a card that was plugged in only while no stream is open: then the
   * open ones are let go for the fraction of a second that this takes.
   */
  async #look(): Promise<AudioDevice[]> {
    const cards = new Set(this.#surroundings.cards?.() ?? []);
    const known = this.#cards;
    this.#cards = cards;
    const added = known !== undefined && [...cards].some((card) => !known.has(card));
    const suspended = added ? [...this.#running] : [];
    await Promise.all(
      suspended.map(({ backendStream }) =>
        this.#limited(CLOSE_LIMIT_MS, "letting a device go", backendStream.suspend())
      ),
    );
    const devices = await this.#limited(LIST_LIMIT_MS, "listing", this.#backend.listDevices());
    for (const running of suspended) await this.#resume(running, devices);
    return devices;
  }

  async #resume(running: RunningStream, devices: AudioDevice[]): Promise<void> {
    const { direction, backendStream, device: { id, name } } = running;
    try {
      const opening = openInBestFormat(
        this.#backend,
        findDevice(devices, id, direction),
        direction,
      );
      const stream = await this.#limited(OPEN_LIMIT_MS, "opening a device", opening);
      // it may have been closed meanwhile
      if (!this.#running.has(running)) return await stream.close();
      if (backendStream.resume(stream)) return;
      await stream.close();
      throw new OffhookError("device-failed", `The device "${name}" has another format now`);
    } catch (error) {
      this.#fail(running, OffhookError.from(error));
    }
  }

  /** Waits until the closed streams let their devices go, and closes the library. */
  async close(): Promise<void> {
    clearInterval(this.#stallTimer);
    await this.#lock.run(() => this.#limited(CLOSE_LIMIT_MS, "closing", this.#backend.close()));
  }

  #start(
    device: AudioDevice,
    backendStream: BackendCapture | BackendPlayback,
    wanted: OpenStream,
    writer: FrameWriter,
    failed: (error: OffhookError) => void,
  ): ClientStream {
    const { clock } = this.#surroundings;
    const stream = new ReplaceableStream(backendStream);
    const pump = wanted.direction === "capture"
      ? new CapturePump(stream, writer, wanted.stream, wanted.frameMs, clock, this.#room)
      : new PlaybackPump(stream, writer, wanted.stream, clock, this.#room);
    const running: RunningStream = {
      device,
      direction: wanted.direction,
      backendStream: stream,
      pump,
      failed,
      finished: pump.run().catch((error) => this.#fail(running, OffhookError.from(error))),
    };
    this.#running.add(running);
    return {
      opened: {
        device,
        rate: backendStream.format.rate,
        channels: backendStream.format.channels,
        latencyMs: backendStream.latencyMs,
      },
      push: (samples) => {
        if (pump instanceof PlaybackPump) pump.push(samples);
      },
      close: () => this.#close(running),
    };
  }

  #findStalled(): void {
    const now = this.#surroundings.clock();
    for (const running of this.#running) {
      const limit = running.pump.moving ? STALL_LIMIT_MS : FIRST_BLOCK_LIMIT_MS;
      if (running.pump.stalledMs(now) < limit) continue;
      const name = running.device.name;
      this.#fail(running, new OffhookError("device-failed", `The device "${name}" stands still`));
    }
  }

  #fail(running: RunningStream, error: OffhookError): void {
    if (!this.#running.has(running)) return;
    this.#close(running);
    running.failed(
      new OffhookError("device-failed", error.message, {
        hint: error.hint ?? "It comes back by itself when the device does.",
        data: { device: running.device.id, ...error.data },
      }),
    );
  }

  /** No sound moves any more; the device itself is let go as soon as its last block allows. */
  #close(running: RunningStream): void {
    if (!this.#running.delete(running)) return;
    running.pump.stop();
    const limit = running.pump.moving ? CLOSE_LIMIT_MS : FIRST_BLOCK_LIMIT_MS;
    this.#lock.run(async () => {
      await this.#limited(limit, "closing a device", running.backendStream.close());
      await this.#limited(limit, "the last block", running.finished);
    }).catch(() => {});
  }

  async #limited<T>(ms: number, what: string, call: Promise<T>): Promise<T> {
    try {
      return await within(ms, what, call);
    } catch (error) {
      if (!(error instanceof Stuck)) throw error;
      this.#surroundings.fatal(error.message);
      throw new OffhookError("device-failed", `The sound system hangs: ${error.message}`);
    }
  }
}

/** A stream in the hands of the client that opened it. */
export interface ClientStream {
  opened: StreamOpened;
  /** Sound to play; copied. Nothing happens on a capture. */
  push(samples: Int16Array): void;
  /** At once; the number may be used again. Idempotent. */
  close(): void;
}
