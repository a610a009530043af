/**
 * Says whether a recording contains what was said: correlation, not packet counts.
 *
 *     recording ─► pieces of one second that have sound ─► best match anywhere in the reference, by FFT
 *               ─► median of the matches
 *
 * Pieces, because a jitter buffer may add or drop a few samples between them; anywhere, because a
 * peer loops its file and a recording starts in the middle. The matches are normalized: gain does not
 * matter, −1 ≤ match ≤ 1.
 */
import assert from "node:assert/strict";
import { readWav } from "./wav.ts";

export interface Recognition {
  /** Median of the pieces' best matches: above 0.8 a telephone codec's work, below 0.3 something else. */
  score: number;
  /** Pieces of a second that had sound and were looked for. */
  pieces: number;
  /** For the first piece: its time in the reference minus its time in the recording, ms. */
  offsetMs: number;
}

/** Root mean square below which a piece counts as silence (of full scale 1). */
const SILENCE = 0.003;

/**
 * Looks for the words of one WAV file in another.
 * @param channel of the recording: 0 is left
 */
export async function recognise(
  reference: string,
  recording: string,
  channel = 0,
): Promise<Recognition> {
  const said = await readWav(reference);
  let heard = await readWav(recording, channel);
  if (heard.rate !== said.rate) {
    const resampled = `${recording}.${said.rate}.wav`;
    await resample(recording, resampled, said.rate);
    heard = await readWav(resampled, channel);
  }
  return recogniseSamples(said.samples, heard.samples, said.rate);
}

async function resample(from: string, to: string, rate: number): Promise<void> {
  const { success, stderr } = await new Deno.Command("sox", {
    args: ["-R", "-V1", from, "-r", String(rate), to],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`sox: ${new TextDecoder().decode(stderr)}`);
}

/** Fails unless a recording of at least two seconds contains what was said. */
export async function assertHeard(
  reference: string,
  recording: string,
  who: string,
  channel = 0,
): Promise<void> {
  const { score, pieces } = await recognise(reference, recording, channel);
  assert.ok(
    score > 0.8 && pieces >= 2,
    `${who} should have heard ${reference}: ${recording} matches by ${score} in ${pieces} pieces`,
  );
}

/** {@link recognise} for samples of full scale 1. */
export function recogniseSamples(
  said: Float32Array,
  heard: Float32Array,
  rate: number,
): Recognition {
  // The reference twice: a piece may reach over the end of a looped file.
  const reference = new Float32Array(said.length * 2);
  reference.set(said);
  reference.set(said, said.length);
  const matches: number[] = [];
  let offsetMs = 0;
  for (let start = 0; start + rate <= heard.length; start += rate) {
    const piece = heard.subarray(start, start + rate);
    if (rms(piece) < SILENCE) continue;
    const { match, at } = bestMatch(reference, piece);
    if (matches.length === 0) offsetMs = (at - start) / rate * 1000;
    matches.push(match);
  }
  matches.sort((a, b) => a - b);
  return { score: matches[matches.length >> 1] ?? 0, pieces: matches.length, offsetMs };
}

function rms(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.sqrt(energy / samples.length);
}

/** Where in the reference the piece fits best, by normalized cross-correlation. */
function bestMatch(reference: Float32Array, piece: Float32Array): { match: number; at: number } {
  let size = 1;
  while (size < reference.length + piece.length) size *= 2;
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re.set(reference);
  im.set(piece);
  // Two real transforms in one: reference + i·piece.
  transform(re, im, 1);
  correlateSpectra(re, im);
  transform(re, im, -1);
  const energy = runningEnergy(reference);
  const own = Math.sqrt(piece.reduce((sum, sample) => sum + sample * sample, 0));
  let best = { match: -1, at: 0 };
  for (let at = 0; at + piece.length <= reference.length; at++) {
    const there = energy[at + piece.length] - energy[at];
    if (there < piece.length * SILENCE * SILENCE) continue;
    const match = re[at] / size / (own * Math.sqrt(there));
    if (match > best.match) best = { match, at };
  }
  return best;
}

function runningEnergy(samples: Float32Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let i = 0; i < samples.length; i++) sums[i + 1] = sums[i] + samples[i] * samples[i];
  return sums;
}

/** From the transform Z of a + i·b to A·conj(B), in place. */
function correlateSpectra(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let k = 0; k <= size / 2; k++) {
    const j = (size - k) % size;
    const [aRe, aIm] = [(re[k] + re[j]) / 2, (im[k] - im[j]) / 2];
    const [bRe, bIm] = [(im[k] + im[j]) / 2, (re[j] - re[k]) / 2];
    re[k] = aRe * bRe + aIm * bIm;
    im[k] = aIm * bRe - aRe * bIm;
    re[j] = re[k];
    im[j] = -im[k];
  }
}

/** Radix-2 Fourier transform in place, not scaled; `direction` −1 is the inverse. */
function transform(re: Float64Array, im: Float64Array, direction: 1 | -1): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let span = 2; span <= size; span *= 2) butterflies(re, im, span, direction);
}

function butterflies(re: Float64Array, im: Float64Array, span: number, direction: number): void {
  const half = span / 2;
  const angle = -2 * Math.PI * direction / span;
  for (let k = 0; k < half; k++) {
    const [cos, sin] = [Math.cos(angle * k), Math.sin(angle * k)];
    for (let even = k; even < re.length; even += span) {
      const odd = even + half;
      const tRe = re[odd] * cos - im[odd] * sin;
      const tIm = re[odd] * sin + im[odd] * cos;
      re[odd] = re[even] - tRe;
      im[odd] = im[even] - tIm;
      re[even] += tRe;
      im[even] += tIm;
    }
  }
}
