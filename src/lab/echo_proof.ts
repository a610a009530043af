/**
 * Did what we sent come back? Reads the recording of a call to an echo (left ours, right theirs) and
 * finds the one in the other.
 */
import { parseWavHeader } from "../audio/mod.ts";
import { OffhookError } from "../base/mod.ts";
import { findInPieces } from "./correlate.ts";

export interface EchoProof {
  /** Whether what came back is what was sent. */
  found: boolean;
  /** ms from our microphone to our speaker: there and back, two jitter buffers included. */
  delayMs: number;
  /** dB of what came back against what was sent. */
  levelDb: number;
  /** 0–1, of the typical piece: how whole it came back. */
  correlation: number;
}

/**
 * ms, short enough that a jitter buffer on a busy machine, which moves speech by some 10 ms now and
 * then, tears few pieces.
 */
const PIECE_MS = 300;

/**
 * A machine that is too slow for a call tears pieces, but hardly the best of them; those of other
 * speech correlate below 0.55.
 */
const FOUND_CERTAINTY = 0.7;

/** @throws OffhookError `file-unusable` when the recording is no 16-bit stereo WAV file */
export async function proveEcho(path: string): Promise<EchoProof> {
  const bytes = await Deno.readFile(path);
  const format = parseWavHeader(bytes);
  if (typeof format === "string" || format.encoding !== "s16" || format.channels !== 2) {
    throw new OffhookError("file-unusable", `the recording ${path} is not 16-bit stereo`);
  }
  const { sent, received } = channelsOf(bytes.subarray(format.dataOffset));
  const found = findInPieces(sent, received, format.rate, PIECE_MS);
  const { delayMs, levelDb, correlation, certainty } = found;
  return {
    found: certainty > FOUND_CERTAINTY,
    delayMs: Math.round(delayMs),
    levelDb: Math.round(levelDb * 10) / 10,
    correlation: Math.round(correlation * 1_000) / 1_000,
  };
}

function channelsOf(bytes: Uint8Array): { sent: Int16Array; received: Int16Array } {
  const count = Math.floor(bytes.byteLength / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * 4);
  const sent = new Int16Array(count);
  const received = new Int16Array(count);
  for (let index = 0; index < count; index++) {
    sent[index] = view.getInt16(index * 4, true);
    received[index] = view.getInt16(index * 4 + 2, true);
  }
  return { sent, received };
}
