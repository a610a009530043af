import { VoiceSignal } from "../../src/audio/voice.ts";
import { GRAPH_RATE } from "../../src/audio/mod.ts";

/** The first `seconds` of the test voice, at 48 kHz. */
export function voiceSamples(seconds: number): Int16Array {
  const samples = new Int16Array(Math.round(seconds * GRAPH_RATE));
  new VoiceSignal().next(samples);
  return samples;
}
