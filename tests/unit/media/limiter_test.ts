/** The look-ahead limiter: transparent below its ceiling, down in time, up again slowly. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { CEILING, Limiter, LOOKAHEAD } from "../../../src/media/dsp/limiter.ts";

/** What comes out for a whole sound, without the delay. */
function limited(sound: (at: number) => number, frames: number): Int16Array {
  const limiter = new Limiter();
  const sum = new Int32Array(FRAME_SAMPLES);
  const out = new Int16Array(frames * FRAME_SAMPLES);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < FRAME_SAMPLES; i++) sum[i] = sound(frame * FRAME_SAMPLES + i);
    limiter.process(sum, out.subarray(frame * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES));
  }
  return out.subarray(LOOKAHEAD);
}

const sine = (amplitude: number, frequency: number) => (at: number) =>
  Math.round(amplitude * Math.sin(2 * Math.PI * frequency * at / GRAPH_RATE));

Deno.test("what is not too loud comes out as it is, 2 ms later", () => {
  const sound = sine(CEILING, 440);
  const out = limited(sound, 5);
  assert.equal(LOOKAHEAD / GRAPH_RATE, 0.002);
  assert.deepEqual([...out], [...Int16Array.from(out, (_, i) => sound(i))]);
});

Deno.test("it is turned down before the peak, in a straight line, and not at it", () => {
  const peak = 3 * FRAME_SAMPLES + 10;
  const out = limited((at) => at === peak ? 4 * CEILING : 10_000, 6);
  assert.ok(Math.abs(out[peak]! - CEILING) <= 4, `${out[peak]}`);
  assert.equal(out[peak - LOOKAHEAD - 1], 10_000);
  for (let i = peak - LOOKAHEAD; i < peak; i++) {
    const step = out[i - 1]! - out[i]!;
    assert.ok(step >= 0 && step <= 0.75 * 10_000 / LOOKAHEAD + 2, `a step of ${step} at ${i}`);
  }
  assert.ok(Math.abs(out[peak + 1]! - 2_500) <= 4);
});

Deno.test("after a peak it comes back: two thirds in 200 ms, all within two seconds", () => {
  const out = limited((at) => at === 1_000 ? 2 * CEILING : 10_000, 110);
  assert.ok(Math.abs(out[1_001 + 0.2 * GRAPH_RATE]! - 8_160) < 60, `${out[10_601]}`);
  assert.equal(out[2 * GRAPH_RATE], 10_000);
});

Deno.test("a loud tone stays a tone: no overtone is louder than 1 % of it", () => {
  const out = limited(sine(90_000, 1_000), 60).subarray(GRAPH_RATE / 2, GRAPH_RATE);
  const level = (frequency: number) => {
    let [re, im] = [0, 0];
    out.forEach((sample, i) => {
      re += sample * Math.cos(2 * Math.PI * frequency * i / GRAPH_RATE);
      im += sample * Math.sin(2 * Math.PI * frequency * i / GRAPH_RATE);
    });
    return Math.hypot(re, im);
  };
  for (const harmonic of [2, 3, 4, 5, 7]) {
    assert.ok(level(harmonic * 1_000) < level(1_000) / 100, `overtone ${harmonic}`);
  }
});

Deno.test("whatever comes in, nothing above the ceiling comes out", () => {
  const peaks = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: -800_000, max: 800_000 })),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(peaks, (list) => {
      const sound = new Int32Array(6 * FRAME_SAMPLES);
      for (const [at, value] of list) sound[at] = value;
      const out = limited((at) => sound[at]!, 6);
      for (let i = 0; i < out.length; i++) {
        assert.ok(Math.abs(out[i]!) <= CEILING, `${out[i]} at ${i}`);
        assert.ok(out[i] === 0 || Math.sign(out[i]!) === Math.sign(sound[i]!));
      }
    }),
    { numRuns: 300 },
  );
});
