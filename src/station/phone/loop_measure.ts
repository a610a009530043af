/**
 * What a microphone heard of a known sound: how loud it was, how late, how quiet it is without. Pure.
 *
 * The sound is a chirp: its correlation with the recording has one narrow peak, also in noise and
 * through a bad loudspeaker.
 */

/** Hz that a chirp goes through: what every headset and telephone speaker plays. */
const FROM_HZ = 500;
const TO_HZ = 3_000;
const CHIRP_SECONDS = 0.1;
const AMPLITUDE = 10_000;
/** Likeness (0–1) of the recording and the chirp from which on the chirp is in it. */
const LIKENESS = 0.35;
const BLOCK_SECONDS = 0.02;
/** Level of digital silence, dBFS. */
const SILENCE_DBFS = -90;

/** @param rate Hz @returns the sound that is played */
export function chirp(rate: number): Int16Array {
  const length = Math.round(rate * CHIRP_SECONDS);
  return Int16Array.from({ length }, (_, i) => {
    const t = i / rate;
    const phase = 2 * Math.PI * (FROM_HZ * t + (TO_HZ - FROM_HZ) * t * t / (2 * CHIRP_SECONDS));
    return Math.round(AMPLITUDE * Math.sin(Math.PI * i / length) ** 2 * Math.sin(phase));
  });
}

export interface HeardChirp {
  /** Samples from the beginning of the recording. */
  at: number;
  /** Loudness of the recording against what was played, dB. */
  levelDb: number;
}

/** Where a chirp is in a recording of the same rate; undefined: nowhere. */
export function findChirp(recording: Int16Array, played: Int16Array): HeardChirp | undefined {
  const energy = dot(played, played, 0);
  let best = { at: 0, like: 0, gain: 0 };
  let power = energyOf(recording, 0, played.length);
  for (let at = 0; at + played.length <= recording.length; at++) {
    const product = dot(recording, played, at);
    const like = power > 0 ? Math.abs(product) / Math.sqrt(power * energy) : 0;
    if (like > best.like) best = { at, like, gain: Math.abs(product) / energy };
    power += (recording[at + played.length] ?? 0) ** 2 - recording[at]! ** 2;
  }
  if (best.like < LIKENESS) return undefined;
  return { at: best.at, levelDb: 20 * Math.log10(best.gain) };
}

/** Noise floor and loudest 20 ms of a recording, dBFS (RMS). */
export function levelsOf(recording: Int16Array, rate: number): { noise: number; loudest: number } {
  const block = Math.round(rate * BLOCK_SECONDS);
  const levels: number[] = [];
  for (let at = 0; at + block <= recording.length; at += block) {
    const power = energyOf(recording, at, block) / block / 32_768 ** 2;
    levels.push(Math.max(SILENCE_DBFS, 10 * Math.log10(power)));
  }
  levels.sort((a, b) => a - b);
  return {
    noise: levels[Math.floor(levels.length / 5)] ?? SILENCE_DBFS,
    loudest: levels.at(-1) ?? SILENCE_DBFS,
  };
}

function dot(samples: Int16Array, pattern: Int16Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < pattern.length; i++) sum += samples[at + i]! * pattern[i]!;
  return sum;
}

function energyOf(samples: Int16Array, at: number, length: number): number {
  let sum = 0;
  for (let i = at; i < at + length && i < samples.length; i++) sum += samples[i]! ** 2;
  return sum;
}
