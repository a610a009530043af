/**
 * A sound library without sound cards: what is played on `Loop speaker` is heard on `Loop microphone`
 * a block later, at the pace of a timer.
 */
import { OffhookError } from "../../src/base/errors.ts";
import type {
  AudioBackend,
  BackendCapture,
  BackendPlayback,
  StreamFormat,
} from "../../src/device_host/native/audio/backend.ts";
import { BLOCK_MS } from "../../src/device_host/native/audio/backend.ts";
import {
  type AudioDevice,
  type StreamDirection,
  withStableIds,
} from "../../src/device_host/wire/device.ts";

const LONGEST_QUEUE = 10;

function device(
  name: string,
  inputChannels: number,
  outputChannels: number,
  sampleRate = 48_000,
  isDefault = false,
): Omit<AudioDevice, "id"> {
  return {
    name,
    hostApi: "Fake",
    inputChannels,
    outputChannels,
    sampleRate,
    defaultInput: isDefault && inputChannels > 0,
    defaultOutput: isDefault && outputChannels > 0,
  };
}

export const FAKE_DEVICES: AudioDevice[] = withStableIds([
  device("Loop speaker", 0, 1, 48_000, true),
  device("Loop microphone", 1, 0, 48_000, true),
  // Takes nothing but its own format, as cheap cards do.
  device("Stubborn speaker", 0, 2, 44_100),
  device("Stubborn microphone", 2, 0, 44_100),
  device("Twin", 1, 1),
  device("Twin", 1, 1),
]);

/** Paces calls as a card would: each settles one block after the one before. */
class BlockClock {
  #next = performance.now();

  async tick(): Promise<void> {
    this.#next = Math.max(this.#next + BLOCK_MS, performance.now() - 5 * BLOCK_MS);
    const wait = this.#next - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** One open stream: what is written comes out of the loop of its rate. */
export class FakeCard implements BackendCapture, BackendPlayback {
  readonly latencyMs = BLOCK_MS;
  readonly xruns = 0;
  /** It was pulled out. */
  gone = false;
  closed = false;
  readonly #clock = new BlockClock();

  constructor(readonly format: StreamFormat, private readonly loop: Int16Array[]) {}

  async read(into: Int16Array): Promise<void> {
    await this.#move();
    const block = this.loop.shift();
    if (block === undefined) into.fill(0);
    else into.set(block.subarray(0, into.length));
  }

  async write(samples: Int16Array): Promise<void> {
    await this.#move();
    if (this.loop.length < LONGEST_QUEUE) this.loop.push(samples.slice());
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  async #move(): Promise<void> {
    await this.#clock.tick();
    if (this.gone) throw new OffhookError("device-failed", "The device was pulled out.");
  }
}

export class FakeBackend implements AudioBackend {
  readonly name = "portaudio";
  /** Every stream that was opened, by direction. */
  readonly cards: Record<StreamDirection, FakeCard[]> = { capture: [], playback: [] };
  /** Blocks on their way from a speaker to the microphone of the same rate. */
  readonly #loops = new Map<number, Int16Array[]>();

  listDevices(): Promise<AudioDevice[]> {
    return Promise.resolve(FAKE_DEVICES);
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
  openStream(
    device: AudioDevice,
    direction: StreamDirection,
    format: StreamFormat,
  ): Promise<BackendCapture & BackendPlayback> {
    const stubborn = device.name.startsWith("Stubborn");
    if (format.rate !== device.sampleRate || (stubborn && format.channels !== 2)) {
      return Promise.reject(new OffhookError("device-failed", "Invalid sample rate or channels."));
    }
    const loop = this.#loops.get(format.rate) ?? [];
    this.#loops.set(format.rate, loop);
    if (direction === "playback") loop.length = 0;
    const card = new FakeCard(format, loop);
    this.cards[direction].push(card);
    return Promise.resolve(card);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
