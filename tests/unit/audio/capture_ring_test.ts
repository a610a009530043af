/** The ring behind a microphone: delay is taken out only where nothing needs it. */
import assert from "node:assert/strict";
import { CaptureRing } from "../../../src/audio/device/capture_ring.ts";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";

const HALF = FRAME_SAMPLES / 2;

/** A ring in steady state: the card gives 10 ms twice for each 20 ms that are read. */
class SteadyRing {
  readonly ring = new CaptureRing();
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

Deno.test("in steady state nothing is taken out", () => {
  const steady = new SteadyRing();
  steady.give(1);
  steady.read(1);
  const { length } = steady.ring;
  steady.read(1000);
  assert.equal(steady.ring.length, length);
});

Deno.test("the delay that a pause leaves behind is gone two windows later, without a click", () => {
  const steady = new SteadyRing();
  steady.give(1);
  steady.read(10);
  const { length } = steady.ring;
  steady.give(4);
  assert.ok(steady.read(200) < 400);
  assert.ok(steady.ring.length <= length, `${steady.ring.length} of ${length} are held`);
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
