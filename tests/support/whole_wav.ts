/** A whole WAV file as samples, read by the parts of the phone's own reader, which streams. */
import { loadResampler, Resampler } from "../../src/audio/resampler.ts";
import { monoDecoder } from "../../src/audio/wav.ts";
import { openWav, readFully } from "../../src/audio/wav_file.ts";

/**
 * Reads a WAV file as mono.
 *
 * @param rate Hz that the samples are wanted at
 * @throws OffhookError `file-unusable`, naming the path and the reason
 */
export async function readWav(path: string, rate: number): Promise<Int16Array> {
  await loadResampler();
  const { file, format, length } = await openWav(path);
  try {
    const bytes = new Uint8Array(length);
    const mono = new Int16Array(length / format.blockAlign);
    const count = monoDecoder(format)(bytes.subarray(0, await readFully(file, bytes)), mono);
    const resampler = new Resampler(format.rate, rate);
    const samples = new Int16Array(resampler.outputBound(count));
    const made = resampler.process(mono.subarray(0, count), samples);
    resampler.free();
    return samples.subarray(0, made);
  } finally {
    file.close();
  }
}

/**
 * Takes one channel of a 16-bit WAV file apart from the others (a recording: 0 ours, 1 theirs).
 * @throws OffhookError `file-unusable`
 */
export async function readWavChannel(path: string, channel: number): Promise<Int16Array> {
  const { file, format, length } = await openWav(path);
  try {
    const bytes = new Uint8Array(length);
    await readFully(file, bytes);
    const interleaved = new Int16Array(bytes.buffer, 0, length >> 1);
    return Int16Array.from(
      { length: Math.floor(interleaved.length / format.channels) },
      (_, i) => interleaved[i * format.channels + channel]!,
    );
  } finally {
    file.close();
  }
}
