/**
 * WAV files as endpoints.
 *
 *     disk ──reader, ahead──► decode, mix to mono, resample ──► ring (1 s) ──read()──► graph
 *     graph ──write()──► resample to 16 kHz ──► block of 1 s ──► disk
 *
 * `read` and `write` only touch memory; the disk is served between them.
 */
import { OffhookError } from "../base/mod.ts";
import {
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_SAMPLES,
  GRAPH_RATE,
} from "./endpoint.ts";
import { FileWriter, MAX_WAITING } from "./file_writer.ts";
import { loadResampler, Resampler } from "./resampler.ts";
import { SampleRing } from "./sample_ring.ts";
import { monoDecoder, type WavFormat, wavHeader } from "./wav.ts";
import { type OpenWav, openWav, readFully } from "./wav_file.ts";

/** Sound that is read ahead, ms. */
const AHEAD_MS = 1000;
/** Sound of one read, ms. */
const CHUNK_MS = 100;
/** Sound of one write, ms. */
const BLOCK_MS = 1000;
/** Rate of the files that we write, Hz: all that a wideband telephone call holds. */
const FILE_RATE = 16_000;

/** A microphone that plays a WAV file from `start` on, once or for ever. */
export class FileSource implements AudioSource {
  readonly #path: string;
  readonly #loop: boolean;
  readonly #ring = new SampleRing((GRAPH_RATE * AHEAD_MS) / 1000);
  #events: EndpointEvents | undefined;
  #reader: WavReader | undefined;
  #filling: Promise<void> | undefined;
  #started = false;
  #exhausted = false;
  #closed = false;

  constructor(path: string, loop: boolean) {
    this.#path = path;
    this.#loop = loop;
  }

  async open(events: EndpointEvents): Promise<void> {
    this.#events = events;
    await loadResampler();
    this.#reader = new WavReader(await openWav(this.#path), this.#loop);
    await this.#fill();
  }

  start(): void {
    this.#started = true;
  }

  read(into: Int16Array): boolean {
    const count = this.#started ? this.#ring.read(into) : 0;
    into.fill(0, count);
    if (this.#started && !this.#closed) this.#afterRead();
    return count > 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#events = undefined;
    await this.#filling;
    this.#reader?.close();
    this.#reader = undefined;
  }

  #afterRead(): void {
    if (this.#exhausted) {
      if (this.#ring.length > 0) return;
      const events = this.#events;
      this.#events = undefined;
      if (events) queueMicrotask(() => events.ended());
    } else if (this.#filling === undefined && this.#ring.room > this.#ring.capacity / 2) {
      this.#filling = this.#fill().finally(() => this.#filling = undefined);
    }
  }

  async #fill(): Promise<void> {
    try {
      while (!this.#closed && this.#reader && this.#ring.room >= this.#reader.chunkBound) {
        const samples = await this.#reader.next();
        if (samples === undefined) {
          this.#exhausted = true;
          return;
        }
        this.#ring.write(samples);
      }
    } catch (error) {
      this.#exhausted = true;
      this.#events?.failed(
        new OffhookError("file-unusable", `cannot read on in ${this.#path}: ${error}`, {
          data: { path: this.#path },
          cause: error,
        }),
      );
      this.#events = undefined;
    }
  }
}

/** Reads an open WAV file in chunks of mono samples at the graph's rate. */
class WavReader {
  /** Most samples that `next` gives. */
  readonly chunkBound: number;
  readonly #wav: OpenWav;
  readonly #loop: boolean;
  readonly #decode: (bytes: Uint8Array, samples: Int16Array) => number;
  readonly #resampler: Resampler;
  readonly #bytes: Uint8Array;
  readonly #mono: Int16Array;
  readonly #out: Int16Array;
  #left: number;

  constructor(wav: OpenWav, loop: boolean) {
    const format: WavFormat = wav.format;
    const blocks = Math.ceil((format.rate * CHUNK_MS) / 1000);
    this.#wav = wav;
    this.#loop = loop;
    this.#left = wav.length;
    this.#decode = monoDecoder(format);
    this.#resampler = new Resampler(format.rate, GRAPH_RATE);
    this.#bytes = new Uint8Array(blocks * format.blockAlign);
    this.#mono = new Int16Array(blocks);
    this.chunkBound = this.#resampler.outputBound(blocks);
    this.#out = new Int16Array(this.chunkBound);
  }

  /** @returns a view that is valid until the next call; undefined at the end */
  async next(): Promise<Int16Array | undefined> {
    if (this.#left === 0) {
      if (!this.#loop) return undefined;
      await this.#wav.file.seek(this.#wav.format.dataOffset, Deno.SeekMode.Start);
      this.#left = this.#wav.length;
    }
    const wanted = this.#bytes.subarray(0, Math.min(this.#bytes.length, this.#left));
    const got = await readFully(this.#wav.file, wanted);
    // A file that was cut while it played ends where it ends now.
    this.#left = got < wanted.length ? 0 : this.#left - got;
    if (got === 0) return undefined;
    const count = this.#decode(wanted.subarray(0, got), this.#mono);
    const made = this.#resampler.process(this.#mono.subarray(0, count), this.#out);
    return this.#out.subarray(0, made);
  }

  close(): void {
    this.#wav.file.close();
    this.#resampler.free();
  }
}

/** Interleaves channels into blocks of a second and writes them to a WAV file. */
export class WavRecorder {
  readonly #channels: number;
  readonly #resamplers: Resampler[] = [];
  readonly #frames: Int16Array[] = [];
  readonly #writer: FileWriter;
  readonly #failed: (error: OffhookError) => void;
  #block: Int16Array;
  #filled = 0;
  #broken = false;
  /** The block that was handed over last is on disk, or that it is not was told. */
  #written: Promise<void> = Promise.resolve();

  /**
   * @param failed called once, when the disk refuses; nothing is written from then on
   * @param replaces a file that exists; otherwise that is an error
   */
  constructor(
    path: string,
    channels: number,
    failed: (error: OffhookError) => void,
    replaces = false,
  ) {
    this.#channels = channels;
    this.#failed = failed;
    this.#writer = new FileWriter(
      path,
      (length) => wavHeader(FILE_RATE, channels, length),
      replaces,
    );
    this.#block = this.#newBlock();
  }

  /** @throws OffhookError `file-unusable` when the file cannot be created */
  async open(): Promise<void> {
    await loadResampler();
    await this.#writer.open();
    for (let channel = 0; channel < this.#channels; channel++) {
      const resampler = new Resampler(GRAPH_RATE, FILE_RATE);
      this.#resamplers.push(resampler);
      this.#frames.push(new Int16Array(resampler.outputBound(FRAME_SAMPLES)));
    }
  }

  /** Takes 20 ms of every channel; the caller's frames are copied. On the real-time path. */
  write(...frames: Int16Array[]): void {
    if (this.#broken || this.#resamplers.length === 0) return;
    let count = 0;
    for (let channel = 0; channel < this.#channels; channel++) {
      count = this.#resamplers[channel]!.process(frames[channel]!, this.#frames[channel]!);
    }
    for (let i = 0; i < count; i++) {
      for (let channel = 0; channel < this.#channels; channel++) {
        this.#block[this.#filled++] = this.#frames[channel]![i]!;
      }
    }
    if (this.#filled === this.#block.length) this.#flush();
  }

  /** Writes what is left and closes. Idempotent. */
  async close(): Promise<void> {
    if (this.#filled > 0 && !this.#broken) this.#flush();
    await this.#writer.close();
    // Whether the last block came to the disk is told before this is over.
    await this.#written;
    this.#broken = true;
    for (const resampler of this.#resamplers.splice(0)) resampler.free();
  }

  #newBlock(): Int16Array {
    return new Int16Array(((FILE_RATE * BLOCK_MS) / 1000) * this.#channels);
  }

  #flush(): void {
    const bytes = new Uint8Array(this.#block.buffer, 0, this.#filled * 2);
    this.#block = this.#newBlock();
    this.#filled = 0;
    if (this.#writer.waiting > MAX_WAITING) {
      this.#fail(
        new OffhookError("file-unusable", `the disk is too slow for ${this.#writer.path}`, {
          data: { path: this.#writer.path },
        }),
      );
      return;
    }
    this.#written = this.#writer.append(bytes).then((failure) => failure && this.#fail(failure));
  }

  #fail(error: OffhookError): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#failed(error);
  }
}

/** A speaker that writes a mono WAV file. */
export class FileSink implements AudioSink {
  readonly #path: string;
  #recorder: WavRecorder | undefined;
  #events: EndpointEvents | undefined;
  #started = false;

  constructor(path: string) {
    this.#path = path;
  }

  async open(events: EndpointEvents): Promise<void> {
    this.#events = events;
    const recorder = new WavRecorder(
      this.#path,
      1,
      (error) => this.#events?.failed(error),
      true,
    );
    await recorder.open();
    this.#recorder = recorder;
  }

  start(): void {
    this.#started = true;
  }

  write(frame: Int16Array): void {
    if (this.#started) this.#recorder?.write(frame);
  }

  async close(): Promise<void> {
    await this.#recorder?.close();
    this.#events = undefined;
    this.#recorder = undefined;
  }
}
