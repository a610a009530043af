/**
 * Speech intelligibility of a received signal against the sent one: STOI (Taal, Hendriks, Heusdens,
 * Jensen: "An Algorithm for Intelligibility Prediction of Time–Frequency Weighted Noisy Speech", IEEE
 * TASLP 19(7), 2011). Pure.
 *
 *     both at 10 kHz, aligned ─► silent frames out ─► 15 third-octave bands ─► envelopes of 384 ms,
 *     clipped ─► mean correlation: 1 all intelligible … some 0.4 nothing
 */
import { fft } from "../../src/lab/fft.ts";

/** Rate of the samples, Hz. */
export const STOI_RATE = 10_000;
const FRAME = 256;
const HOP = 128;
const FFT_SIZE = 512;
const BANDS = 15;
const LOWEST_BAND_HZ = 150;
/** Frames of one envelope: 384 ms. */
const SEGMENT = 30;
/** Frames this far below the loudest are silence, dB. */
const DYNAMIC_RANGE_DB = 40;
/** Lower bound of the signal to distortion ratio, dB. */
const BETA_DB = -15;
const TINY = 2.220446049250313e-16;

const WINDOW = Float64Array.from(
  { length: FRAME },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (FRAME + 1)),
);

/**
 * @param clean what was sent, at {@link STOI_RATE}
 * @param heard what arrived, at {@link STOI_RATE}, aligned with `clean`
 * @returns 0 … 1; NaN when there is less than 384 ms of speech
 */
export function stoi(clean: ArrayLike<number>, heard: ArrayLike<number>): number {
  const length = Math.min(clean.length, heard.length);
  const loud = loudFrames(clean, length);
  const x = bandEnvelopes(joinFrames(clean, loud));
  const y = bandEnvelopes(joinFrames(heard, loud));
  const frames = x.length;
  if (frames < SEGMENT) return NaN;
  let sum = 0;
  let count = 0;
  for (let end = SEGMENT; end <= frames; end++) {
    for (let band = 0; band < BANDS; band++) {
      sum += envelopeCorrelation(x, y, end - SEGMENT, band);
      count++;
    }
  }
  return sum / count;
}

/** Starts of the frames that hold sound, in samples. */
function loudFrames(clean: ArrayLike<number>, length: number): number[] {
  const energies: number[] = [];
  for (let at = 0; at + FRAME <= length; at += HOP) {
    let sum = 0;
    for (let i = 0; i < FRAME; i++) sum += (clean[at + i]! * WINDOW[i]!) ** 2;
    energies.push(20 * Math.log10(Math.sqrt(sum) + TINY));
  }
  const loudest = energies.reduce((a, b) => Math.max(a, b), -Infinity);
  return energies.flatMap((energy, i) => energy > loudest - DYNAMIC_RANGE_DB ? [i * HOP] : []);
}

/** The frames one after the other, overlapped and added. */
function joinFrames(samples: ArrayLike<number>, starts: number[]): Float64Array {
  const joined = new Float64Array((starts.length + 1) * HOP);
  starts.forEach((start, k) => {
    for (let i = 0; i < FRAME; i++) joined[k * HOP + i]! += samples[start + i]! * WINDOW[i]!;
  });
  return joined;
}

/** Per frame, the magnitude in each third-octave band. */
function bandEnvelopes(samples: Float64Array): Float64Array[] {
  const edges = bandEdges();
  const frames: Float64Array[] = [];
  const re = new Float64Array(FFT_SIZE);
  const im = new Float64Array(FFT_SIZE);
  for (let at = 0; at + FRAME <= samples.length; at += HOP) {
    re.fill(0);
    im.fill(0);
    for (let i = 0; i < FRAME; i++) re[i] = samples[at + i]! * WINDOW[i]!;
    fft(re, im);
    frames.push(Float64Array.from(edges, ([low, high]) => {
      let sum = 0;
      for (let k = low; k < high; k++) sum += re[k]! ** 2 + im[k]! ** 2;
      return Math.sqrt(sum);
    }));
  }
  return frames;
}

/** First bin and the bin after the last of each band. */
function bandEdges(): [number, number][] {
  const nearest = (hz: number) => Math.round((hz * FFT_SIZE) / STOI_RATE);
  return Array.from({ length: BANDS }, (_, k) => {
    const low = LOWEST_BAND_HZ * 2 ** ((2 * k - 1) / 6);
    return [nearest(low), nearest(low * 2 ** (1 / 3))];
  });
}

/** Correlation of one band over one segment, after the heard one is scaled and clipped. */
function envelopeCorrelation(
  x: Float64Array[],
  y: Float64Array[],
  start: number,
  band: number,
): number {
  let xx = 0;
  let yy = 0;
  for (let i = start; i < start + SEGMENT; i++) {
    xx += x[i]![band]! ** 2;
    yy += y[i]![band]! ** 2;
  }
  const scale = Math.sqrt(xx) / (Math.sqrt(yy) + TINY);
  const clip = 1 + 10 ** (-BETA_DB / 20);
  const clipped = (i: number) => Math.min(y[i]![band]! * scale, x[i]![band]! * clip);
  let meanX = 0;
  let meanY = 0;
  for (let i = start; i < start + SEGMENT; i++) {
    meanX += x[i]![band]! / SEGMENT;
    meanY += clipped(i) / SEGMENT;
  }
  let product = 0;
  let powerX = 0;
  let powerY = 0;
  for (let i = start; i < start + SEGMENT; i++) {
    const dx = x[i]![band]! - meanX;
    const dy = clipped(i) - meanY;
    product += dx * dy;
    powerX += dx * dx;
    powerY += dy * dy;
  }
  return product / (Math.sqrt(powerX * powerY) + TINY);
}
