/** The ring of samples against a plain queue. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SampleRing } from "../../../src/audio/sample_ring.ts";

Deno.test("the ring behaves as a bounded queue", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("write" as const), count: fc.nat(9) }),
    fc.record({ do: fc.constant("read" as const), count: fc.nat(9) }),
    fc.record({ do: fc.constant("drop" as const), count: fc.nat(9) }),
  );
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step), (capacity, steps) => {
    const ring = new SampleRing(capacity);
    const model: number[] = [];
    let next = 0;
    for (const { do: what, count } of steps) {
      if (what === "write") {
        const samples = Int16Array.from({ length: count }, () => next++);
        const taken = ring.write(samples);
        assert.equal(taken, Math.min(count, capacity - model.length));
        model.push(...samples.subarray(0, taken));
      } else if (what === "read") {
        const into = new Int16Array(count);
        const got = ring.read(into);
        assert.deepEqual([...into.subarray(0, got)], model.splice(0, count));
      } else {
        ring.drop(count);
        model.splice(0, count);
      }
      assert.equal(ring.length, model.length);
      assert.equal(ring.room, capacity - model.length);
    }
  }));
});
