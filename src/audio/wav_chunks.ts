/**
 * Finds the format and the samples of a WAV file among its chunks, wherever they lie: recorders put
 * hundreds of kilobytes of notes, pictures and padding before them. Pure: it asks for the octets that
 * it needs, and whoever drives it has them in memory or reads them from a file.
 *
 *     RIFF│RF64│BW64 ─► chunk ─► chunk ─► fmt ─► … ─► data
 */
import { formatOfChunk, type SampleFormat, type WavFormat } from "./wav.ts";

/** Octets of a file that are wanted; fewer come where the file ends. */
export interface WantedOctets {
  at: number;
  length: number;
}

/** Ends with the format, or with the reason why the file cannot be played. */
export type WavSearch = Generator<WantedOctets, WavFormat | string, Uint8Array>;

/** Chunks that are looked at: no recorder writes more before its samples. */
const MAX_CHUNKS = 10_000;
const CHUNK_HEAD = 8;
/** Octets of a format chunk that matter, and of the sizes of RF64 (EBU Tech 3306). */
const FORMAT_LENGTH = 40;
const SIZES_LENGTH = 16;
/** Sizes that a writer leaves that never came back to fix its header. */
const UNKNOWN_SIZES = new Set([0, 0xffff_ffff, 0x7fff_ffff, 0x7fff_f000, 0x8000_0000]);
const FORMS = new Set(["RIFF", "RF64", "BW64"]);
/** Chunks that may follow one of odd length without the octet of padding. */
const KNOWN = new Set(["data", "fmt ", "fact", "LIST", "bext", "cue ", "smpl", "JUNK", "id3 "]);

export function* searchWav(): WavSearch {
  const head = yield { at: 0, length: 12 };
  const form = fourCc(head, 0);
  if (!FORMS.has(form) || fourCc(head, 8) !== "WAVE") return "it is not a WAV file";
  let format: SampleFormat | undefined;
  let sizeOfData: number | undefined;
  let at = 12;
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const chunk = yield { at, length: CHUNK_HEAD };
    if (chunk.length < CHUNK_HEAD) break;
    const id = fourCc(chunk, 0);
    const size = viewOf(chunk).getUint32(4, true);
    const body = at + CHUNK_HEAD;
    if (id === "data") {
      if (format === undefined) return "its samples come before their format";
      const known = UNKNOWN_SIZES.has(size) ? sizeOfData : size;
      return { ...format, dataOffset: body, dataLength: known };
    }
    if (id === "ds64") sizeOfData = sizeIn(yield { at: body, length: SIZES_LENGTH });
    if (id === "fmt ") {
      const found = formatOfChunk(yield { at: body, length: Math.min(size, FORMAT_LENGTH) }, size);
      if (typeof found === "string") return found;
      format = found;
    }
    at = body + size;
    if (size % 2 === 1) at += yield* padding(at);
  }
  return "it has no samples";
}

/**
 * Reads the header of a WAV file that is in memory.
 *
 * @param file the file, or as much of it as holds its header
 * @returns the format, or the reason why the file cannot be played, as the end of a sentence
 */
export function parseWavHeader(file: Uint8Array): WavFormat | string {
  const search = searchWav();
  let step = search.next();
  while (!step.done) {
    const { at, length } = step.value;
    step = search.next(file.subarray(at, at + length));
  }
  return step.value;
}

/** The samples' 64-bit length in a `ds64` chunk; undefined when it says none. */
function sizeIn(sizes: Uint8Array): number | undefined {
  if (sizes.length < SIZES_LENGTH) return undefined;
  return Number(viewOf(sizes).getBigUint64(8, true)) || undefined;
}

/** Chunks are padded to even length, by those who know. */
function* padding(at: number): Generator<WantedOctets, 0 | 1, Uint8Array> {
  const next = yield { at, length: 5 };
  return next[0] !== 0 && KNOWN.has(fourCc(next, 0)) ? 0 : 1;
}

function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
