/**
 * The sound card through naudiodon's native addon, loaded without its index.js (whose
 * segfault-handler cannot load on Deno, and whose Node streams would add their own buffers).
 *
 * What its C++ asks of us:
 * - an unknown `deviceId` silently becomes the default device: the name is checked after opening;
 * - `quit` waits for the card to take what was written and hangs when the card is dead: the caller
 *   bounds it, and nothing is written any more once it began;
 * - an output callback waits for the next write, so the host never stops writing;
 * - with `closeOnError` a write resolves to a text on an underrun and has still been taken; a read
 *   would lose its samples, so captures open without it.
 */
import { Buffer } from "node:buffer";
import { createRequire } from "node:module";
import { OffhookError } from "../../../base/mod.ts";
import type {
  AudioBackend,
  BackendCapture,
  BackendPlayback,
  BackendStream,
  StreamFormat,
} from "./backend.ts";
import { BLOCK_MS } from "./backend.ts";
import {
  type AudioDevice,
  deviceGone,
  type StreamDirection,
  withStableIds,
} from "../../wire/mod.ts";
import { naudiodonAddon } from "./naudiodon_path.ts";

interface AddonStream {
  start(): void;
  read(bytes: number): Promise<{ buf?: Uint8Array; err?: string; finished?: boolean }>;
  write(chunk: Buffer): Promise<string | undefined>;
  quit(how: "ABORT"): Promise<void>;
}

interface AddonOptions {
  deviceId: number;
  sampleRate: number;
  channelCount: number;
  sampleFormat: 16;
  /** Blocks that may wait between us and the card's callback. */
  maxQueue: number;
  framesPerBuffer: number;
  closeOnError: boolean;
}

interface Addon {
  getDevices(): {
    id: number;
    name: string;
    maxInputChannels: number;
    maxOutputChannels: number;
    defaultSampleRate: number;
    hostAPIName: string;
  }[];
  getHostAPIs(): {
    defaultHostAPI: number;
    HostAPIs: { id: number; defaultInput: number; defaultOutput: number }[];
  };
  create(options: { inOptions: AddonOptions } | { outOptions: AddonOptions }): AddonStream;
}

/** A capture's queue only bridges the host's own pauses; it stays empty while the host reads. */
const CAPTURE_QUEUE = 10;
const PLAYBACK_QUEUE = 1;

type IndexedDevice = AudioDevice & { index: number };

class NaudiodonStream implements BackendStream {
  readonly format: StreamFormat;
  /** The addon does not tell; its own queue and callback hold a block each. */
  readonly latencyMs = 2 * BLOCK_MS;
  #xruns = 0;
  readonly #stream: AddonStream;

  constructor(stream: AddonStream, format: StreamFormat) {
    this.#stream = stream;
    this.format = format;
  }

  get xruns(): number {
    return this.#xruns;
  }

  async read(into: Int16Array): Promise<void> {
    const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    const { buf, err, finished } = await this.#stream.read(target.length);
    if (err !== undefined || finished || buf === undefined || buf.length !== target.length) {
      throw new OffhookError("device-failed", `The microphone stopped${err ? `: ${err}` : ""}.`);
    }
    target.set(buf);
  }

  async write(samples: Int16Array<ArrayBuffer>): Promise<void> {
    const chunk = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    if (await this.#stream.write(chunk)) this.#xruns++;
  }

  async close(): Promise<void> {
    await this.#stream.quit("ABORT");
  }
}

export class NaudiodonBackend implements AudioBackend {
  readonly name = "naudiodon";
  readonly #addon: Addon;
  #devices: IndexedDevice[] = [];

  /** @throws when the addon was not built or cannot be loaded here */
  constructor(path = naudiodonAddon()) {
    this.#addon = createRequire(import.meta.url)(path) as Addon;
  }

  listDevices(): Promise<AudioDevice[]> {
    const { defaultHostAPI, HostAPIs } = guarded(() => this.#addon.getHostAPIs());
    const host = HostAPIs.find((each) => each.id === defaultHostAPI);
    this.#devices = withStableIds(
      guarded(() => this.#addon.getDevices()).map((device) => ({
        index: device.id,
        name: device.name,
        hostApi: device.hostAPIName,
        inputChannels: device.maxInputChannels,
        outputChannels: device.maxOutputChannels,
        defaultInput: device.id === host?.defaultInput,
        defaultOutput: device.id === host?.defaultOutput,
        sampleRate: device.defaultSampleRate,
      })),
    );
    return Promise.resolve(this.#devices.map(({ index: _index, ...device }) => device));
  }

  openStream(
    device: AudioDevice,
    direction: "capture",
    format: StreamFormat,
  ): Promise<BackendCapture>;
  openStream(
    device: AudioDevice,
    direction: "playback",
    format: StreamFormat,
  ): Promise<BackendPlayback>;
  async openStream(
    device: AudioDevice,
    direction: StreamDirection,
    format: StreamFormat,
  ): Promise<BackendCapture & BackendPlayback> {
    const listed = this.#devices.find((each) => each.id === device.id);
    if (listed === undefined) throw deviceGone(device);
    const capture = direction === "capture";
    const options: AddonOptions = {
      deviceId: listed.index,
      sampleRate: format.rate,
      channelCount: format.channels,
      sampleFormat: 16,
      maxQueue: capture ? CAPTURE_QUEUE : PLAYBACK_QUEUE,
      framesPerBuffer: format.rate * BLOCK_MS / 1000,
      closeOnError: !capture,
    };
    const stream = guarded(() =>
      this.#addon.create(capture ? { inOptions: options } : { outOptions: options })
    );
    // Opening initialized PortAudio anew: the index may mean another card by now.
    const opened = guarded(() => this.#addon.getDevices())[listed.index];
    if (opened?.name !== listed.name) {
      await stream.quit("ABORT");
      throw deviceGone(device);
    }
    guarded(() => stream.start());
    return new NaudiodonStream(stream, format);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new OffhookError("device-failed", `naudiodon: ${text}`, { cause: error });
  }
}
