/**
 * WAV files on disk: opening one to read, positioned at its samples.
 *
 * Not on the real-time path: reads run ahead of it.
 */
import { fileReason, OffhookError } from "../base/mod.ts";
import { openFile, unusable } from "./open_file.ts";
import type { WavFormat } from "./wav.ts";
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
