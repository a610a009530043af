/**
 * Writes a file of sound block by block, so that it is readable at any moment: a process that is
 * killed leaves one that misses its last moments and nothing else.
 *
 *     append(block) ──queue──► block on disk ──► header made right, where there is one
 *
 * Not on the real-time path: writes run behind it in blocks of about a second.
 */
import { fileReason, type OffhookError } from "../base/mod.ts";
import { openFile, unusable } from "./open_file.ts";

/** Octets that may wait for a slow disk before a recorder gives up (half a minute of stereo WAV). */
export const MAX_WAITING = 2 << 20;

export class FileWriter {
  readonly path: string;
  readonly #header: (length: number) => Uint8Array;
  #file: Deno.FsFile | undefined;
  /** Octets of whole blocks, without the header. */
  #length = 0;
  /** The writes so far; rejects never, the first failure is in `#failure`. */
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: OffhookError | undefined;

  /** @param header for a number of octets that follow it; always equally long */
  constructor(path: string, header: (length: number) => Uint8Array = () => new Uint8Array()) {
    this.path = path;
    this.#header = header;
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
    await this.#write(this.#header(0));
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
  append(block: Uint8Array): Promise<OffhookError | undefined> {
    this.#waiting += block.length;
    this.#tail = this.#tail.then(async () => {
      await this.#write(block);
      this.#length += block.length;
      await this.#fixHeader();
      this.#waiting -= block.length;
    });
    return this.#tail.then(() => this.#failure);
  }

  /** Waits for the blocks on their way, closes. Idempotent. */
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
    const header = this.#header(this.#length);
    if (!this.#file || this.#failure || header.length === 0) return;
    await this.#file.seek(0, Deno.SeekMode.Start);
    await this.#write(header);
    await this.#file.seek(header.length + this.#length, Deno.SeekMode.Start);
  }
}
