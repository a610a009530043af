/** The call-waiting tone over the far end's sound. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { WaitingTone } from "../../../src/media/dsp/waiting_tone.ts";
import { toneAmplitude } from "../../fakes/tone.ts";

Deno.test("300 ms of tone in every ten seconds, beside the far end", () => {
  const tone = new WaitingTone();
  const far = new Int16Array(FRAME_SAMPLES).fill(1_000);
  const sounds = Array.from({ length: 1_000 }, () => {
    const frame = tone.over(far);
    assert.ok(far.every((sample) => sample === 1_000), "the recording's frame stays as it is");
    const mean = frame.reduce((sum, sample) => sum + sample, 0) / frame.length;
    assert.ok(Math.abs(mean - 1_000) < 1_200, "the far end is still there");
    return frame !== far;
  });
  const at = sounds.flatMap((is, index) => is ? [index] : []);
  const fifteen = (from: number) => Array.from({ length: 15 }, (_, index) => from + index);
  assert.deepEqual(at, [...fifteen(0), ...fifteen(500)]);
});

Deno.test("it is 425 Hz, and soft", () => {
  const tone = new WaitingTone();
  const silence = new Int16Array(FRAME_SAMPLES);
  const heard = Int16Array.from(
    Array.from({ length: 15 }, () => [...tone.over(silence)]).flat(),
  );
  const amplitude = toneAmplitude(heard, 425);
  assert.ok(amplitude > 1_500 && amplitude < 3_000, `${amplitude}`);
});
