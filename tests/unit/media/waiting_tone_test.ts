/** The call-waiting tone over the far end's sound. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { WaitingTone } from "../../../src/media/dsp/waiting_tone.ts";
import { toneAmplitude } from "../../fakes/tone.ts";

/** A tone that has begun. */
function begun(): WaitingTone {
  const tone = new WaitingTone();
  tone.signal(true);
  return tone;
}

function over(tone: WaitingTone, level: number): Int16Array {
  const frame = new Int16Array(FRAME_SAMPLES).fill(level);
  tone.apply(frame);
  return frame;
}

Deno.test("300 ms of tone in every ten seconds, beside the far end", () => {
  const tone = begun();
  const sounds = Array.from({ length: 1_000 }, () => {
    const frame = over(tone, 1_000);
    const mean = frame.reduce((sum, sample) => sum + sample, 0) / frame.length;
    assert.ok(Math.abs(mean - 1_000) < 1_200, "the far end is still there");
    return frame.some((sample) => sample !== 1_000);
  });
  const at = sounds.flatMap((is, index) => is ? [index] : []);
  const fifteen = (from: number) => Array.from({ length: 15 }, (_, index) => from + index);
  assert.deepEqual(at, [...fifteen(0), ...fifteen(500)]);
});

Deno.test("it begins when it is signalled, ends at once, and begins anew", () => {
  const tone = new WaitingTone();
  const sounds = () => over(tone, 0).some((sample) => sample !== 0);
  assert.ok(!sounds());
  tone.signal(true);
  assert.ok(sounds());
  for (let i = 0; i < 20; i++) sounds();
  assert.ok(!sounds());
  tone.signal(false);
  assert.ok(!sounds());
  tone.signal(true);
  assert.ok(sounds());
});

Deno.test("it is 425 Hz, and soft", () => {
  const tone = begun();
  const heard = Int16Array.from(Array.from({ length: 15 }, () => [...over(tone, 0)]).flat());
  const amplitude = toneAmplitude(heard, 425);
  assert.ok(amplitude > 1_500 && amplitude < 3_000, `${amplitude}`);
});
