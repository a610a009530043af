/**
 * Moves sound between one backend stream and the wire, paced by the card.
 *
 *     CapturePump    backend.read ─► first channels mixed to mono ─► echo room ─► frames ─► wire
 *     PlaybackPump   wire ─► ring ─► every channel ─► backend.write ─► echo room
 *
 * A pump runs until `stop` or until the backend fails. A read or write that does not settle is
 * invisible to the loop itself: the owner looks at `stalledMs`. On the real-time path.
 */
import type { BackendCapture, BackendPlayback } from "./backend.ts";
import { BLOCK_MS } from "./backend.ts";
import type { EchoCleaner, EchoRoom } from "./echo/mod.ts";
import { type FrameWriter, LeanRing } from "../../wire/mod.ts";

/** Sound that a playback holds at most. */
const PLAYBACK_CAPACITY_MS = 140;
/** Frames from the client between two reports of a playback's level: 200 ms. */
const LEVEL_FRAMES = 10;

export interface Pump {
  /** Settles when the pump stopped; rejects with what the backend threw. */
  run(): Promise<void>;
  /** Stops at the end of the block under way. */
  stop(): void;
  /** Time since the backend last took or gave a block. */
  stalledMs(now: number): number;
  /** Whether the card has moved any sound yet. */
  readonly moving: boolean;
}

abstract class BlockPump implements Pump {
  #stopped = false;
  #lastBlock: number;
  #blocks = 0;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#lastBlock = clock();
  }

  get moving(): boolean {
    return this.#blocks > 0;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.moveBlock();
      this.#lastBlock = this.#clock();
      this.#blocks++;
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  stalledMs(now: number): number {
    return now - this.#lastBlock;
  }

  protected abstract moveBlock(): Promise<void>;
}

export class CapturePump extends BlockPump {
  readonly #stream: BackendCapture;
  readonly #writer: FrameWriter;
  readonly #number: number;
  readonly #block: Int16Array;
  readonly #frame: Int16Array;
  /** The frame, a block each. */
  readonly #parts: readonly Int16Array[];
  readonly #echo: EchoCleaner;
  #filled = 0;
  #position = 0;

  /** @param number the stream on the wire; @param frameMs of the frames that go there */
  constructor(
    stream: BackendCapture,
    writer: FrameWriter,
    number: number,
    frameMs: number,
    clock: () => number,
    room: EchoRoom,
  ) {
    super(clock);
    this.#stream = stream;
    this.#writer = writer;
    this.#number = number;
    const frames = Math.round(stream.format.rate * BLOCK_MS / 1000);
    this.#block = new Int16Array(frames * stream.format.channels);
    this.#frame = new Int16Array(frames * frameMs / BLOCK_MS);
    const parts = frameMs / BLOCK_MS;
    this.#parts = Array.from(
      { length: parts },
      (_, i) => this.#frame.subarray(i * frames, (i + 1) * frames),
    );
    this.#echo = room.microphone(frames, stream.format.rate);
  }

  override stop(): void {
    super.stop();
    this.#echo.close();
  }

  protected async moveBlock(): Promise<void> {
    await this.#stream.read(this.#block);
    const { channels } = this.#stream.format;
    const part = this.#parts[this.#filled * channels / this.#block.length]!;
    mixToMono(this.#block, channels, part);
    this.#echo.clean(part);
    this.#filled += part.length;
    if (this.#filled < this.#frame.length) return;
    this.#writer.pcm(this.#number, this.#position, this.#frame);
    this.#position = (this.#position + this.#frame.length) >>> 0;
    this.#filled = 0;
  }
}

export class PlaybackPump extends BlockPump {
  readonly #stream: BackendPlayback;
  readonly #writer: FrameWriter;
  readonly #number: number;
  readonly #ring: LeanRing;
  readonly #mono: Int16Array;
  readonly #block: Int16Array;
  #taken = 0;
  #framesSinceLevel = 0;
  #headroom = Infinity;

  readonly #room: EchoRoom;

  constructor(
    stream: BackendPlayback,
    writer: FrameWriter,
    number: number,
    clock: () => number,
    room: EchoRoom,
  ) {
    super(clock);
    this.#room = room;
    this.#stream = stream;
    this.#writer = writer;
    this.#number = number;
    const { rate, channels } = stream.format;
    this.#ring = new LeanRing(rate, PLAYBACK_CAPACITY_MS);
    this.#mono = new Int16Array(Math.round(rate * BLOCK_MS / 1000));
    this.#block = channels === 1 ? this.#mono : new Int16Array(this.#mono.length * channels);
  }

  /** Takes one frame from the wire; copies it. */
  push(samples: Int16Array): void {
    if (this.#ring.primed) this.#headroom = Math.min(this.#headroom, this.#ring.length);
    this.#ring.push(samples);
    if (this.#headroom === Infinity) return;
    if (++this.#framesSinceLevel < LEVEL_FRAMES) return;
    const { underflows, overflows } = this.#ring;
    this.#writer.level(this.#number, this.#taken, this.#headroom, underflows, overflows);
    this.#framesSinceLevel = 0;
    this.#headroom = Infinity;
  }

  override stop(): void {
    super.stop();
    this.#room.forget(this);
  }

  protected async moveBlock(): Promise<void> {
    this.#ring.pull(this.#mono);
    spreadMono(this.#mono, this.#stream.format.channels, this.#block);
    await this.#stream.write(this.#block);
    this.#room.played(this, this.#mono, this.#stream.format.rate);
    this.#taken = (this.#taken + this.#mono.length) >>> 0;
  }
}

/** The first two channels' mean: a microphone is often only on one of two. */
function mixToMono(block: Int16Array, channels: number, into: Int16Array): void {
  if (channels === 1) {
    into.set(block);
    return;
  }
  for (let i = 0; i < into.length; i++) {
    into[i] = (block[i * channels] + block[i * channels + 1]) >> 1;
  }
}

/** Mono on the first two channels, silence on the others; nothing to do when `into` is `mono`. */
function spreadMono(mono: Int16Array, channels: number, into: Int16Array): void {
  if (channels === 1) return;
  for (let i = 0; i < mono.length; i++) {
    into[i * channels] = into[i * channels + 1] = mono[i];
  }
}
