/** Whatever happens to a stream, its sound comes back at once and its delay soon. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import type { Codec } from "../../../src/media/codec/codec.ts";
import { DelayTracker } from "../../../src/media/jitter/delay_tracker.ts";
import { Playout } from "../../../src/media/jitter/playout.ts";
import { TimeLine } from "../../../src/media/jitter/time_line.ts";
import { RtpPacket } from "../../../src/media/rtp/packet.ts";
import { type Calm, type Disturbance, playDisturbed } from "../../fakes/media/disturbed_stream.ts";

await loadResampler();

/** Frames of 20 ms after which sound must be back. */
const BACK = 300 / 20;
/** Frames after which the delay must be what jitter demands. */
const SETTLED = 10_000 / 20;
/** ms in which 500 ppm make 3.6 s, far more than any buffer holds. */
const TWO_HOURS = 2 * 3600 * 1000;

function longestGap(kinds: string[]): number {
  return Math.max(
    ...kinds.map((kind) => kind === "sound" ? "." : "x").join("").split(".")
      .map(({ length }) => length),
  );
}

function said({ after, kinds }: Calm): string {
  const line = kinds.slice(0, 100).map((kind) => kind === "sound" ? "=" : kind[0]).join("");
  return `${JSON.stringify(after)}: ${line}`;
}

const LONG = { min: -2_000_000_000, max: 2_000_000_000 };
const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("step" as const, "ramp" as const),
    ms: fc.integer({ min: -2000, max: 2000 }),
  }),
  fc.record({
    kind: fc.constant("pause" as const),
    ms: fc.integer({ min: 20, max: 4000 }),
    timestampsRun: fc.boolean(),
    marker: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("outage" as const), ms: fc.integer({ min: 20, max: 3000 }) }),
  fc.record({ kind: fc.constant("loss" as const), ms: fc.integer({ min: 20, max: 2000 }) }),
  fc.record({
    kind: fc.constant("timestamp" as const),
    ticks: fc.oneof(fc.integer({ min: -20_000, max: 20_000 }), fc.integer(LONG)),
    marker: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("sequence" as const),
    by: fc.integer({ min: -32_000, max: 32_000 }),
    ticks: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 }), fc.integer(LONG)),
  }),
  fc.record({ kind: fc.constant("source" as const) }),
);

Deno.test("sound is back 300 ms after anything that happens, and its delay within 10 s", () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(),
        ptime: fc.constantFrom(10, 20, 30, 40, 60),
        jitterMs: fc.integer({ min: 0, max: 60 }),
        loss: fc.constantFrom(0, 0.03),
        driftPpm: fc.integer({ min: -500, max: 500 }),
        disturbances: fc.array(disturbance, { minLength: 1, maxLength: 6 }),
      }, { noNullPrototype: true }),
      (plan) => {
        const calms = playDisturbed(plan);
        for (const calm of calms) {
          assert.ok(calm.kinds.slice(0, BACK + 1).includes("sound"), said(calm));
          assert.ok(longestGap(calm.kinds.slice(BACK, 100)) <= BACK, said(calm));
        }
        const { depths } = calms.at(-1)!;
        const demanded = plan.jitterMs + 2 * plan.ptime + 40;
        const late = Math.max(...depths.slice(SETTLED, SETTLED + 50));
        assert.ok(late <= demanded, `${late} ms wait where ${demanded} would do`);
      },
    ),
    { numRuns: 120 },
  );
});

/** 20 ms a packet at the rate of the graph: hours of it need no resampling. */
const PLAIN_CODEC: Codec = {
  encoding: "PLAIN",
  sampleRate: GRAPH_RATE,
  clockRate: 8000,
  packetMs: [20],
  encode: () => 0,
  decode: (_, pcm) => {
    pcm.fill(1000, 0, FRAME_SAMPLES);
    return FRAME_SAMPLES;
  },
};

Deno.test("a sender whose clock is 500 ppm off is heard on for hours, with no more delay", () => {
  for (const ppm of [-500, 500]) {
    const playout = new Playout(8000, GRAPH_RATE, () => PLAIN_CODEC);
    const packet = new RtpPacket();
    const frame = new Int16Array(FRAME_SAMPLES);
    const period = 20 / (1 + ppm / 1e6);
    let [sent, silent, longest, deepest] = [0, 0, 0, 0];
    for (let due = 7; due < TWO_HOURS; due += 20) {
      for (; sent * period + 5 <= due; sent++) {
        packet.timestamp = (0xfff0_0000 + sent * 160) >>> 0;
        packet.sequenceNumber = sent & 0xffff;
        playout.jitter.put(packet, sent * period + 5);
      }
      silent = playout.pull(due, frame) === "sound" ? 0 : silent + 1;
      longest = Math.max(longest, silent);
      deepest = Math.max(deepest, playout.jitter.depthMs);
    }
    assert.ok(longest <= 2, `${ppm} ppm: silent for ${longest * 20} ms`);
    assert.ok(deepest <= 80, `${ppm} ppm: ${deepest} ms waited`);
    assert.equal(playout.jitter.late, 0);
    playout.free();
  }
});

Deno.test("packets of any length play without a hole", () => {
  for (const ptime of [10, 20, 30, 40, 50, 60]) {
    const disturbances: Disturbance[] = [{ kind: "sequence", by: 0, ticks: 0 }];
    const plan = { seed: 1, ptime, jitterMs: 0, loss: 0, driftPpm: 0, disturbances };
    const kinds = playDisturbed(plan).at(-1)!.kinds.slice(0, SETTLED);
    assert.equal(kinds.filter((kind) => kind !== "sound").length, 0, `${ptime} ms`);
  }
});

/** Where packets of 20 ms are placed, in ms after the first: one every 20 ms, unless `at` says when. */
function placed(
  ...packets: { ms: number; sequence: number; at?: number; marker?: boolean }[]
): number[] {
  const delays = new DelayTracker();
  const line = new TimeLine(8, delays);
  const packet = new RtpPacket();
  const places = packets.map(({ ms, sequence, at, marker = false }, i) => {
    packet.timestamp = (5_000_000 + ms * 8) >>> 0;
    packet.sequenceNumber = sequence & 0xffff;
    packet.marker = marker;
    const arrivedAt = at ?? i * 20;
    const ticks = line.place(packet, arrivedAt);
    delays.add(arrivedAt - ticks / 8);
    return ticks / 8;
  });
  return places.map((place) => place - places[0]!);
}

Deno.test("a time line goes on over whatever timestamps do", () => {
  const [a, b] = [{ ms: 0, sequence: 1 }, { ms: 20, sequence: 2 }];
  // As it should be; lost; swapped; suppressed silence.
  assert.deepEqual(placed(a, b, { ms: 40, sequence: 3 }), [0, 20, 40]);
  assert.deepEqual(placed(a, b, { ms: 100, sequence: 6, at: 100 }), [0, 20, 100]);
  assert.deepEqual(placed(a, { ms: 40, sequence: 3 }, b), [0, 40, 20]);
  assert.deepEqual(placed(a, b, { ms: 5000, sequence: 3, at: 5000 }), [0, 20, 5000]);
  // Back and forth by little, by much, with and without a pause; stuck.
  for (const ms of [-300, -1900, -5_000_000, 400, 30_000, 5_000_000]) {
    assert.deepEqual(placed(a, b, { ms, sequence: 3 }), [0, 20, 40], `${ms}`);
    const paused = ms === 400 ? 400 : 540;
    assert.deepEqual(placed(a, b, { ms, sequence: 3, at: 540 }), [0, 20, paused], `${ms}, later`);
  }
  assert.deepEqual(placed(a, b, { ms: 20, sequence: 3 }, { ms: 20, sequence: 4 }), [0, 20, 40, 60]);
  // The sequence goes back and the time does not; both go back further than packets are swapped.
  assert.deepEqual(placed(a, b, { ms: 40, sequence: -40 }), [0, 20, 40]);
  assert.deepEqual(placed(a, b, { ms: -9000, sequence: -400 }), [0, 20, 40]);
  // A new talk spurt is no old packet; one packet astray moves nothing that comes after it.
  assert.deepEqual(placed(a, b, { ms: -900, sequence: -40, marker: true }), [0, 20, 40]);
  assert.deepEqual(placed(a, b, { ms: 9000, sequence: 3 }, { ms: 60, sequence: 4 }), [
    0,
    20,
    40,
    60,
  ]);
});
