/** The gain of what is heard: exact, without a click, without wrapping around. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { SpeakerVolume } from "../../../src/media/dsp/speaker_volume.ts";

const flat = (level: number) => new Int16Array(FRAME_SAMPLES).fill(level);

function through(volume: SpeakerVolume, frame: Int16Array): Int16Array {
  volume.apply(frame);
  return frame;
}

Deno.test("at 0 dB the frame stays as it is", () => {
  assert.deepEqual(through(new SpeakerVolume(), flat(1000)), flat(1000));
});

Deno.test("a change goes over one frame in small steps, then the gain is exact", () => {
  const volume = new SpeakerVolume();
  volume.set(-20);
  const ramp = [...through(volume, flat(10_000))];
  ramp.reduce((before, sample) => {
    assert.ok(sample <= before && before - sample < 40, `${before} → ${sample}`);
    return sample;
  }, 10_000);
  assert.ok(Math.abs(ramp.at(-1)! - 1000) <= 1);
  assert.deepEqual(through(volume, flat(10_000)), flat(1000));
  volume.set(0);
  through(volume, flat(10_000));
  assert.deepEqual(through(volume, flat(10_000)), flat(10_000));
});

Deno.test("what is too loud stays at the limit", () => {
  const volume = new SpeakerVolume();
  volume.set(6);
  through(volume, flat(0));
  assert.equal(through(volume, flat(30_000))[5], 32_767);
  assert.equal(through(volume, flat(-30_000))[5], -32_768);
});
