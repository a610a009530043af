/** Loss, jitter and restarts of a source (RFC 3550 appendix A). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SourceStatistics } from "../../../src/media/rtp/source_statistics.ts";

function fed(...sequence: number[]): SourceStatistics {
  const source = new SourceStatistics(1, sequence[0]!);
  for (const number of sequence) source.update(number);
  return source;
}

const from = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => (first + i) & 0xffff);

Deno.test("a source is on probation until two packets come in sequence", () => {
  const source = new SourceStatistics(1, 10);
  assert.equal(source.update(10), "probation");
  assert.equal(source.valid, false);
  assert.equal(source.update(30), "probation");
  assert.equal(source.update(31), "valid");
  assert.equal(source.valid, true);
  assert.deepEqual([source.received, source.lost], [2, 0]);
});

Deno.test("loss, duplicates and misorder are counted as RFC 3550 A.3 does", () => {
  assert.equal(fed(1, 2, 3, 5, 6).lost, 1);
  assert.equal(fed(1, 2, 3, 3, 4).lost, -1);
  assert.equal(fed(1, 2, 4, 3, 5).lost, 0);
  assert.equal(fed(1, 2, 100).lost, 97);
});

Deno.test("sequence numbers wrap with a cycle", () => {
  const source = fed(...from(0xfff0, 40));
  assert.equal(source.highestSequence, 0x1_0017);
  assert.deepEqual([source.received, source.lost], [40, 0]);
});

Deno.test("a jump is taken for a restart at its second packet only", () => {
  const source = fed(...from(100, 10));
  assert.equal(source.update(30_000), "discarded");
  assert.equal(source.update(110), "valid");
  assert.equal(source.update(30_000), "discarded");
  assert.equal(source.update(30_001), "restarted");
  assert.equal(source.update(30_002), "valid");
  assert.equal(source.lost, 0);
});

Deno.test("any loss pattern counts right", () => {
  fc.assert(fc.property(
    fc.nat(0xffff),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }),
    (first, kept) => {
      const source = fed(first, (first + 1) & 0xffff);
      let last = 1;
      kept.forEach((keep, i) => {
        if (!keep) return;
        source.update((first + 2 + i) & 0xffff);
        last = 2 + i;
      });
      const lost = kept.slice(0, last - 1).filter((keep) => !keep).length;
      assert.equal(source.lost, lost);
      assert.equal(source.received, 2 + kept.filter((keep) => keep).length);
    },
  ));
});

Deno.test("fraction lost is of the interval since the snapshot before", () => {
  const source = fed(...from(0, 10));
  assert.equal(source.snapshot().fractionLost, 0);
  for (const number of [10, 11, 14, 15]) source.update(number);
  const snapshot = source.snapshot();
  // 2 of 6 expected: 85/256.
  assert.deepEqual([snapshot.fractionLost, snapshot.cumulativeLost], [85, 2]);
  for (const number of from(16, 10)) source.update(number);
  assert.equal(source.snapshot().fractionLost, 0);
});

Deno.test("jitter is the smoothed difference of transits (A.8)", () => {
  const steady = new SourceStatistics(1, 0);
  for (let i = 0; i < 50; i++) steady.arrival(i * 160, 1000 + i * 20, 8000);
  assert.equal(steady.jitterTicks, 0);
  const shaky = new SourceStatistics(1, 0);
  // Every second packet 10 ms late: |D| is 80 ticks each time.
  for (let i = 0; i < 400; i++) shaky.arrival(i * 160, i * 20 + (i % 2) * 10, 8000);
  assert.ok(Math.abs(shaky.jitterTicks - 80) < 1, `${shaky.jitterTicks}`);
  const wrapping = new SourceStatistics(1, 0);
  for (let i = 0; i < 50; i++) {
    wrapping.arrival((0xffff_f000 + i * 160) >>> 0, i * 20 + 1.7e12, 8000);
  }
  assert.ok(wrapping.jitterTicks < 1, `${wrapping.jitterTicks}`);
});
