/** The ring before a sound card: filling, running dry, overflowing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { PlayoutRing } from "../../../src/device_host/wire/playout_ring.ts";

const counting = (from: number, count: number) =>
  Int16Array.from({ length: count }, (_, i) => from + i);

Deno.test("sound begins when the target is held, not before", () => {
  const ring = new PlayoutRing(100, 30);
  const into = new Int16Array(10).fill(9);
  ring.push(counting(1, 20));
  assert.equal(ring.pull(into), 0);
  assert.deepEqual([...into], Array(10).fill(0));
  ring.push(counting(21, 20));
  assert.equal(ring.pull(into), 10);
  assert.deepEqual([...into], [...counting(1, 10)]);
  assert.equal(ring.underflows, 0);
});

Deno.test("running dry gives silence, counts once, and fills up again before it goes on", () => {
  const ring = new PlayoutRing(100, 30);
  ring.push(counting(1, 35));
  const into = new Int16Array(20);
  assert.equal(ring.pull(into), 20);
  assert.equal(ring.pull(into), 15);
  assert.deepEqual([...into.subarray(15)], Array(5).fill(0));
  assert.equal(ring.pull(into), 0);
  assert.equal(ring.underflows, 1);
  ring.push(counting(50, 20));
  assert.equal(ring.pull(into), 0);
  ring.push(counting(70, 20));
  assert.equal(ring.pull(into), 20);
  assert.equal(into[0], 50);
});

Deno.test("what does not fit pushes the oldest out, down to the target", () => {
  const ring = new PlayoutRing(100, 30);
  for (let i = 0; i < 5; i++) ring.push(counting(i * 20, 20));
  assert.equal(ring.length, 100);
  ring.push(counting(100, 20));
  assert.equal(ring.length, 50);
  assert.equal(ring.overflows, 1);
  const into = new Int16Array(50);
  ring.pull(into);
  assert.deepEqual([...into], [...counting(70, 50)]);
});

Deno.test("a cut takes out what it should and leaves no step", () => {
  const ring = new PlayoutRing(2000, 100);
  const wave = Int16Array.from({ length: 1000 }, (_, i) => Math.round(10_000 * Math.sin(i / 50)));
  ring.push(wave);
  ring.shorten(300);
  assert.equal(ring.length, 700);
  const into = new Int16Array(700);
  ring.pull(into);
  assert.deepEqual([...into.subarray(200)], [...wave.subarray(500)]);
  const steps = into.subarray(1).map((sample, i) => Math.abs(sample - into[i]));
  assert.ok(Math.max(...steps) < 600, `a step of ${Math.max(...steps)}`);
});

Deno.test("a cut of more than is held is not made", () => {
  const ring = new PlayoutRing(100, 10);
  ring.push(counting(1, 20));
  ring.shorten(20);
  assert.equal(ring.length, 20);
});

Deno.test("whatever the order of calls, sound comes out in order, once, and bounded", () => {
  const steps = fc.array(
    fc.record({ push: fc.boolean(), count: fc.integer({ min: 1, max: 40 }) }),
    {
      maxLength: 200,
    },
  );
  fc.assert(fc.property(steps, (sequence) => {
    const ring = new PlayoutRing(100, 30);
    let next = 1;
    let last = 0;
    for (const { push, count } of sequence) {
      if (push) {
        ring.push(counting(next, count));
        next += count;
      } else {
        const into = new Int16Array(count);
        const given = ring.pull(into);
        for (let i = 0; i < given; i++) {
          assert.ok(into[i] > last, `${into[i]} after ${last}`);
          last = into[i];
        }
        assert.ok(into.subarray(given).every((sample) => sample === 0));
      }
      assert.ok(ring.length <= 100);
    }
  }));
});
