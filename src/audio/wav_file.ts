/**
 * WAV files on disk: opening one to read, and writing one that is readable at any moment.
 *
 * Not on the real-time path: reads run ahead of it, writes behind it in blocks of about a second.
 */
import { fileReason, OffhookError } from "../base/mod.ts";
import { WAV_HEADER_LENGTH, type WavFormat, wavHeader } from "./wav.ts";
import { searchWav } from "./wav_chunks.ts";

/** A WAV file that is open for reading, positioned at its first sample. */
export interface OpenWav {
  file: Deno.FsFile;
  format: WavFormat;
  /** Octets of samples that are really there, a whole number of blocks. */
  length: number;
}

/**
 * Opens a WAV file and checks that it can be played.
 * @throws OffhookError `file-unusable`, naming the path and the reason
 */
export async function openWav(path: string): Promise<OpenWav> {
  const file = await openFile(path, { read: true });
  try {
    const size = (await file.stat()).size;
    const format = await headerOf(file);
    if (typeof format === "string") throw unusable(path, format);
    const present = Math.max(0, size - format.dataOffset);
    const octets = Math.min(present, format.dataLength ?? present);
    const length = octets - octets % format.blockAlign;
    if (length === 0) throw unusable(path, "it has no samples");
    await file.seek(format.dataOffset, Deno.SeekMode.Start);
    return { file, format, length };
  } catch (error) {
    file.close();
    throw error instanceof OffhookError ? error : unusable(path, fileReason(error), error);
  }
}

/** The format of an open file, or why it cannot be played. Only the chunks' heads are read. */
async function headerOf(file: Deno.FsFile): Promise<WavFormat | string> {
  const search = searchWav();
  let step = search.next();
  while (!step.done) {
    const { at, length } = step.value;
    const octets = new Uint8Array(length);
    await file.seek(at, Deno.SeekMode.Start);
    step = search.next(octets.subarray(0, await readFully(file, octets)));
  }
  return step.value;
}

/** Reads until `into` is full or the file ends. @returns octets read */
export async function readFully(file: Deno.FsFile, into: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const count = await file.read(into.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

/**
 * Writes 16-bit PCM. Blocks go out one after the other; the header is right after each of them, so a
 * process that is killed leaves a file that misses its last moments and nothing else.
 */
export class WavWriter {
  readonly path: string;
  readonly #rate: number;
  readonly #channels: number;
  #file: Deno.FsFile | undefined;
  #length = 0;
  /** The writes so far; rejects never, the first failure is in `#failure`. */
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: OffhookError | undefined;

  constructor(path: string, rate: number, channels: number) {
    this.path = path;
    this.#rate = rate;
    this.#channels = channels;
  }

  /** Octets that were handed over and are not on disk yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @throws OffhookError `file-unusable` when the file cannot be created */
  async open(): Promise<void> {
    this.#file = await openFile(this.path, {
      write: true,
      create: true,
      truncate: true,
      // What people say is theirs.
      mode: 0o600,
    });
    await this.#write(wavHeader(this.#rate, this.#channels, 0));
    if (this.#failure) {
      const failure = this.#failure;
      await this.close();
      throw failure;
    }
  }

  /**
   * Queues a block.
   *
   * @param block owned by the writer from now on
   * @returns once it is on disk: undefined, or why not (a full disk)
   */
  append(block: Int16Array): Promise<OffhookError | undefined> {
    const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
    this.#waiting += bytes.length;
    this.#tail = this.#tail.then(async () => {
      await this.#write(bytes);
      this.#length += bytes.length;
      await this.#fixHeader();
      this.#waiting -= bytes.length;
    });
    return this.#tail.then(() => this.#failure);
  }

  /** Waits for the blocks on their way, fixes the header, closes. Idempotent. */
  async close(): Promise<void> {
    await this.#tail;
    this.#file?.close();
    this.#file = undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length && this.#file && !this.#failure;) {
        at += await this.#file.write(bytes.subarray(at));
      }
    } catch (error) {
      this.#failure ??= unusable(this.path, fileReason(error), error, true);
    }
  }

  async #fixHeader(): Promise<void> {
    if (!this.#file || this.#failure) return;
    await this.#file.seek(0, Deno.SeekMode.Start);
    await this.#write(wavHeader(this.#rate, this.#channels, this.#length));
    await this.#file.seek(WAV_HEADER_LENGTH + this.#length, Deno.SeekMode.Start);
  }
}

const NOTHING = { isDirectory: false, isFifo: false };

async function openFile(path: string, options: Deno.OpenOptions): Promise<Deno.FsFile> {
  try {
    // Opening a folder to read succeeds on Linux, and fails only at the first read.
    const { isDirectory, isFifo } = options.read ? await Deno.stat(path) : NOTHING;
    if (isDirectory) throw unusable(path, "it is a folder");
    if (isFifo) throw unusable(path, "it is a pipe, in which nobody can go back; store it first");
    return await Deno.open(path, options);
  } catch (error) {
    throw error instanceof OffhookError
      ? error
      : unusable(path, fileReason(error), error, options.write === true);
  }
}

const READ_HINT = "Name a WAV file (PCM, float, A-law or µ-law) that exists and that you may open.";
const WRITE_HINT = "Name a file in a folder that exists and that you may write to.";
const FULL_HINT = "Free some space, or name a file on another disk.";

function unusable(path: string, reason: string, cause?: unknown, write = false): OffhookError {
  return new OffhookError("file-unusable", `cannot use ${path}: ${reason}`, {
    hint: !write ? READ_HINT : isFull(cause) ? FULL_HINT : WRITE_HINT,
    data: { path, reason },
    cause,
  });
}

function isFull(cause: unknown): boolean {
  return cause instanceof Error && (cause as { code?: unknown }).code === "ENOSPC";
}
