/**
 * The WAV format (RIFF/WAVE, WAVE_FORMAT_EXTENSIBLE, RF64, BW64): headers and samples, without files.
 *
 *     chunks (wav_chunks.ts) ──formatOfChunk──► WavFormat ──monoDecoder──► bytes → mono 16-bit samples
 *     WavFormat of ours ──wavHeader──► 44 bytes
 *
 * Not on the real-time path: the file endpoints decode ahead of it.
 */
import { aLawTables, muLawTables } from "./g711_tables.ts";

/** How one sample is written in the file. */
export type SampleEncoding = "u8" | "s16" | "s24" | "s32" | "f32" | "f64" | "alaw" | "mulaw";

export interface SampleFormat {
  encoding: SampleEncoding;
  /** Hz. */
  rate: number;
  channels: number;
  /** Octets of one sample of every channel. */
  blockAlign: number;
}

export interface WavFormat extends SampleFormat {
  /** Where the samples begin, octets from the start of the file. */
  dataOffset: number;
  /** Octets of samples; undefined: to the end of the file (a header written by a stream). */
  dataLength: number | undefined;
}

/** Octets of the header that {@link wavHeader} writes. */
export const WAV_HEADER_LENGTH = 44;

const MIN_RATE = 4000;
const MAX_RATE = 384_000;
const MAX_CHANNELS = 32;
/** fmt tags (RFC 2361): PCM, IEEE float, A-law, µ-law, and the tag that refers to a GUID. */
const TAG = { pcm: 1, float: 3, alaw: 6, mulaw: 7, extensible: 0xfffe } as const;

/**
 * Reads a format chunk.
 *
 * @param chunk its first octets
 * @param size octets that it says it has
 */
export function formatOfChunk(
  chunk: Uint8Array,
  size: number,
): SampleFormat | string {
  if (size < 16 || chunk.length < Math.min(size, 40)) return "its header is cut short";
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const rate = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  // WAVE_FORMAT_EXTENSIBLE: the first two octets of the sub-format's GUID are the tag.
  if (tag === TAG.extensible && size >= 40) tag = view.getUint16(24, true);
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
