/**
 * The companding laws of ITU-T G.711 as tables, for the codecs and for WAV files.
 *
 * Computed once a thread, when first asked for, from the segment arithmetic of the Recommendation:
 * encoding looks up 64 Ki entries (one per 16-bit sample), decoding 256.
 */

/** Added before the segment search of µ-law, at 16-bit scale (G.711 table 2a: 33 of 14 bits). */
const MU_BIAS = 132;
/** Largest magnitude that µ-law holds after the bias. */
const MU_CLIP = 32_635;

/** One sample of µ-law as 16-bit linear. */
function expandMu(byte: number): number {
  const inverted = ~byte & 0xff;
  const segment = (inverted >> 4) & 7;
  const magnitude = ((((inverted & 15) << 3) + MU_BIAS) << segment) - MU_BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
}

/** One 16-bit linear sample as µ-law. */
function compressMu(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(sample < 0 ? -sample : sample, MU_CLIP) + MU_BIAS;
  const segment = 24 - Math.clz32(magnitude);
  const step = (magnitude >> (segment + 3)) & 15;
  return ~(sign | (segment << 4) | step) & 0xff;
}

/** One sample of A-law as 16-bit linear (even bits are inverted on the line). */
function expandA(byte: number): number {
  const plain = byte ^ 0x55;
  const segment = (plain >> 4) & 7;
  const step = ((plain & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return plain & 0x80 ? magnitude : -magnitude;
}

/** One 16-bit linear sample as A-law. */
function compressA(sample: number): number {
  // 13 bits count; negative values are mirrored by one's complement, as G.711 numbers them.
  const scaled = sample >> 3;
  const sign = scaled < 0 ? 0 : 0x80;
  const magnitude = scaled < 0 ? ~scaled : scaled;
  const segment = Math.max(0, 27 - Math.clz32(magnitude));
  const step = segment === 0 ? (magnitude >> 1) & 15 : (magnitude >> segment) & 15;
  return (sign | (segment << 4) | step) ^ 0x55;
}

/** 256 entries: byte → 16-bit linear. */
function expansionTable(expand: (byte: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, byte) => expand(byte));
}

/** 65,536 entries: 16-bit pattern of a sample → byte. */
function compressionTable(compress: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, bits) => compress((bits << 16) >> 16));
}

/** One companding law, both ways. */
export interface Law {
  /** 256 entries: byte → 16-bit linear. */
  expand: Int16Array;
  /** 65,536 entries: 16-bit pattern of a sample → byte. */
  compress: Uint8Array;
}

let muLaw: Law | undefined;
let aLaw: Law | undefined;

/** The µ-law tables (PCMU). */
export function muLawTables(): Law {
  return muLaw ??= { expand: expansionTable(expandMu), compress: compressionTable(compressMu) };
}

/** The A-law tables (PCMA). */
export function aLawTables(): Law {
  return aLaw ??= { expand: expansionTable(expandA), compress: compressionTable(compressA) };
}
