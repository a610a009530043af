/** The rings between cards and us: they hold what their clocks need, and no more. */
import assert from "node:assert/strict";
import { LeanRing } from "../../../src/device_host/wire/lean_ring.ts";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";

const HALF = FRAME_SAMPLES / 2;
/** 5 ms. */
const MARGIN = 240;

/** A ring in steady state: the card gives 10 ms twice for each 20 ms that are read. */
class SteadyRing {
  readonly ring = new LeanRing(48_000, 100);
  readonly #block = new Int16Array(HALF);
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #sample = 0;

  give(blocks: number): void {
    for (let n = 0; n < blocks; n++) {
      for (let i = 0; i < HALF; i++) {
        this.#block[i] = Math.round(8000 * Math.sin(this.#sample++ / 40));
      }
      this.ring.push(this.#block);
    }
  }

  /** @returns the largest step between neighbouring samples of what was read */
  read(frames: number): number {
    let step = 0;
    for (let n = 0; n < frames; n++) {
      this.give(2);
      assert.equal(this.ring.pull(this.#frame), FRAME_SAMPLES);
      for (let i = 1; i < FRAME_SAMPLES; i++) {
        step = Math.max(step, Math.abs(this.#frame[i] - this.#frame[i - 1]));
      }
    }
    return step;
  }
}

Deno.test("in steady state the margin is held, and nothing more is taken out", () => {
  const steady = new SteadyRing();
  steady.give(1);
  steady.read(101);
  const { length } = steady.ring;
  assert.equal(length, MARGIN);
  steady.read(1000);
  assert.equal(steady.ring.length, length);
  assert.equal(steady.ring.underflows, 0);
});

Deno.test("the delay that a pause leaves behind is gone two windows later, without a click", () => {
  const steady = new SteadyRing();
  steady.give(1);
  steady.read(10);
  steady.give(4);
  assert.ok(steady.read(200) < 400);
  assert.equal(steady.ring.length, MARGIN);
  assert.equal(steady.ring.underflows, 0);
  assert.equal(steady.ring.overflows, 0);
});

Deno.test("a jitter that needs the buffer keeps it", () => {
  const steady = new SteadyRing();
  const frame = new Int16Array(FRAME_SAMPLES);
  steady.give(8);
  for (let n = 0; n < 300; n++) {
    // The card's sound comes in bursts of 60 ms.
    if (n % 3 === 0) steady.give(6);
    assert.equal(steady.ring.pull(frame), FRAME_SAMPLES, `read ${n}`);
  }
});

Deno.test("a ring that runs dry now and then soon holds what that takes, and gives it back in calm", () => {
  const { ring } = new SteadyRing();
  const block = new Int16Array(HALF).fill(1000);
  const frame = new Int16Array(FRAME_SAMPLES);
  const dry: number[] = [];
  const run = (from: number, reads: number, late: (read: number) => boolean) => {
    // Blocks are due every 10 ms; each hundredth pair comes 15 ms late, after the next read.
    for (let n = from, owed = 0; n < from + reads; n++) {
      const blocks = 2 + owed;
      owed = late(n) ? 2 : 0;
      for (let i = owed; i < blocks; i++) ring.push(block);
      const before = ring.underflows;
      ring.pull(frame);
      if (ring.underflows > before) dry.push(n);
    }
  };
  ring.push(block);
  run(0, 6000, (n) => n % 100 === 99);
  assert.ok(dry.length > 0 && dry.at(-1)! < 3000, dry.join());
  run(6000, 12_000, () => false);
  assert.ok(ring.length <= MARGIN + HALF, `${ring.length}`);
});

Deno.test("a card whose clock differs by 250 ppm has no more than a fault in 20 s, and no delay", () => {
  for (const drift of [-250, 250]) {
    const ring = new LeanRing(48_000, 140);
    const block = new Int16Array(480);
    const frame = new Int16Array(FRAME_SAMPLES).fill(1000);
    let played = 0;
    let longest = 0;
    // Frames of 20 ms come; the card takes blocks of 10 ms at its own pace, for ten minutes.
    for (let n = 0; n < 30_000; n++) {
      ring.push(frame);
      for (; played < (n + 1) * 20; played += 10 / (1 + drift / 1e6)) ring.pull(block);
      if (n > 500) longest = Math.max(longest, ring.length);
    }
    assert.ok(ring.underflows <= 30, `${drift} ppm: ${ring.underflows} times dry`);
    assert.ok(longest <= 60 * 48, `${drift} ppm: ${longest / 48} ms held`);
  }
});
