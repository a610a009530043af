/**
 * Standard input and output as endpoints: signed 16-bit little-endian mono at a rate of choice.
 *
 *     stdin ──pump──► bytes → samples ──► resample ──► ring (5 s) ──read()──► graph
 *     graph ──write()──► resample ──► blocks (2 s at most) ──pump──► stdout
 *
 * Back-pressure: a full ring stops the reading, so a file that is piped in loses nothing. Bounded
 * delay: a source that comes at the pace of time itself (a microphone) is live, and what it piled up
 * is dropped at the start and whenever it stays above {@link LIVE_LIMIT_MS}. A slow reader of stdout
 * loses the oldest sound beyond 2 s. `read` and `write` only touch memory.
 */
import { fileReason, OffhookError } from "../base/mod.ts";
import {
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_MS,
  FRAME_SAMPLES,
  GRAPH_RATE,
} from "./endpoint.ts";
import { PaceMeter } from "./pace_meter.ts";
import { loadResampler, Resampler } from "./resampler.ts";
import { SampleRing } from "./sample_ring.ts";

/** What a pipe is read from and written to: Deno.stdin, Deno.stdout, or a test's own. */
export interface ByteReader {
  /** @returns octets read, null at the end */
  read(into: Uint8Array): Promise<number | null>;
}
export interface ByteWriter {
  /** @returns octets written, at least one */
  write(bytes: Uint8Array): Promise<number>;
}

const RING_MS = 5000;
const READ_MS = 40;
/** Sound that a live source keeps when it is trimmed, and above which it is trimmed, ms. */
const LIVE_KEEP_MS = 60;
const LIVE_LIMIT_MS = 200;
const MAX_QUEUE_MS = 2000;
/** What closing waits for the reader of our output, ms. */
const FLUSH_MS = 500;

const samplesOf = (ms: number) => (GRAPH_RATE * ms) / 1000;

/** A microphone on standard input. */
export class PipeSource implements AudioSource {
  readonly #rate: number;
  readonly #input: ByteReader;
  readonly #now: () => number;
  readonly #ring = new SampleRing(samplesOf(RING_MS));
  readonly #pace: PaceMeter;
  #resampler: Resampler | undefined;
  #events: EndpointEvents | undefined;
  #started = false;
  #atEnd = false;
  #closed = false;
  /** Continues the pump that waits for room. */
  #wake: (() => void) | undefined;

  /**
   * @param rate of the samples, Hz
   * @param now ms, monotonic
   */
  constructor(rate: number, input: ByteReader, now: () => number) {
    this.#rate = rate;
    this.#input = input;
    this.#now = now;
    this.#pace = new PaceMeter(now);
  }

  async open(events: EndpointEvents): Promise<void> {
    await loadResampler();
    this.#resampler = new Resampler(this.#rate, GRAPH_RATE);
    this.#events = events;
    this.#pump();
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    if (!this.#atEnd && this.#pace.live) this.#trim(LIVE_KEEP_MS);
  }

  read(into: Int16Array): boolean {
    const count = this.#started ? this.#ring.read(into) : 0;
    into.fill(0, count);
    if (!this.#started) return false;
    if (this.#ring.room >= samplesOf(2 * READ_MS)) this.#wake?.();
    const surplus = this.#pace.surplus((this.#ring.length * 1000) / GRAPH_RATE, this.#now());
    if (surplus > LIVE_LIMIT_MS) this.#trim(LIVE_KEEP_MS);
    if (this.#atEnd && this.#ring.length === 0) this.#tell((events) => events.ended());
    return count > 0;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#events = undefined;
    this.#wake?.();
    this.#resampler?.free();
    return Promise.resolve();
  }

  async #pump(): Promise<void> {
    const bytes = new Uint8Array(Math.ceil((this.#rate * READ_MS) / 1000) * 2);
    const samples = new Int16Array(bytes.length / 2);
    const resampled = new Int16Array(this.#resampler!.outputBound(samples.length));
    const view = new DataView(bytes.buffer);
    /** 1 when half a sample is left from the read before. */
    let left = 0;
    try {
      while (!this.#closed) {
        if (this.#ring.room < resampled.length) await this.#room();
        const count = await this.#input.read(bytes.subarray(left));
        if (this.#closed) return;
        if (count === null) break;
        const whole = (left + count) >> 1;
        for (let i = 0; i < whole; i++) samples[i] = view.getInt16(2 * i, true);
        const made = this.#resampler!.process(samples.subarray(0, whole), resampled);
        this.#ring.write(resampled.subarray(0, made));
        this.#pace.arrived((whole * 1000) / this.#rate);
        left = (left + count) & 1;
        if (left) bytes[0] = bytes[2 * whole]!;
      }
    } catch (error) {
      this.#tell((events) =>
        events.failed(
          new OffhookError("file-unusable", `standard input cannot be read: ${error}`, {
            cause: error,
          }),
        )
      );
    }
    this.#atEnd = true;
  }

  #room(): Promise<void> {
    this.#pace.blocked();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #trim(keepMs: number): void {
    this.#ring.drop(Math.max(0, this.#ring.length - samplesOf(keepMs)));
  }

  /** The last word of this endpoint, not from inside `read`. */
  #tell(word: (events: EndpointEvents) => void): void {
    const events = this.#events;
    this.#events = undefined;
    if (events) queueMicrotask(() => word(events));
  }
}

/** A speaker on standard output. */
export class PipeSink implements AudioSink {
  readonly #rate: number;
  readonly #output: ByteWriter;
  readonly #queue: Uint8Array[] = [];
  #resampler: Resampler | undefined;
  #events: EndpointEvents | undefined;
  #samples = new Int16Array(0);
  #started = false;
  #broken = false;
  #pumping: Promise<void> | undefined;

  constructor(rate: number, output: ByteWriter) {
    this.#rate = rate;
    this.#output = output;
  }

  async open(events: EndpointEvents): Promise<void> {
    await loadResampler();
    this.#resampler = new Resampler(GRAPH_RATE, this.#rate);
    this.#samples = new Int16Array(this.#resampler.outputBound(FRAME_SAMPLES));
    this.#events = events;
  }

  start(): void {
    this.#started = true;
  }

  write(frame: Int16Array): void {
    if (!this.#started || this.#broken || !this.#resampler) return;
    const count = this.#resampler.process(frame, this.#samples);
    const bytes = new Uint8Array(count * 2);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) view.setInt16(2 * i, this.#samples[i]!, true);
    if (this.#queue.length >= MAX_QUEUE_MS / FRAME_MS) this.#queue.shift();
    this.#queue.push(bytes);
    this.#pumping ??= this.#pump().finally(() => this.#pumping = undefined);
  }

  async close(): Promise<void> {
    this.#started = false;
    this.#events = undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, FLUSH_MS));
    await Promise.race([this.#pumping, patience]);
    clearTimeout(timer);
    this.#broken = true;
    this.#queue.length = 0;
    this.#resampler?.free();
  }

  async #pump(): Promise<void> {
    try {
      for (let bytes = this.#queue.shift(); bytes; bytes = this.#queue.shift()) {
        for (let at = 0; at < bytes.length && !this.#broken;) {
          at += await this.#output.write(bytes.subarray(at));
        }
      }
    } catch (error) {
      this.#broken = true;
      this.#queue.length = 0;
      const closed = error instanceof Deno.errors.BrokenPipe;
      const message = closed
        ? "standard output is closed: its reader is gone"
        : `cannot write to standard output: ${fileReason(error)}`;
      this.#events?.failed(
        new OffhookError("file-unusable", message, { data: { closed }, cause: error }),
      );
    }
  }
}

/**
 * Standard input for one endpoint after the other: what a read under way at `close` brings belongs
 * to the next one.
 */
class SharedInput implements ByteReader {
  #pending: Promise<Uint8Array | null> | undefined;

  async read(into: Uint8Array): Promise<number | null> {
    const pending = this.#pending ??= this.#readNew(into.length);
    const bytes = await pending;
    if (this.#pending === pending) this.#pending = undefined;
    if (bytes === null) return null;
    const count = Math.min(bytes.length, into.length);
    into.set(bytes.subarray(0, count));
    if (count < bytes.length) this.#pending = Promise.resolve(bytes.subarray(count));
    return count;
  }

  async #readNew(length: number): Promise<Uint8Array | null> {
    const buffer = new Uint8Array(length);
    const count = await Deno.stdin.read(buffer);
    return count === null ? null : buffer.subarray(0, count);
  }
}

/** The process's standard input. */
export const standardInput: ByteReader = new SharedInput();
