/** How intelligible speech is that went through a phone: STOI against what was said. */
import { GRAPH_RATE, Resampler } from "../../src/audio/mod.ts";
import { findSignal } from "../../src/lab/correlate.ts";
import { stoi, STOI_RATE } from "../../tests/support/stoi.ts";

export function resampled(samples: Int16Array, from: number, to: number): Int16Array {
  const resampler = new Resampler(from, to);
  const output = new Int16Array(resampler.outputBound(samples.length));
  const made = resampler.process(samples, output);
  resampler.free();
  return output.subarray(0, made);
}

/** @param clean at `STOI_RATE`; @param heard at 48 kHz, of the same time, later by some delay */
export function score(clean: Int16Array, heard: Int16Array): number {
  const got = resampled(heard, GRAPH_RATE, STOI_RATE);
  const { delayMs } = findSignal(clean, got, STOI_RATE);
  return stoi(clean, got.subarray(Math.round((delayMs * STOI_RATE) / 1000)));
}
