/** What a speaker plays, at the clock of a microphone: no drift, no jump, whatever the clocks. */
import assert from "node:assert/strict";
import { EchoReference } from "../../../src/device_host/native/audio/echo/reference.ts";

const RATE = 8_000;
const BLOCK = RATE / 100;
const BLOCK_MS = 10;
const HERTZ = 10;

/** A ramp of 100 ms after the other: the value tells the time that it was played at. */
const RAMP = RATE / HERTZ;
const STEP = 40;

/** How late the reference is, in samples of the speaker, for each block of a microphone. */
function lateness(
  ppm: number,
  seconds: number,
  { jitterMs = 0, stalls = false } = {},
): number[] {
  let now = 0;
  const reference = new EchoReference(RATE, () => now);
  const written = new Int16Array(BLOCK);
  const sum = new Int32Array(BLOCK);
  const pace = BLOCK_MS * (1 + ppm / 1e6);
  const late: number[] = [];
  let blocks = 0;
  const jitter = (nth: number) => jitterMs * Math.abs(Math.sin(nth * 12.9898));
  for (let heard = 1; heard * BLOCK_MS < seconds * 1_000; heard++) {
    const at = heard * BLOCK_MS;
    // In a stall all reads come before all writes.
    const until = stalls && at % 5_000 < 100 ? at - at % 5_000 : at;
    while (blocks * pace + jitter(blocks) <= until) {
      now = blocks * pace + jitter(blocks);
      for (let i = 0; i < BLOCK; i++) written[i] = ((blocks * BLOCK + i) % RAMP) * STEP;
      reference.write(written);
      blocks++;
    }
    now = at;
    sum.fill(0);
    reference.addTo(sum);
    // Where the ramp rises as it should: not at its end.
    const rises = (i: number) => Math.abs(sum[i + 1]! - sum[i]! - STEP) < STEP / 2;
    const middle = sum.findIndex((_, i) => [-2, -1, 0, 1].every((by) => rises(i + by)));
    if (middle < 0) continue;
    const played = (at - BLOCK_MS + middle * 1_000 / RATE) / pace * BLOCK;
    const difference = (played - sum[middle]! / STEP + RAMP / 2) % RAMP;
    late.push(difference < 0 ? difference + RAMP : difference);
  }
  return late;
}

const spread = (late: number[]) => Math.max(...late) - Math.min(...late);

for (const ppm of [-250, 0, 250]) {
  Deno.test(`the delay of a reference at ${ppm} ppm stays within 1 ms for an hour`, () => {
    const late = lateness(ppm, 3_600);
    const settled = late.slice(6_000);
    assert.ok(settled.length > 100_000);
    const parts = Array.from({ length: 30 }, (_, i) => settled.slice(i * 10_000, (i + 1) * 10_000));
    for (const part of parts.filter(({ length }) => length > 0)) {
      assert.ok(spread(part) < RATE / 1_000, `${spread(part)} samples`);
    }
    const ends = parts.map((part) => part[0]!).filter((value) => value !== undefined);
    assert.ok(spread(ends) < RATE / 1_000, `${spread(ends)} samples over the hour`);
  });
}

Deno.test("blocks that come up to 6 ms late do not move the reference by more than 1 ms", () => {
  const late = lateness(100, 120, { jitterMs: 6 }).slice(6_000);
  assert.ok(spread(late) < RATE / 1_000, `${spread(late)} samples`);
});

Deno.test("a speaker that pauses is silence, and begins again", () => {
  let now = 0;
  const reference = new EchoReference(RATE, () => now);
  const read = () => {
    const sum = new Int32Array(BLOCK);
    reference.addTo(sum);
    return Math.max(...sum);
  };
  assert.equal(read(), 0);
  const tick = (plays: boolean) => {
    now += BLOCK_MS;
    if (plays) reference.write(new Int16Array(BLOCK).fill(1_000));
    return read();
  };
  const heard = Array.from({ length: 20 }, () => tick(true));
  assert.ok(heard.slice(3).every((level) => level === 1_000), `${heard}`);
  const paused = Array.from({ length: 10 }, () => tick(false));
  assert.ok(paused.slice(3).every((level) => level === 0), `${paused}`);
  const again = Array.from({ length: 400 }, () => tick(true));
  assert.ok(again.slice(-20).every((level) => level === 1_000), "within four seconds");
});

Deno.test("a thread that is held up for 100 ms does not move the reference", () => {
  const late = lateness(0, 60, { stalls: true });
  assert.ok(late.length > 5_000);
  assert.ok(spread(late.slice(1_000)) < RATE / 1_000, `${spread(late.slice(1_000))} samples`);
});

Deno.test("a burst of blocks is no lasting delay", () => {
  let now = 0;
  const reference = new EchoReference(RATE, () => now);
  for (let i = 0; i < 100; i++) reference.write(new Int16Array(BLOCK));
  assert.ok(reference.length <= RATE, `${reference.length} samples`);
  now += 1;
});
