/**
 * Makes pending sound shorter without changing its pitch (overlap and add of whole pitch periods).
 * On the real-time path: no allocation.
 *
 *     │ a │ b │ rest │  ──►  │ a fading into b │ rest │      when a resembles b
 */
import type { PcmBuffer } from "./pcm_buffer.ts";

/** Sound that is compared and cross-faded, ms. */
const WINDOW_MS = 8;
/** Shortest cut, ms. */
const MIN_CUT_MS = 2.5;
/** Resemblance (normalised correlation) at which a cut is not heard. */
const ALIKE = 0.8;
/** Mean square below which anything may be cut: about −55 dBFS. */
const QUIET = 3600;

/**
 * Cuts one stretch of at most `longestMs` out of the front of what is pending.
 *
 * @param force cuts at the best place even when that is heard
 * @returns samples cut, 0 when no place was good enough
 */
export function shorten(buffer: PcmBuffer, longestMs: number, force: boolean): number {
  const { samples, start, rate } = buffer;
  const window = (rate * WINDOW_MS) / 1000;
  const shortest = Math.round((rate * MIN_CUT_MS) / 1000);
  const longest = Math.min(Math.floor((rate * longestMs) / 1000), buffer.pending - window);
  let best = 0;
  let bestScore = force ? -Infinity : ALIKE;
  let energy = 1;
  for (let i = start; i < start + window; i++) energy += samples[i]! * samples[i]!;
  const quiet = energy < QUIET * window;
  for (let lag = shortest; lag <= longest; lag++) {
    let product = 0;
    let other = 1;
    for (let i = start; i < start + window; i++) {
      product += samples[i]! * samples[i + lag]!;
      other += samples[i + lag]! * samples[i + lag]!;
    }
    const score = quiet && other < QUIET * window ? 1 : product / Math.sqrt(energy * other);
    // Of equally quiet places the longest cut is the best.
    if (score >= bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  if (best > 0) cut(buffer, best, window);
  return best;
}

function cut(buffer: PcmBuffer, lag: number, window: number): void {
  const { samples, start } = buffer;
  for (let i = 0; i < window; i++) {
    const share = (i + 1) / (window + 1);
    samples[start + i + lag] = Math.round(
      samples[start + i]! * (1 - share) + samples[start + i + lag]! * share,
    );
  }
  // What was played stays right before what comes, for concealment: move it up.
  samples.copyWithin(lag, 0, start);
  buffer.start += lag;
}
