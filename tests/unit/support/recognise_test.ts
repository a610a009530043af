/** The test that a recording is what was said, tested itself. */
import assert from "node:assert/strict";
import { recogniseSamples } from "../../support/recognise.ts";

const RATE = 2000;

/** Noise that is the same each time. */
function noise(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

Deno.test("a part of what was said is recognised, whatever its gain", () => {
  const said = noise(5 * RATE, 1);
  const heard = said.slice(1.25 * RATE, 3.5 * RATE).map((sample) => sample * 0.2);
  const { score, seconds } = recogniseSamples(said, heard, RATE);
  assert.ok(score > 0.99, `score ${score}`);
  assert.equal(seconds, 2.25);
});

Deno.test("a recording that reaches over the end of a looped file is recognised", () => {
  const said = noise(3 * RATE, 2);
  const looped = new Float32Array([...said, ...said]);
  const { score } = recogniseSamples(said, looped.subarray(2.5 * RATE, 4.5 * RATE), RATE);
  assert.ok(score > 0.99, `score ${score}`);
});

Deno.test("a jitter buffer's small moves do not matter", () => {
  const said = noise(4 * RATE, 6);
  const moved = [
    said.subarray(0, RATE),
    said.subarray(RATE + 40, 2 * RATE),
    said.subarray(2 * RATE),
  ];
  const heard = new Float32Array(moved.flatMap((part) => [...part]));
  const { score } = recogniseSamples(said, heard, RATE);
  assert.ok(score > 0.99, `score ${score}`);
});

Deno.test("another signal is not taken for it", () => {
  const { score } = recogniseSamples(noise(5 * RATE, 3), noise(3 * RATE, 4), RATE);
  assert.ok(score < 0.3, `score ${score}`);
});

Deno.test("silence is no match", () => {
  const silence = new Float32Array(3 * RATE);
  assert.deepEqual(recogniseSamples(noise(3 * RATE, 5), silence, RATE), { score: 0, seconds: 0 });
});
