/**
 * Says whether a recording contains what was said: correlation, not packet counts.
 *
 *     recording ─► short pieces that have sound ─► best match anywhere in what was said ─► median
 *
 * Short pieces, because a jitter buffer moves sound by some ms while it learns the network; anywhere,
 * because a peer loops its file and a recording starts in the middle.
 */
import assert from "node:assert/strict";
import { findInPieces } from "../../src/lab/correlate.ts";
import { readWav } from "./wav.ts";

export interface Recognition {
  /** Median of the pieces' best matches: 1 is the same signal, other speech is at some 0.5. */
  score: number;
  /** Seconds of the recording that are not silent. */
  seconds: number;
}

const PIECE_MS = 250;

/** A second of speech at an ordinary level has some 0.05 (of full scale 1). */
const SILENCE = 0.003;

/**
 * Looks for the words of one WAV file in another.
 * @param channel of the recording: 0 is left
 */
export async function recognise(
  said: string,
  recording: string,
  channel = 0,
): Promise<Recognition> {
  const reference = await readWav(said);
  let heard = await readWav(recording, channel);
  if (heard.rate !== reference.rate) {
    const resampled = `${recording}.${reference.rate}.wav`;
    await resample(recording, resampled, reference.rate);
    heard = await readWav(resampled, channel);
  }
  return recogniseSamples(reference.samples, heard.samples, reference.rate);
}

/** {@link recognise} for samples of full scale 1. */
export function recogniseSamples(
  said: Float32Array,
  heard: Float32Array,
  rate: number,
): Recognition {
  const seconds = soundSeconds(heard, rate);
  if (seconds === 0) return { score: 0, seconds };
  // Twice: a recording may reach over the end of a looped file.
  const looped = new Float32Array(said.length * 2);
  looped.set(said);
  looped.set(said, said.length);
  return { score: findInPieces(heard, looped, rate, PIECE_MS).correlation, seconds };
}

/** What is left of the wave itself: Opus keeps how it sounds, and less of the wave than G.711 (0.97). */
const ALIKE = 0.8;

/** Fails unless a recording has at least two seconds of sound, which are what was said. */
export async function assertHeard(
  said: string,
  recording: string,
  who: string,
  channel = 0,
): Promise<void> {
  const { score, seconds } = await recognise(said, recording, channel);
  assert.ok(
    score > ALIKE && seconds >= 2,
    `${who} should have heard ${said}: ${recording} matches by ${score} in ${seconds} s of sound`,
  );
}

function soundSeconds(samples: Float32Array, rate: number): number {
  const length = Math.round(rate * PIECE_MS / 1000);
  let pieces = 0;
  for (let at = 0; at + length <= samples.length; at += length) {
    let energy = 0;
    for (let i = at; i < at + length; i++) energy += samples[i] * samples[i];
    if (Math.sqrt(energy / length) > SILENCE) pieces++;
  }
  return pieces * PIECE_MS / 1000;
}

async function resample(from: string, to: string, rate: number): Promise<void> {
  const { success, stderr } = await new Deno.Command("sox", {
    args: ["-R", "-V1", from, "-r", String(rate), to],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`sox: ${new TextDecoder().decode(stderr)}`);
}
