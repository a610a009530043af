/** A chirp is found in what a microphone recorded, with its level and delay. */
import assert from "node:assert/strict";
import { chirp, findChirp, levelsOf } from "../../../src/station/phone/loop_measure.ts";

/** Noise of a seed, with the chirp in it. */
function recording(rate: number, at: number, gain: number, noise: number): Int16Array {
  let seed = 1;
  const samples = Int16Array.from({ length: rate / 2 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.round(noise * (seed / 2 ** 30 - 1));
  });
  chirp(rate).forEach((sample, i) => samples[at + i]! += Math.round(gain * sample));
  return samples;
}

for (const rate of [44_100, 48_000]) {
  Deno.test(`a chirp is found at ${rate} Hz, loud, soft, turned over, in noise`, () => {
    for (const [gain, noise] of [[1, 0], [0.1, 0], [-0.5, 100], [0.1, 500]] as const) {
      const heard = findChirp(recording(rate, 3_000, gain, noise), chirp(rate))!;
      assert.ok(Math.abs(heard.at - 3_000) <= 1, `at ${heard.at}`);
      assert.ok(Math.abs(heard.levelDb - 20 * Math.log10(Math.abs(gain))) < 0.5);
    }
  });
}

Deno.test("silence, noise and another sound have no chirp", () => {
  const rate = 48_000;
  assert.equal(findChirp(new Int16Array(24_000), chirp(rate)), undefined);
  assert.equal(findChirp(recording(rate, 0, 0, 3_000), chirp(rate)), undefined);
  const tone = Int16Array.from({ length: 24_000 }, (_, i) => 9_000 * Math.sin(i / 7));
  assert.equal(findChirp(tone, chirp(rate)), undefined);
  assert.equal(findChirp(new Int16Array(10), chirp(rate)), undefined);
});

Deno.test("the noise floor is what is left between sounds", () => {
  const samples = recording(48_000, 3_000, 1, 33);
  const { noise, loudest } = levelsOf(samples, 48_000);
  assert.ok(noise > -66 && noise < -63, `${noise}`);
  assert.ok(loudest > -16 && loudest < -10, `${loudest}`);
  assert.deepEqual(levelsOf(new Int16Array(0), 48_000), { noise: -90, loudest: -90 });
});
