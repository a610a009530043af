/** Bursts, gaps and the fates of packets: RFC 3611's example, and a slow count of the definition. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BurstGap, GMIN } from "../../../src/media/rtp/burst_gap.ts";
import { PacketFates } from "../../../src/media/rtp/packet_fates.ts";

function viewOf(played: readonly boolean[]) {
  const meter = new BurstGap();
  for (const one of played) meter.add(one);
  return meter.view();
}

Deno.test("the example of RFC 3611 §4.7.2", () => {
  const pattern = "11110111111111111111111X111X1011110111111111111111111X1111111111";
  const view = viewOf([...pattern].map((mark) => mark === "1"));
  assert.equal(view.burstLength * 10, 120);
  assert.equal(view.gapLength * 10, 260);
  assert.ok(Math.abs(view.burstDensity - 4 / 12) < 1e-9);
  assert.ok(Math.abs(view.gapDensity - 2 / 52) < 1e-9);
  assert.equal(view.bursts, 1);
});

/** By the definition, over the whole: losses closer than Gmin belong together; one alone is no burst. */
function definition(played: readonly boolean[]) {
  const losses = played.flatMap((one, at) => one ? [] : [at]);
  const groups: number[][] = [];
  for (const at of losses) {
    const last = groups.at(-1);
    if (last !== undefined && at - last.at(-1)! - 1 < GMIN) last.push(at);
    else groups.push([at]);
  }
  const bursts = groups.filter((group) => group.length > 1);
  const inBursts = bursts.reduce((sum, group) => sum + group.at(-1)! - group[0]! + 1, 0);
  const missed = bursts.reduce((sum, group) => sum + group.length, 0);
  const edges = [-1, ...bursts.flatMap((group) => [group[0]!, group.at(-1)!]), played.length];
  let gaps = 0;
  for (let i = 0; i < edges.length; i += 2) if (edges[i + 1]! - edges[i]! > 1) gaps++;
  const inGaps = played.length - inBursts;
  return {
    burstDensity: inBursts === 0 ? 0 : missed / inBursts,
    gapDensity: inGaps === 0 ? 0 : (losses.length - missed) / inGaps,
    burstLength: bursts.length === 0 ? 0 : inBursts / bursts.length,
    gapLength: gaps === 0 ? 0 : inGaps / gaps,
    bursts: bursts.length,
  };
}

Deno.test("counted packet by packet it is what the definition says of the whole", () => {
  const dense = fc.array(fc.boolean(), { maxLength: 200 });
  const sparse = fc.array(fc.nat(15).map((value) => value > 0), { maxLength: 400 });
  fc.assert(fc.property(fc.oneof(dense, sparse), (played) => {
    const { burstRatio, ...view } = viewOf(played);
    assert.deepEqual(view, definition(played));
    assert.ok(burstRatio >= 1);
  }));
});

Deno.test("the burst ratio is 1 of random loss, the length of runs of bursts", () => {
  let state = 7;
  const random = () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 0x1_0000_0000;
  const scattered = Array.from({ length: 50_000 }, () => random() > 0.1);
  assert.ok(viewOf(scattered).burstRatio < 1.03);
  const runs = Array.from({ length: 10_000 }, (_, at) => at % 40 >= 4);
  assert.ok(Math.abs(viewOf(runs).burstRatio - 3.6) < 0.01);
});

Deno.test("packets are lost, late or played, in whatever order and how often they come", () => {
  const start = fc.nat(0xffff);
  const fate = fc.constantFrom("played", "late", "lost");
  const shift = fc.nat(5);
  fc.assert(
    fc.property(start, fc.array(fc.tuple(fate, shift), { maxLength: 300 }), (first, list) => {
      const fates = new PacketFates();
      const sent = [["played", 0] as const, ...list, ["played", 0] as const]
        .map(([fate, shift], at) => ({
          fate,
          at,
          when: at + shift,
          number: (first + at) & 0xffff,
        }));
      const ends = sent.length - 1;
      const come = sent.filter(({ fate }) => fate !== "lost")
        .map((packet) =>
          packet.at === 0 || packet.at === ends ? { ...packet, when: packet.at } : packet
        )
        .sort((a, b) => a.when - b.when);
      for (const { fate, number } of come) {
        const isFirst = fates.received(number);
        if (fate === "late" && isFirst) fates.tooLate(number);
        // A repetition changes nothing.
        assert.equal(fates.received(number), false);
      }
      fates.restart();
      const count = (wanted: string) => sent.filter(({ fate }) => fate === wanted).length;
      assert.deepEqual(
        { due: fates.due, lost: fates.lost, late: fates.late },
        { due: sent.length, lost: count("lost"), late: count("late") },
      );
    }),
  );
});
