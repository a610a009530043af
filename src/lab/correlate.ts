/**
 * Finds a known signal in a recording: proof that sound arrived, with its delay and level.
 *
 *     reference, recording ──FFT──► cross-correlation ──normalise──► best lag, how alike, how loud
 *
 * Pure (some 100 ms for ten seconds at 16 kHz).
 */
import { fft, powerOfTwo } from "./fft.ts";

/** Where and how a signal was found. */
export interface Found {
  /** From the start of the recording to the start of the signal, ms; negative: it began before. */
  delayMs: number;
  /** Of the recording against the reference, dB; −3 is half the power. */
  levelDb: number;
  /** 0 … 1: 1 is the same signal, some 0.1 is chance. Sign does not count. */
  correlation: number;
}

/** What is typical of the pieces of a signal. */
export interface FoundInPieces extends Found {
  /** As `correlation`, of the pieces that came through best: how sure it is that the signal is there. */
  certainty: number;
}

/** Share of the reference that must lie within the recording for a lag to count. */
const MIN_OVERLAP = 0.5;

/** Share of the pieces, the best ones, that tell when and how loud the signal came. */
const WHOLE_SHARE = 0.25;

/**
 * Finds `reference` in `recording`, as a whole.
 *
 * @param reference samples at `rate`, any scale
 * @param recording samples at `rate`
 * @param rate Hz
 */
export function findSignal(
  reference: ArrayLike<number>,
  recording: ArrayLike<number>,
  rate: number,
): Found {
  const x = withoutMean(reference);
  const y = withoutMean(recording);
  if (x.length === 0 || y.length === 0) return { delayMs: 0, levelDb: -Infinity, correlation: 0 };
  const products = crossCorrelation(x, y);
  const xEnergy = prefixEnergy(x);
  const yEnergy = prefixEnergy(y);
  const overlap = Math.min(x.length, y.length) * MIN_OVERLAP;
  let best: Found & { lag: number } = { lag: 0, delayMs: 0, levelDb: -Infinity, correlation: 0 };
  for (let lag = -x.length + 1; lag < y.length; lag++) {
    const from = Math.max(0, lag);
    const to = Math.min(y.length, lag + x.length);
    if (to - from < overlap) continue;
    const energyX = xEnergy[to - lag]! - xEnergy[from - lag]!;
    const energyY = yEnergy[to]! - yEnergy[from]!;
    if (energyX <= 0 || energyY <= 0) continue;
    const product = Math.abs(products[(lag + products.length) % products.length]!);
    const correlation = product / Math.sqrt(energyX * energyY);
    if (correlation <= best.correlation) continue;
    const levelDb = 20 * Math.log10(product / energyX);
    best = { lag, delayMs: (lag * 1000) / rate, levelDb, correlation };
  }
  const { delayMs, levelDb, correlation } = best;
  return { delayMs, levelDb, correlation: Math.min(1, correlation) };
}

/**
 * Finds `reference` piece by piece, and says what is typical of the pieces: for long signals through
 * a jitter buffer, which moves them by some ms on the way.
 *
 * On a machine that is too slow for a call, sound is missing from many pieces. How alike is the median
 * of all; when and how loud is told by those that came through best, because a gap makes neither the
 * voice softer nor the way longer.
 *
 * @param pieceMs length of a piece
 * @returns medians; silent pieces are left out
 */
export function findInPieces(
  reference: ArrayLike<number>,
  recording: ArrayLike<number>,
  rate: number,
  pieceMs = 1000,
): FoundInPieces {
  const length = Math.round((rate * pieceMs) / 1000);
  const x = withoutMean(reference);
  const loud = meanSquare(x) / 20;
  const pieces: Found[] = [];
  for (let at = 0; at + length <= x.length; at += length) {
    const piece = x.subarray(at, at + length);
    if (meanSquare(piece) < loud) continue;
    const found = findSignal(piece, recording, rate);
    pieces.push({ ...found, delayMs: found.delayMs - (at * 1000) / rate });
  }
  if (pieces.length === 0) {
    const found = findSignal(reference, recording, rate);
    return { ...found, certainty: found.correlation };
  }
  pieces.sort((a, b) => b.correlation - a.correlation);
  const whole = pieces.slice(0, Math.ceil(pieces.length * WHOLE_SHARE));
  return {
    delayMs: median(whole.map((piece) => piece.delayMs)),
    levelDb: median(whole.map((piece) => piece.levelDb)),
    correlation: median(pieces.map((piece) => piece.correlation)),
    certainty: median(whole.map((piece) => piece.correlation)),
  };
}

/** products[lag mod n] = Σ x[i] · y[i + lag]. */
function crossCorrelation(x: Float64Array, y: Float64Array): Float64Array {
  const n = powerOfTwo(x.length + y.length);
  // Both are real: one goes through the transform as the real part, the other as the imaginary one.
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  re.set(x);
  im.set(y);
  fft(re, im);
  const productRe = new Float64Array(n);
  const productIm = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const m = (n - k) % n;
    const xr = (re[k]! + re[m]!) / 2;
    const xi = (im[k]! - im[m]!) / 2;
    const yr = (im[k]! + im[m]!) / 2;
    const yi = (re[m]! - re[k]!) / 2;
    productRe[k] = xr * yr + xi * yi;
    productIm[k] = xr * yi - xi * yr;
  }
  fft(productRe, productIm, true);
  return productRe;
}

function withoutMean(samples: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(samples);
  let sum = 0;
  for (const sample of out) sum += sample;
  const mean = out.length > 0 ? sum / out.length : 0;
  for (let i = 0; i < out.length; i++) out[i] = out[i]! - mean;
  return out;
}

function prefixEnergy(samples: Float64Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let i = 0; i < samples.length; i++) sums[i + 1] = sums[i]! + samples[i]! ** 2;
  return sums;
}

function meanSquare(samples: Float64Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length > 0 ? sum / samples.length : 0;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
