/** Writes whole WAV files of 16 bit mono. */
import { WAV_HEADER_LENGTH, wavHeader } from "../../src/audio/wav.ts";

export async function writeWav(path: string, samples: Int16Array, rate: number): Promise<void> {
  const octets = new Uint8Array(WAV_HEADER_LENGTH + samples.byteLength);
  octets.set(wavHeader(rate, 1, samples.byteLength));
  octets.set(
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    WAV_HEADER_LENGTH,
  );
  await Deno.writeFile(path, octets);
}
