/**
 * Rings for one call at a time, on a sound card that is open only while it rings.
 *
 *     WAV file, over and over ─┬─► sink of the ringer, else of the default card
 *     bell ────────────────────┘   where there is no file, or it cannot be read
 *
 * Opening and closing wait; `tick` is on the real-time path and does not.
 */
import {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  createSink,
  createSource,
  FRAME_SAMPLES,
} from "../../audio/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { CallId, Ring } from "../../core/ports/mod.ts";
import { bellOf, CadencePlayer } from "../tones/mod.ts";

/** dBm0: to be heard across a room, on a card that is set for talking. */
const BELL_LEVEL = -6;

type Failed = (call: CallId, error: OffhookError) => void;

export class Ringer {
  readonly #devices: AudioDevices | undefined;
  readonly #failed: Failed;
  #ringing: Ringing | undefined;

  /** @param failed told of a card and of a file that does not work, once each for a call */
  constructor(devices: AudioDevices | undefined, failed: Failed) {
    this.#devices = devices;
    this.#failed = failed;
  }

  /** Whether it needs the clock. */
  get sounds(): boolean {
    return this.#ringing?.sounds ?? false;
  }

  /** Never rejects. @returns when it rings, or cannot */
  async start(call: CallId, ring: Ring): Promise<void> {
    void this.#ringing?.close();
    const ringing = this.#ringing = new Ringing(call, ring, this.#failed);
    await ringing.open(this.#devices);
  }

  /** Never rejects. */
  async stop(call: CallId): Promise<void> {
    if (this.#ringing?.call === call) await this.close();
  }

  async close(): Promise<void> {
    const ringing = this.#ringing;
    this.#ringing = undefined;
    await ringing?.close();
  }

  tick(): void {
    this.#ringing?.tick();
  }
}

/** What rings for one call. */
class Ringing {
  readonly call: CallId;
  readonly #ring: Ring;
  readonly #failed: Failed;
  readonly #bell: CadencePlayer;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #sink: AudioSink | undefined;
  #file: AudioSource | undefined;
  #closed = false;
  #hasCard = true;

  constructor(call: CallId, ring: Ring, failed: Failed) {
    this.call = call;
    this.#ring = ring;
    this.#failed = failed;
    this.#bell = new CadencePlayer(bellOf(ring.country), BELL_LEVEL);
  }

  get sounds(): boolean {
    return this.#sink !== undefined;
  }

  async open(devices: AudioDevices | undefined): Promise<void> {
    const [sink, file] = await Promise.all([this.#openSink(devices), this.#openFile()]);
    if (this.#closed) return await release(sink, file);
    this.#file = file;
    this.#sink = sink;
    file?.start();
    sink?.start();
  }

  tick(): void {
    if (this.#sink === undefined) return;
    for (let frames = this.#sink.frames?.() ?? 1; frames > 0; frames--) {
      this.#frame.fill(0);
      if (this.#file === undefined) this.#bell.addTo(this.#frame);
      else this.#file.read(this.#frame);
      this.#sink.write(this.#frame);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const sink = this.#sink;
    this.#sink = undefined;
    await release(sink, this.#file);
  }

  /** Somebody calls: a card that is not there makes way for the one that is. */
  async #openSink(devices: AudioDevices | undefined): Promise<AudioSink | undefined> {
    const { device } = this.#ring;
    const cards = device === undefined ? [{}] : [{ name: device }, {}];
    for (const card of cards) {
      try {
        const sink = createSink({ kind: "device", ...card }, devices);
        const events = {
          failed: (error: OffhookError) => this.#cardFailed(error),
          restored: () => {},
          ended: () => {},
        };
        await sink.open(events);
        return sink;
      } catch (error) {
        this.#cardFailed(OffhookError.from(error));
      }
    }
  }

  async #openFile(): Promise<AudioSource | undefined> {
    const { file: path } = this.#ring;
    if (path === undefined) return undefined;
    const file = createSource({ kind: "file", path, loop: true });
    const failed = (error: OffhookError) => {
      this.#file = undefined;
      void file.close();
      this.#tell(error);
    };
    try {
      // One that ends although it is played over and over has nothing left in it.
      const ended = () => failed(new OffhookError("file-unusable", `${path} has become empty`));
      await file.open({ failed, restored: () => {}, ended });
      return file;
    } catch (error) {
      this.#tell(OffhookError.from(error));
    }
  }

  #cardFailed(error: OffhookError): void {
    if (this.#hasCard) this.#tell(error);
    this.#hasCard = false;
  }

  /** Also while it opens. */
  #tell(error: OffhookError): void {
    if (!this.#closed) this.#failed(this.call, error);
  }
}

async function release(...all: (AudioSink | AudioSource | undefined)[]): Promise<void> {
  await Promise.all(all.map((each) => each?.close()));
}
