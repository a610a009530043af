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

Deno.test("a piece of the reference is found in its place, whatever its gain", () => {
  const said = noise(5 * RATE, 1);
  const heard = said.slice(1.25 * RATE, 3.5 * RATE).map((sample) => sample * 0.2);
  const { score, pieces, offsetMs } = recogniseSamples(said, heard, RATE);
  assert.ok(score > 0.999, `score ${score}`);
  assert.equal(pieces, 2);
  assert.equal(offsetMs, 1250);
});

Deno.test("a recording that reaches over the end of a looped file is found", () => {
  const said = noise(3 * RATE, 2);
  const looped = new Float32Array([...said, ...said]);
  const { score, offsetMs } = recogniseSamples(said, looped.subarray(2.5 * RATE, 4.5 * RATE), RATE);
  assert.ok(score > 0.999, `score ${score}`);
  assert.equal(offsetMs, 2500);
});

Deno.test("another signal is not taken for the reference", () => {
  const { score } = recogniseSamples(noise(5 * RATE, 3), noise(3 * RATE, 4), RATE);
  assert.ok(score < 0.2, `score ${score}`);
});

Deno.test("silence is no match", () => {
  assert.deepEqual(recogniseSamples(noise(3 * RATE, 5), new Float32Array(3 * RATE), RATE), {
    score: 0,
    pieces: 0,
    offsetMs: 0,
  });
});
