/** The gain of what is heard: exact, without a click, without wrapping around. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { SpeakerVolume } from "../../../src/media/dsp/speaker_volume.ts";

const flat = (level: number) => new Int16Array(FRAME_SAMPLES).fill(level);

Deno.test("at 0 dB the frame itself goes through", () => {
  const frame = flat(1000);
  assert.equal(new SpeakerVolume().over(frame), frame);
});

Deno.test("a change goes over one frame in small steps, then the gain is exact", () => {
  const volume = new SpeakerVolume();
  volume.set(-20);
  const frame = flat(10_000);
  const ramp = [...volume.over(frame)];
  ramp.reduce((before, sample) => {
    assert.ok(sample <= before && before - sample < 40, `${before} → ${sample}`);
    return sample;
  }, 10_000);
  assert.ok(Math.abs(ramp.at(-1)! - 1000) <= 1);
  assert.deepEqual(volume.over(frame), flat(1000));
  assert.deepEqual(frame, flat(10_000), "what is recorded stays");
  volume.set(0);
  volume.over(frame);
  assert.equal(volume.over(frame), frame);
});

Deno.test("what is too loud stays at the limit", () => {
  const volume = new SpeakerVolume();
  volume.set(6);
  volume.over(flat(0));
  assert.equal(volume.over(flat(30_000))[5], 32_767);
  assert.equal(volume.over(flat(-30_000))[5], -32_768);
});
