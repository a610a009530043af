/** The measures of other tests: finding a signal, and intelligibility. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { voiceSamples } from "../../support/voice_samples.ts";
import { findInPieces, findSignal } from "../../../src/lab/correlate.ts";
import { fft, powerOfTwo } from "../../../src/lab/fft.ts";
import { stoi, STOI_RATE } from "../../support/stoi.ts";
import { noise } from "../../fakes/media/signals.ts";

/** The voice at a low rate: every nth sample is good enough to be looked for. */
const VOICE = voiceSamples(6).filter((_, i) => i % 6 === 0);
const RATE = 8000;

Deno.test("the transform is that of the definition, and comes back", () => {
  const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
    minLength: 16,
    maxLength: 16,
  });
  fc.assert(fc.property(values, values, (a, b) => {
    const [re, im] = [Float64Array.from(a), Float64Array.from(b)];
    fft(re, im);
    for (let k = 0; k < 16; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let n = 0; n < 16; n++) {
        const angle = (-2 * Math.PI * k * n) / 16;
        sumRe += a[n]! * Math.cos(angle) - b[n]! * Math.sin(angle);
        sumIm += a[n]! * Math.sin(angle) + b[n]! * Math.cos(angle);
      }
      assert.ok(Math.abs(re[k]! - sumRe) < 1e-9 && Math.abs(im[k]! - sumIm) < 1e-9);
    }
    fft(re, im, true);
    a.forEach((value, n) => assert.ok(Math.abs(re[n]! - value) < 1e-9));
    b.forEach((value, n) => assert.ok(Math.abs(im[n]! - value) < 1e-9));
  }));
  assert.deepEqual([1, 2, 3, 1000, 1024].map(powerOfTwo), [1, 2, 4, 1024, 1024]);
});

Deno.test("a signal is found with its delay and level, also in noise and upside down", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 8000 }),
      fc.constantFrom(1, 0.25, -0.5),
      fc.integer({ min: 0, max: 300 }),
      (delay, gain, hiss) => {
        const recording = noise(24_000, hiss, delay + 1);
        const reference = VOICE.subarray(0, 12_000);
        reference.forEach((sample, i) => recording[delay + i]! += Math.round(sample * gain));
        const found = findSignal(reference, recording, RATE);
        assert.equal(found.delayMs, delay / 8);
        assert.ok(Math.abs(found.levelDb - 20 * Math.log10(Math.abs(gain))) < 0.5);
        assert.ok(found.correlation > 0.85, `${found.correlation}`);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("a signal that began before the recording has a negative delay", () => {
  const found = findSignal(VOICE.subarray(0, 12_000), VOICE.subarray(4000, 30_000), RATE);
  assert.equal(found.delayMs, -500);
  assert.ok(found.correlation > 0.99);
});

Deno.test("what is not there is not found", () => {
  const other = noise(24_000, 5000, 3);
  assert.ok(findSignal(VOICE.subarray(0, 12_000), other, RATE).correlation < 0.2);
  assert.equal(findSignal(VOICE, new Int16Array(5000), RATE).correlation, 0);
  assert.equal(findSignal(VOICE, new Int16Array(0), RATE).correlation, 0);
  assert.equal(findSignal(new Int16Array(0), VOICE, RATE).correlation, 0);
});

Deno.test("pieces are found where a whole would not match any more", () => {
  const recording = new Int16Array(VOICE.length + 4000);
  // Every second, 5 ms are lost on the way.
  let at = 1000;
  for (let from = 0; from < VOICE.length; from += 8000) {
    recording.set(VOICE.subarray(from, from + 7960), at);
    at += 7960;
  }
  const whole = findSignal(VOICE, recording, RATE);
  const pieces = findInPieces(VOICE, recording, RATE);
  assert.ok(whole.correlation < 0.6, `${whole.correlation}`);
  assert.ok(pieces.correlation > 0.95, `${pieces.correlation}`);
  assert.ok(Math.abs(pieces.delayMs - 110) <= 15, `${pieces.delayMs}`);
});

Deno.test("gaps of a slow machine make what came back neither softer nor later", () => {
  const recording = new Int16Array(VOICE.length + 1000);
  recording.set(VOICE.map((sample) => sample / 2), 1000);
  // In each second 100 ms are missing in four places, and three tenths came whole.
  for (let second = 0; second < recording.length; second += 8000) {
    for (const at of [100, 275, 450, 600]) {
      recording.fill(0, second + at * 8, second + (at + 100) * 8);
    }
  }
  const found = findInPieces(VOICE, recording, RATE, 300);
  assert.ok(found.correlation > 0.5, `${found.correlation}`);
  assert.ok(Math.abs(found.levelDb - -6) < 1.5, `${found.levelDb}`);
  assert.ok(Math.abs(found.delayMs - 125) < 2, `${found.delayMs}`);
  assert.ok(found.certainty > 0.9, `${found.certainty}`);
  const other = findInPieces(VOICE, VOICE.slice().reverse(), RATE, 300);
  assert.ok(other.certainty < 0.6, `${other.certainty}`);
});

Deno.test("STOI: the same is 1, noise takes it down, the more the further", () => {
  const clean = voiceSamples(5).filter((_, i) => i % 5 === 0).subarray(0, 5 * STOI_RATE);
  assert.ok(Math.abs(stoi(clean, clean) - 1) < 1e-9);
  assert.ok(Math.abs(stoi(clean, clean.map((sample) => sample / 3)) - 1) < 1e-3);
  const scores = [500, 3000, 15_000].map((amplitude) => {
    const hiss = noise(clean.length, amplitude, 2);
    return stoi(clean, clean.map((sample, i) => sample + hiss[i]!));
  });
  assert.ok(scores[0]! < 1 && scores[1]! < scores[0]! && scores[2]! < scores[1]!, `${scores}`);
  assert.ok(stoi(clean, noise(clean.length, 5000, 8)) < 0.45);
  assert.ok(Number.isNaN(stoi(clean.subarray(0, 2000), clean)));
});
