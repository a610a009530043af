/**
 * G.722 at 64 kbit/s (ITU-T G.722, mode 1): 16 kHz in two sub-bands, one octet for two samples.
 * Bit-exact with the Recommendation's arithmetic, saturation of the output included. On the real-time
 * path: no allocation.
 *
 *     encode: samples ─► QMF ─┬─ low band ─► ADPCM, 6 bits ─┬─► octet
 *                             └─ high band ► ADPCM, 2 bits ─┘
 *     decode: the same backwards; both ends adapt from the codes alone, so they stay in step
 *
 * Names of quantities follow the Recommendation (clauses 3, 4 and 6): DET scale factor, NB its
 * logarithm, S estimate, A pole and B zero predictor coefficients.
 */
import { ANY_PACKET_MS, type Codec } from "./codec.ts";

/** Half of the symmetric QMF impulse response (table 11). */
const QMF = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const QMF_TAPS = 24;

/** Decision levels of the 6-bit quantiser (table 14: LL6). */
// deno-fmt-ignore
const Q6 = Int32Array.of(
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
  786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
);
/** Levels of the 6-, 4- and 2-bit inverse quantisers (tables 15 to 17: QQ6, QQ4, QQ2). */
// deno-fmt-ignore
const QM6 = Int32Array.of(
  -136, -136, -136, -136, -24808, -21904, -19008, -16704,
  -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576,
  -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192,
  10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032,
  1688, 1360, 1040, 728, 432, 136, -432, -136,
);
// deno-fmt-ignore
const QM4 = Int32Array.of(
  0, -20456, -12896, -8968, -6288, -4240, -2584, -1200,
  20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
);
const QM2 = Int32Array.of(-7408, -1616, 7408, 1616);
/** Logarithmic scale factor multipliers by code (tables 13 and 18: WL by RIL, WH by IH). */
// deno-fmt-ignore
const WL = Int32Array.of(
  -60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60,
);
const WH = Int32Array.of(798, -214, 798, -214);
/** 2^(i/32) × 2048 (table 12: ILB). */
const ILB = Int32Array.from({ length: 32 }, (_, i) => Math.round(2048 * 2 ** (i / 32)));

function saturate(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
}

/** One sub-band's adaptation, the same in encoder and decoder. */
class Band {
  /** Estimate of the next sample. */
  s = 0;
  /** Scale factor. */
  det: number;
  /** Largest NB, and the exponent of DET at NB = 0. */
  readonly #nbLimit: number;
  readonly #shift: number;
  #nb = 0;
  #sz = 0;
  #a1 = 0;
  #a2 = 0;
  #r1 = 0;
  #p1 = 0;
  #p2 = 0;
  readonly #b = new Int32Array(6);
  readonly #d = new Int32Array(6);

  constructor(det: number, nbLimit: number, shift: number) {
    this.det = det;
    this.#nbLimit = nbLimit;
    this.#shift = shift;
  }

  /**
   * Adapts to a quantised difference.
   * @param d the difference; @param w the code's multiplier
   */
  adapt(d: number, w: number): void {
    this.#scale(w);
    const r = saturate(this.s + d);
    const p = saturate(this.#sz + d);
    this.#adaptPoles(p);
    this.#adaptZeros(d);
    const pole = saturate(
      ((this.#a1 * saturate(2 * r)) >> 15) + ((this.#a2 * saturate(2 * this.#r1)) >> 15),
    );
    this.#r1 = r;
    this.#sz = this.#zeroEstimate();
    this.s = saturate(pole + this.#sz);
  }

  /** LOGSCL, SCALEL; LOGSCH, SCALEH. */
  #scale(w: number): void {
    const nb = ((this.#nb * 127) >> 7) + w;
    this.#nb = nb < 0 ? 0 : nb > this.#nbLimit ? this.#nbLimit : nb;
    const mantissa = ILB[(this.#nb >> 6) & 31]!;
    const exponent = this.#shift - (this.#nb >> 11);
    this.det = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
  }

  /** UPPOL2, UPPOL1. */
  #adaptPoles(p: number): void {
    const like1 = p < 0 === this.#p1 < 0;
    const like2 = p < 0 === this.#p2 < 0;
    const quadrupled = saturate(this.#a1 << 2);
    const turned = like1 ? (quadrupled === -32_768 ? 32_767 : -quadrupled) : quadrupled;
    const a2 = (like2 ? 128 : -128) + (turned >> 7) + ((this.#a2 * 32_512) >> 15);
    this.#a2 = a2 > 12_288 ? 12_288 : a2 < -12_288 ? -12_288 : a2;
    const a1 = saturate((like1 ? 192 : -192) + ((this.#a1 * 32_640) >> 15));
    const limit = saturate(15_360 - this.#a2);
    this.#a1 = a1 > limit ? limit : a1 < -limit ? -limit : a1;
    this.#p2 = this.#p1;
    this.#p1 = p;
  }

  /** UPZERO, and the delay line. */
  #adaptZeros(d: number): void {
    const b = this.#b;
    const line = this.#d;
    const step = d === 0 ? 0 : 128;
    for (let i = 5; i >= 0; i--) {
      const change = line[i]! < 0 === d < 0 ? step : -step;
      b[i] = saturate(change + ((b[i]! * 32_640) >> 15));
    }
    for (let i = 5; i > 0; i--) line[i] = line[i - 1]!;
    line[0] = d;
  }

  /** FILTEZ. */
  #zeroEstimate(): number {
    let sum = 0;
    for (let i = 5; i >= 0; i--) sum += (this.#b[i]! * saturate(2 * this.#d[i]!)) >> 15;
    return saturate(sum);
  }
}

/** Both bands of one direction, and the filter's memory. */
class HalfCodec {
  readonly low = new Band(32, 18_432, 8);
  readonly high = new Band(8, 22_528, 10);
  /** The QMF's last 24 samples, twice, so that a window of them is always in one piece. */
  readonly window = new Int32Array(2 * QMF_TAPS);
  position = 0;

  /** Puts two samples into the filter. @returns where the window of 24 begins, the oldest first */
  push(first: number, second: number): number {
    const { window, position } = this;
    window[position] = window[position + QMF_TAPS] = first;
    window[position + 1] = window[position + 1 + QMF_TAPS] = second;
    this.position = position + 2 === QMF_TAPS ? 0 : position + 2;
    return this.position === 0 ? QMF_TAPS : this.position;
  }
}

export class G722Codec implements Codec {
  readonly encoding = "G722";
  readonly sampleRate = 16_000;
  /** RFC 3551 §4.5.2: a mistake of long ago that everyone keeps. */
  readonly clockRate = 8000;
  readonly packetMs = ANY_PACKET_MS;
  readonly #encoder = new HalfCodec();
  readonly #decoder = new HalfCodec();

  encode(pcm: Int16Array, payload: Uint8Array, offset: number): number {
    const { low, high, window } = this.#encoder;
    const count = pcm.length >> 1;
    for (let n = 0; n < count; n++) {
      const at = this.#encoder.push(pcm[2 * n]!, pcm[2 * n + 1]!);
      let odd = 0;
      let even = 0;
      for (let i = 0; i < 12; i++) {
        odd += window[at + 2 * i]! * QMF[i]!;
        even += window[at + 2 * i + 1]! * QMF[11 - i]!;
      }
      const il = quantiseLow(low, (even + odd) >> 14);
      const ih = quantiseHigh(high, (even - odd) >> 14);
      low.adapt((low.det * QM4[il >> 2]!) >> 15, WL[il >> 2]!);
      high.adapt((high.det * QM2[ih]!) >> 15, WH[ih]!);
      payload[offset + n] = (ih << 6) | il;
    }
    return count;
  }

  decode(payload: Uint8Array, pcm: Int16Array): number {
    const { low, high, window } = this.#decoder;
    const count = Math.min(payload.length, pcm.length >> 1);
    for (let n = 0; n < count; n++) {
      const il = payload[n]! & 63;
      const ih = payload[n]! >> 6;
      const rlow = limit15(low.s + ((low.det * QM6[il]!) >> 15));
      const dhigh = (high.det * QM2[ih]!) >> 15;
      const rhigh = limit15(high.s + dhigh);
      low.adapt((low.det * QM4[il >> 2]!) >> 15, WL[il >> 2]!);
      high.adapt(dhigh, WH[ih]!);
      const at = this.#decoder.push(rlow + rhigh, rlow - rhigh);
      let odd = 0;
      let even = 0;
      for (let i = 0; i < 12; i++) {
        odd += window[at + 2 * i]! * QMF[i]!;
        even += window[at + 2 * i + 1]! * QMF[11 - i]!;
      }
      pcm[2 * n] = saturate(even >> 11);
      pcm[2 * n + 1] = saturate(odd >> 11);
    }
    return 2 * count;
  }
}

/** QUANTL: the 6-bit code of a low-band sample (table 14 orders codes by sign and level). */
function quantiseLow(band: Band, sample: number): number {
  const difference = saturate(sample - band.s);
  const magnitude = difference < 0 ? ~difference : difference;
  let level = 1;
  while (level < 30 && magnitude >= (Q6[level]! * band.det) >> 12) level++;
  if (difference >= 0) return 62 - level;
  return level < 3 ? 64 - level : 34 - level;
}

/** QUANTH: the 2-bit code of a high-band sample. */
function quantiseHigh(band: Band, sample: number): number {
  const difference = saturate(sample - band.s);
  const magnitude = difference < 0 ? ~difference : difference;
  const large = magnitude >= (564 * band.det) >> 12;
  if (difference < 0) return large ? 0 : 1;
  return large ? 2 : 3;
}

/** LIMIT: 15 bits (clause 4.3). */
function limit15(value: number): number {
  return value > 16_383 ? 16_383 : value < -16_384 ? -16_384 : value;
}
