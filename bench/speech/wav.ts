/** Whole WAV files of 16 bit mono. */
import { parseWavHeader } from "../../src/audio/wav_chunks.ts";
import { WAV_HEADER_LENGTH, wavHeader } from "../../src/audio/wav.ts";

export async function readWav(path: string): Promise<{ samples: Int16Array; rate: number }> {
  const octets = await Deno.readFile(path);
  const format = parseWavHeader(octets);
  if (typeof format === "string") throw new Error(`${path}: ${format}`);
  const { dataOffset, rate, channels } = format;
  if (channels !== 1) throw new Error(`${path}: ${channels} channels`);
  const length = (octets.length - dataOffset) & ~1;
  return { samples: new Int16Array(octets.slice(dataOffset, dataOffset + length).buffer), rate };
}

export async function writeWav(path: string, samples: Int16Array, rate: number): Promise<void> {
  const octets = new Uint8Array(WAV_HEADER_LENGTH + samples.byteLength);
  octets.set(wavHeader(rate, 1, samples.byteLength));
  octets.set(
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    WAV_HEADER_LENGTH,
  );
  await Deno.writeFile(path, octets);
}
