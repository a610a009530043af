/**
 * The sound card through the system's libportaudio, blocking API: the fallback where naudiodon has
 * no binary (Linux on arm64, Apple silicon) or was not built.
 */
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
import {
  checked,
  INPUT_OVERFLOWED,
  loadPortAudio,
  openBlockingStream,
  OUTPUT_UNDERFLOWED,
  type PortAudio,
  portAudioError,
  readDevice,
  streamLatency,
} from "./portaudio_library.ts";

/** Seconds asked for at least; some drivers state a latency of 0 and then run dry all the time. */
const LEAST_LATENCY = 0.02;

type IndexedDevice = AudioDevice & { index: number; lowInput: number; lowOutput: number };

class PortAudioStream implements BackendStream {
  readonly format: StreamFormat;
  readonly latencyMs: number;
  #xruns = 0;
  #underWay: Promise<number> = Promise.resolve(0);
  readonly #library: PortAudio;
  readonly #stream: Deno.PointerObject;
  readonly #closed: () => void;

  constructor(
    library: PortAudio,
    stream: Deno.PointerObject,
    format: StreamFormat,
    capture: boolean,
    closed: () => void,
  ) {
    this.#library = library;
    this.#stream = stream;
    this.format = format;
    this.latencyMs = streamLatency(library, stream, capture) * 1000;
    this.#closed = closed;
  }

  get xruns(): number {
    return this.#xruns;
  }

  async read(into: Int16Array<ArrayBuffer>): Promise<void> {
    const frames = BigInt(into.length / this.format.channels);
    this.#underWay = this.#library.Pa_ReadStream(this.#stream, bytes(into), frames);
    this.#check(await this.#underWay, "read");
  }

  async write(samples: Int16Array<ArrayBuffer>): Promise<void> {
    const frames = BigInt(samples.length / this.format.channels);
    this.#underWay = this.#library.Pa_WriteStream(this.#stream, bytes(samples), frames);
    this.#check(await this.#underWay, "write");
  }

  async close(): Promise<void> {
    // PortAudio forbids stopping a stream while another thread is inside its read or write.
    await this.#underWay;
    await this.#library.Pa_AbortStream(this.#stream);
    await this.#library.Pa_CloseStream(this.#stream);
    this.#closed();
  }

  #check(code: number, what: string): void {
    if (code === INPUT_OVERFLOWED || code === OUTPUT_UNDERFLOWED) this.#xruns++;
    else if (code < 0) throw portAudioError(this.#library, code, what);
  }
}

function bytes(samples: Int16Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

export class PortAudioBackend implements AudioBackend {
  readonly name = "portaudio";
  readonly #library: PortAudio;
  #initialized = false;
  #openStreams = 0;
  #devices: IndexedDevice[] = [];

  /** @throws OffhookError `device-failed` when libportaudio is not installed */
  constructor() {
    this.#library = loadPortAudio();
  }

  async listDevices(): Promise<AudioDevice[]> {
    // PortAudio looks at the machine only while it initializes.
    if (this.#initialized && this.#openStreams === 0) await this.#terminate();
    if (!this.#initialized) {
      checked(this.#library, await this.#library.Pa_Initialize(), "start");
      this.#initialized = true;
    }
    this.#devices = this.#enumerate();
    return this.#devices.map(({ index: _i, lowInput: _l, lowOutput: _o, ...device }) => device);
  }

  #enumerate(): IndexedDevice[] {
    const input = this.#library.Pa_GetDefaultInputDevice();
    const output = this.#library.Pa_GetDefaultOutputDevice();
    const devices: Omit<IndexedDevice, "id">[] = [];
    for (let index = 0; index < this.#library.Pa_GetDeviceCount(); index++) {
      const info = readDevice(this.#library, index);
      if (info === undefined) continue;
      devices.push({
        index,
        name: info.name,
        hostApi: info.hostApi,
        inputChannels: info.maxInputChannels,
        outputChannels: info.maxOutputChannels,
        defaultInput: index === input,
        defaultOutput: index === output,
        sampleRate: info.defaultSampleRate,
        lowInput: info.lowInputLatency,
        lowOutput: info.lowOutputLatency,
      });
    }
    return withStableIds(devices);
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
    if (!this.#initialized || listed === undefined) throw deviceGone(device);
    const capture = direction === "capture";
    const stream = await openBlockingStream(this.#library, {
      index: listed.index,
      capture,
      channels: format.channels,
      rate: format.rate,
      blockFrames: format.rate * BLOCK_MS / 1000,
      latency: Math.max(capture ? listed.lowInput : listed.lowOutput, LEAST_LATENCY),
    });
    const started = await this.#library.Pa_StartStream(stream);
    if (started < 0) {
      await this.#library.Pa_CloseStream(stream);
      throw portAudioError(this.#library, started, "start the stream");
    }
    this.#openStreams++;
    return new PortAudioStream(this.#library, stream, format, capture, () => this.#openStreams--);
  }

  async close(): Promise<void> {
    if (this.#initialized && this.#openStreams === 0) await this.#terminate();
  }

  async #terminate(): Promise<void> {
    this.#initialized = false;
    await this.#library.Pa_Terminate();
  }
}
