/** Sample rate conversion keeps level, pitch and length. */
import assert from "node:assert/strict";
import { loadResampler, Resampler } from "../../../src/audio/resampler.ts";

await loadResampler();

function sine(rate: number, frequency: number, seconds: number): Int16Array {
  return Int16Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => 10_000 * Math.sin((2 * Math.PI * frequency * i) / rate),
  );
}

/** Amplitude of one frequency in the middle of the samples. */
function amplitude(samples: Int16Array, rate: number, frequency: number): number {
  const from = Math.round(rate * 0.1);
  const count = Math.round(rate * 0.5);
  let c = 0;
  let s = 0;
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * frequency * i) / rate;
    c += samples[from + i]! * Math.cos(angle);
    s += samples[from + i]! * Math.sin(angle);
  }
  return (2 * Math.hypot(c, s)) / count;
}

Deno.test("frames of 20 ms stay frames of 20 ms between 48 kHz and the codecs", () => {
  for (const rate of [8000, 16_000, 24_000]) {
    const down = new Resampler(48_000, rate);
    const up = new Resampler(rate, 48_000);
    const small = new Int16Array(down.outputBound(960));
    const large = new Int16Array(up.outputBound(rate / 50));
    for (let i = 0; i < 5; i++) {
      assert.equal(down.process(new Int16Array(960), small), rate / 50);
      assert.equal(up.process(small.subarray(0, rate / 50), large), 960);
    }
    down.free();
    up.free();
  }
});

Deno.test("a tone keeps its level and pitch through every rate", () => {
  for (const rate of [8000, 11_025, 16_000, 44_100, 96_000]) {
    const resampler = new Resampler(rate, 48_000);
    const input = sine(rate, 1000, 1);
    const output = new Int16Array(resampler.outputBound(input.length));
    const made = resampler.process(input, output);
    assert.ok(Math.abs(made - 48_000) < 100, `${rate} Hz: ${made} samples`);
    const level = amplitude(output, 48_000, 1000);
    assert.ok(Math.abs(level - 10_000) < 200, `${rate} Hz: ${level}`);
    resampler.free();
  }
});

Deno.test("what 8 kHz cannot hold does not fold back", () => {
  const resampler = new Resampler(48_000, 8000);
  const output = new Int16Array(8002);
  resampler.process(sine(48_000, 5000, 1), output);
  assert.ok(amplitude(output, 8000, 3000) < 100);
  resampler.free();
});

Deno.test("equal rates copy, and freeing twice is fine", () => {
  const same = new Resampler(8000, 8000);
  const output = new Int16Array(3);
  assert.equal(same.process(Int16Array.of(1, 2, 3), output), 3);
  assert.deepEqual([...output], [1, 2, 3]);
  const other = new Resampler(8000, 16_000);
  other.free();
  other.free();
  assert.equal(other.process(new Int16Array(10), new Int16Array(30)), 0);
});

Deno.test("20 ms of zeros empty the filter: what follows them is silence", () => {
  for (const rate of [8_000, 16_000]) {
    const resampler = new Resampler(rate, 48_000);
    const [loud, zeros] = [new Int16Array(rate / 50).fill(32_767), new Int16Array(rate / 50)];
    const frame = new Int16Array(960);
    resampler.process(loud, frame);
    resampler.process(zeros, frame);
    assert.ok(frame.some((sample) => sample !== 0), "the tail of the sound");
    resampler.process(zeros, frame);
    assert.ok(frame.every((sample) => sample === 0), `${rate} Hz`);
    resampler.free();
  }
});
