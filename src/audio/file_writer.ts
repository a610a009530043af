/**
 * Writes a file of sound block by block, so that it is readable at any moment: a process that is
 * killed leaves one that misses its last moments and nothing else.
 *
 *     append(block) ──queue──► block on disk ──► header made right, where there is one
 *
 * Not on the real-time path: writes run behind it in blocks of about a second.
 */
import { fileReason, type OffhookError } from "../base/mod.ts";
import { openFile, openNewFile, unusable } from "./open_file.ts";

/** Octets that may wait for a slow disk before a recorder gives up (half a minute of stereo WAV). */
export const MAX_WAITING = 2 << 20;

export class FileWriter {
  readonly path: string;
  readonly #header: (length: number) => Uint8Array;
  readonly #replaces: boolean;
  #file: Deno.FsFile | undefined;
  /** Octets of whole blocks, without the header. */
  #length = 0;
  /** The writes so far; rejects never, the first failure is in `#failure`. */
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: OffhookError | undefined;

  /**
   * @param header for a number of octets that follow it; always equally long
   * @param replaces a file that exists; otherwise that is an error, and the file stays as it is
   */
  constructor(
    path: string,
    header: (length: number) => Uint8Array = () => new Uint8Array(),
    replaces = false,
  ) {
    this.path = path;
    this.#header = header;
    this.#replaces = replaces;
  }

  /** Octets that were handed over and are not on disk yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @throws OffhookError `file-unusable` when the file cannot be created, or exists already */
  async open(): Promise<void> {
    // What people say is theirs.
    const options = { write: true, mode: 0o600 };
    this.#file = this.#replaces
      ? await openFile(this.path, { ...options, create: true, truncate: true })
      : await openNewFile(this.path, options);
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
