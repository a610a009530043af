/**
 * A call's sound between a phone and two byte streams, s16le mono.
 *
 *     input ─► SpokenQueue ─► room in the call ─► CallAudio
 *     CallAudio ─► queue (200 ms unless told, the oldest is dropped) ─► output
 *
 * The end of the input ends nothing: the far end is heard on. A reader that is gone ends it quietly.
 */
import type { AudioListener, CallAudio } from "../../control/wire/mod.ts";
import type { OffhookError } from "../../base/mod.ts";
import { SpokenQueue } from "./spoken_queue.ts";

/** Bytes of a process, or of a test. */
export interface ByteStreams {
  /** Absent: nothing is said. @returns octets read, null at the end */
  read?(into: Uint8Array): Promise<number | null>;
  /** Absent: nothing is heard. @returns octets written, at least one; rejects when nobody reads */
  write?(bytes: Uint8Array): Promise<number>;
  /** ms, monotonic. */
  now(): number;
}

export interface PipeEnd {
  why: "call over" | "reader gone" | "station gone";
  error?: OffhookError;
  /** Samples: of the far end that were not read in time, and of the input that came too late. */
  lost: { heard: number; said: number };
}

const READ_MS = 20;
const UNREAD_MS = 200;
/** What the end waits for the reader of the last sound, ms. */
const FLUSH_MS = 500;

export class AudioPipe {
  readonly #streams: ByteStreams;
  readonly #rate: number;
  readonly #queue: SpokenQueue;
  readonly #mostUnread: number;
  readonly #unread: Uint8Array[] = [];
  readonly #readerGone = Promise.withResolvers<void>();
  readonly #spoken = Promise.withResolvers<void>();
  #inputEnded = false;
  #lost = 0;
  #writing: Promise<void> | undefined;
  #over = false;
  #wake: () => void = () => {};

  /** @param unreadMs sound that waits for a slow reader of the output, at most */
  constructor(streams: ByteStreams, rate: number, { unreadMs = UNREAD_MS } = {}) {
    this.#streams = streams;
    this.#rate = rate;
    this.#mostUnread = unreadMs / READ_MS;
    this.#queue = new SpokenQueue(rate);
  }

  /** To be given to `Phone.audio`. */
  readonly listener: AudioListener = {
    heard: (samples) => this.#hear(samples),
  };

  /** The input is at its end and all of it is in the call. */
  get spoken(): Promise<void> {
    return this.#spoken.promise;
  }

  /**
   * Runs until the call, the reader or the station is gone, or `audio` is closed. Never rejects.
   * @param from nothing is said before; what a live source piled up until then is dropped
   */
  async run(audio: CallAudio, from?: Promise<void>): Promise<PipeEnd> {
    if (this.#streams.read !== undefined) {
      void this.#listen(this.#streams.read);
      void this.#speak(audio, from);
    }
    const gone = this.#readerGone.promise.then(() => undefined);
    const end = await Promise.race([audio.ended, gone]);
    this.#over = true;
    this.#wake();
    if (end === undefined) await audio.close();
    else await this.#flush();
    const lost = { heard: this.#lost + (end?.lost ?? 0), said: this.#queue.dropped };
    if (end === undefined) return { why: "reader gone", lost };
    return end.error === undefined
      ? { why: "call over", lost }
      : { why: "station gone", error: end.error, lost };
  }

  /** Reads ahead of the call: only then can it be seen whether the source is live. */
  async #listen(read: NonNullable<ByteStreams["read"]>): Promise<void> {
    const bytes = new Uint8Array(2 * Math.ceil((this.#rate * READ_MS) / 1000));
    let left = 0;
    while (!this.#over) {
      while (this.#queue.full && !this.#over) await this.#news();
      const count = await read(bytes.subarray(left)).catch(() => null);
      if (this.#over) return;
      if (count === null) break;
      const octets = left + count;
      const samples = new Int16Array(bytes.slice(0, octets & ~1).buffer);
      left = octets & 1;
      if (left === 1) bytes[0] = bytes[octets - 1]!;
      if (samples.length > 0) this.#queue.push(samples, this.#streams.now());
      this.#wake();
    }
    this.#inputEnded = true;
    this.#wake();
  }

  async #speak(audio: CallAudio, from: Promise<void> | undefined): Promise<void> {
    if (from !== undefined) {
      await from;
      this.#queue.begin();
    }
    while (!this.#over) {
      await audio.ready();
      const samples = this.#queue.take(audio.room);
      if (samples === undefined) {
        if (this.#inputEnded && this.#queue.length === 0) return this.#spoken.resolve();
        if (!this.#over && audio.room > 0) await this.#news();
        continue;
      }
      audio.say(samples);
      this.#wake();
    }
  }

  /** Both sides of the queue wait for the other one by turns, and never both at once. */
  #news(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #hear(samples: Int16Array): void {
    if (this.#streams.write === undefined || this.#over) return;
    if (this.#unread.length >= this.#mostUnread) {
      this.#lost += this.#unread.shift()!.length / 2;
    }
    this.#unread.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    this.#writing ??= this.#writeAll(this.#streams.write).finally(() => this.#writing = undefined);
  }

  async #writeAll(write: NonNullable<ByteStreams["write"]>): Promise<void> {
    try {
      for (let bytes = this.#unread.shift(); bytes; bytes = this.#unread.shift()) {
        for (let at = 0; at < bytes.length;) at += await write(bytes.subarray(at));
      }
    } catch {
      this.#readerGone.resolve();
    }
  }

  async #flush(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, FLUSH_MS));
    await Promise.race([this.#writing, patience]);
    clearTimeout(timer);
  }
}
