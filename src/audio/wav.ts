/**
 * The WAV format (RIFF/WAVE, WAVE_FORMAT_EXTENSIBLE, RF64): headers and samples, without files.
 *
 *     head of the file ──parseWavHeader──► WavFormat ──monoDecoder──► bytes → mono 16-bit samples
 *     WavFormat of ours ──wavHeader──► 44 bytes
 *
 * Not on the real-time path: the file endpoints decode ahead of it.
 */
import { aLawTables, muLawTables } from "./g711_tables.ts";

/** How one sample is written in the file. */
export type SampleEncoding = "u8" | "s16" | "s24" | "s32" | "f32" | "f64" | "alaw" | "mulaw";

export interface WavFormat {
  encoding: SampleEncoding;
  /** Hz. */
  rate: number;
  channels: number;
  /** Octets of one sample of every channel. */
  blockAlign: number;
  /** Where the samples begin, octets from the start of the file. */
  dataOffset: number;
  /** Octets of samples; undefined: to the end of the file (a header written by a stream). */
  dataLength: number | undefined;
}

/** Octets from the start of a file in which the samples must begin. */
export const WAV_HEAD_LIMIT = 1 << 16;
/** Octets of the header that {@link wavHeader} writes. */
export const WAV_HEADER_LENGTH = 44;

const MIN_RATE = 4000;
const MAX_RATE = 384_000;
const MAX_CHANNELS = 32;
/** Sizes that a writer leaves that never came back to fix its header. */
const UNKNOWN_SIZES = new Set([0, 0xffff_ffff, 0x7fff_ffff, 0x7fff_f000, 0x8000_0000]);
/** fmt tags (RFC 2361): PCM, IEEE float, A-law, µ-law, and the tag that refers to a GUID. */
const TAG = { pcm: 1, float: 3, alaw: 6, mulaw: 7, extensible: 0xfffe } as const;

/**
 * Reads a WAV header.
 *
 * @param head the first octets of the file, at most {@link WAV_HEAD_LIMIT}
 * @returns the format, or the reason why the file cannot be played, as the end of a sentence
 */
export function parseWavHeader(head: Uint8Array): WavFormat | string {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const form = head.length >= 12 ? fourCc(head, 0) : "";
  if ((form !== "RIFF" && form !== "RF64") || fourCc(head, 8) !== "WAVE") {
    return "it is not a WAV file";
  }
  let format: Omit<WavFormat, "dataOffset" | "dataLength"> | undefined;
  for (let at = 12; at + 8 <= head.length;) {
    const id = fourCc(head, at);
    const size = view.getUint32(at + 4, true);
    if (id === "data") {
      if (format === undefined) return "its samples come before their format";
      const dataLength = UNKNOWN_SIZES.has(size) ? undefined : size;
      return { ...format, dataOffset: at + 8, dataLength };
    }
    if (id === "fmt ") {
      const found = parseFormatChunk(view, at + 8, size);
      if (typeof found === "string") return found;
      format = found;
    }
    // Chunks are padded to even length.
    at += 8 + size + (size & 1);
  }
  return "it has no samples";
}

function parseFormatChunk(
  view: DataView,
  at: number,
  size: number,
): Omit<WavFormat, "dataOffset" | "dataLength"> | string {
  if (size < 16 || at + Math.min(size, 40) > view.byteLength) return "its header is cut short";
  let tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  // WAVE_FORMAT_EXTENSIBLE: the first two octets of the sub-format's GUID are the tag.
  if (tag === TAG.extensible && size >= 40) tag = view.getUint16(at + 24, true);
  const encoding = encodingOf(tag, bits);
  if (encoding === undefined) return `its coding (tag ${tag}, ${bits} bits) is not supported`;
  if (channels < 1 || channels > MAX_CHANNELS) return `it has ${channels} channels`;
  if (rate < MIN_RATE || rate > MAX_RATE) return `its sample rate is ${rate} Hz`;
  return { encoding, rate, channels, blockAlign: channels * octetsOf(encoding) };
}

function encodingOf(tag: number, bits: number): SampleEncoding | undefined {
  if (tag === TAG.alaw && bits === 8) return "alaw";
  if (tag === TAG.mulaw && bits === 8) return "mulaw";
  if (tag === TAG.float) return bits === 32 ? "f32" : bits === 64 ? "f64" : undefined;
  if (tag !== TAG.pcm) return undefined;
  return ({ 8: "u8", 16: "s16", 24: "s24", 32: "s32" } as const)[bits];
}

function octetsOf(encoding: SampleEncoding): number {
  return { u8: 1, alaw: 1, mulaw: 1, s16: 2, s24: 3, s32: 4, f32: 4, f64: 8 }[encoding];
}

function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
}

/** Reads one sample as 16-bit linear, not rounded. */
type SampleReader = (view: DataView, at: number) => number;

function sampleReader(encoding: SampleEncoding): SampleReader {
  switch (encoding) {
    case "u8":
      return (view, at) => (view.getUint8(at) - 128) * 256;
    case "s16":
      return (view, at) => view.getInt16(at, true);
    case "s24":
      return (view, at) => view.getInt16(at + 1, true) + view.getUint8(at) / 256;
    case "s32":
      return (view, at) => view.getInt32(at, true) / 65_536;
    case "f32":
      return (view, at) => view.getFloat32(at, true) * 32_768;
    case "f64":
      return (view, at) => view.getFloat64(at, true) * 32_768;
    case "alaw":
      return (view, at) => aLawTables().expand[view.getUint8(at)]!;
    case "mulaw":
      return (view, at) => muLawTables().expand[view.getUint8(at)]!;
  }
}

/**
 * A function that turns whole blocks of a file into mono samples, the mean of the channels.
 *
 * @returns `(bytes, samples) → count`: decodes `bytes.length / blockAlign` blocks into `samples`
 */
export function monoDecoder(
  format: WavFormat,
): (bytes: Uint8Array, samples: Int16Array) => number {
  const read = sampleReader(format.encoding);
  const { channels, blockAlign } = format;
  const width = blockAlign / channels;
  return (bytes, samples) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.floor(bytes.length / blockAlign);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) {
        sum += read(view, i * blockAlign + channel * width);
      }
      samples[i] = clamp16(sum / channels);
    }
    return count;
  };
}

/** Rounds and clips to 16 bits; what is not a number (a broken float file) is silence. */
function clamp16(value: number): number {
  if (value >= 32_767) return 32_767;
  if (value <= -32_768) return -32_768;
  return Math.round(value) || 0;
}

/**
 * The header of a 16-bit PCM file.
 *
 * @param dataLength octets of samples that are in the file now
 */
export function wavHeader(rate: number, channels: number, dataLength: number): Uint8Array {
  const header = new Uint8Array(WAV_HEADER_LENGTH);
  const view = new DataView(header.buffer);
  const length = Math.min(dataLength, 0xffff_ffff - WAV_HEADER_LENGTH);
  const text = (at: number, word: string) =>
    [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, length + WAV_HEADER_LENGTH - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, TAG.pcm, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, length, true);
  return header;
}
