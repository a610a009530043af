/** WAV files of every kind that the reader must take, made from samples in −1 … 1. */
import { aLawTables, muLawTables } from "../../src/audio/g711_tables.ts";
import type { SampleEncoding } from "../../src/audio/wav.ts";

export interface WavRecipe {
  encoding: SampleEncoding;
  rate: number;
  channels: number;
  /** WAVE_FORMAT_EXTENSIBLE instead of the plain format chunk. */
  extensible?: boolean;
  /** What the data chunk says instead of its length. */
  dataSize?: number;
  /** A chunk of this many octets before the samples. */
  extraChunk?: number;
  form?: "RIFF" | "RF64";
}

const TAGS: Record<SampleEncoding, [tag: number, octets: number]> = {
  u8: [1, 1],
  s16: [1, 2],
  s24: [1, 3],
  s32: [1, 4],
  f32: [3, 4],
  f64: [3, 8],
  alaw: [6, 1],
  mulaw: [7, 1],
};

/** The same samples on every channel. */
export function wavBytes(recipe: WavRecipe, samples: number[]): Uint8Array {
  const [tag, octets] = TAGS[recipe.encoding];
  const block = octets * recipe.channels;
  const fmt = formatChunk(recipe, tag, octets);
  const data = new Uint8Array(samples.length * block);
  const view = new DataView(data.buffer);
  samples.forEach((sample, i) => {
    for (let channel = 0; channel < recipe.channels; channel++) {
      writeSample(view, i * block + channel * octets, recipe.encoding, sample);
    }
  });
  const extra = recipe.extraChunk === undefined
    ? []
    : [...chunkHead("LIST", recipe.extraChunk), ...new Uint8Array(padded(recipe.extraChunk))];
  const body = [
    ...text("WAVE"),
    ...chunkHead("fmt ", fmt.length),
    ...fmt,
    ...extra,
    ...chunkHead("data", recipe.dataSize ?? data.length),
    ...data,
  ];
  return Uint8Array.from([...chunkHead(recipe.form ?? "RIFF", body.length), ...body]);
}

function formatChunk(recipe: WavRecipe, tag: number, octets: number): Uint8Array {
  const { rate, channels, extensible } = recipe;
  const fmt = new Uint8Array(extensible ? 40 : 16);
  const view = new DataView(fmt.buffer);
  view.setUint16(0, extensible ? 0xfffe : tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, rate, true);
  view.setUint32(8, rate * channels * octets, true);
  view.setUint16(12, channels * octets, true);
  view.setUint16(14, octets * 8, true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, octets * 8, true);
    view.setUint16(24, tag, true);
  }
  return fmt;
}

function writeSample(view: DataView, at: number, encoding: SampleEncoding, sample: number): void {
  const s16 = Math.round(sample * 32_767);
  switch (encoding) {
    case "u8":
      return view.setUint8(at, Math.round(sample * 127) + 128);
    case "s16":
      return view.setInt16(at, s16, true);
    case "s24":
      view.setUint8(at, 0);
      return view.setInt16(at + 1, s16, true);
    case "s32":
      return view.setInt32(at, s16 * 65_536, true);
    case "f32":
      return view.setFloat32(at, sample, true);
    case "f64":
      return view.setFloat64(at, sample, true);
    case "alaw":
      return view.setUint8(at, aLawTables().compress[s16 & 0xffff]!);
    case "mulaw":
      return view.setUint8(at, muLawTables().compress[s16 & 0xffff]!);
  }
}

function chunkHead(id: string, size: number): Uint8Array {
  const head = new Uint8Array(8);
  head.set(text(id));
  new DataView(head.buffer).setUint32(4, size, true);
  return head;
}

function padded(length: number): number {
  return length + (length & 1);
}

function text(word: string): Uint8Array {
  return new TextEncoder().encode(word);
}
