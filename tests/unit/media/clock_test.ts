/** The 20 ms clock, and the meter of the last 100 ms. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Clock } from "../../../src/base/time/clock.ts";
import { systemClock, Ticker } from "../../../src/media/clock.ts";
import { LevelMeter } from "../../../src/media/dsp/level_meter.ts";
import { SinkPacer } from "../../../src/audio/sink_pacer.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";

/** A clock whose timers come late. */
class LateClock extends VirtualClock {
  late: () => number = () => 0;
  override setTimeout(callback: () => void, ms: number) {
    return super.setTimeout(callback, ms + this.late());
  }
}

Deno.test("late timers do not add up: tick n is due at start + n × 20 ms", () => {
  fc.assert(fc.property(fc.infiniteStream(fc.nat(30)), (lateness) => {
    const clock = new LateClock();
    clock.late = () => lateness.next().value!;
    const start = clock.now();
    const dues: number[] = [];
    const ticker = new Ticker(clock, 20, (due, skipped) => {
      assert.equal(skipped, 0);
      assert.ok(due <= clock.now());
      dues.push(due - start);
    });
    ticker.start();
    clock.advance(2000);
    ticker.stop();
    assert.deepEqual(dues, dues.map((_, n) => n * 20));
    assert.ok(dues.length >= 98, `${dues.length} ticks`);
  }));
});

Deno.test("a short stall is made up, a long one is skipped and told", () => {
  const clock = new LateClock();
  const ticks: [number, number][] = [];
  const start = clock.now();
  const ticker = new Ticker(clock, 20, (due, skipped) => ticks.push([due - start, skipped]));
  ticker.start();
  clock.advance(0);
  clock.late = () => 100;
  clock.advance(20);
  clock.late = () => 0;
  clock.advance(120);
  assert.deepEqual(ticks.map(([due]) => due), [0, 20, 40, 60, 80, 100, 120, 140]);
  clock.late = () => 5000;
  clock.advance(20);
  clock.late = () => 0;
  clock.advance(5020);
  const jump = ticks.find(([, skipped]) => skipped > 0)!;
  assert.ok(jump[1] > 200, `${jump}`);
  assert.equal(jump[0] % 20, 0);
  assert.ok(ticks.length < 20);
  ticker.stop();
  assert.equal(clock.pending, 0);
});

Deno.test("starting twice is one start, and a stopped ticker is silent", () => {
  const clock = new VirtualClock();
  let count = 0;
  const ticker = new Ticker(clock, 20, () => {
    if (++count === 3) ticker.stop();
  });
  ticker.start();
  ticker.start();
  clock.advance(200);
  assert.equal(count, 3);
  assert.equal(ticker.running, false);
});

Deno.test("the system's clock is Unix time that never steps back", () => {
  const clock: Clock = systemClock;
  assert.ok(Math.abs(clock.now() - Date.now()) < 2000);
  let last = clock.now();
  for (let i = 0; i < 1000; i++) {
    const now = clock.now();
    assert.ok(now >= last);
    last = now;
  }
});

Deno.test("the level is that of the last 100 ms", () => {
  const meter = new LevelMeter();
  assert.equal(meter.dbfs, -90);
  const loud = Int16Array.from({ length: 960 }, (_, i) => 32_767 * Math.sin(i / 5));
  for (let i = 0; i < 5; i++) meter.add(loud);
  assert.ok(Math.abs(meter.dbfs - -3) < 0.1, `${meter.dbfs}`);
  for (let i = 0; i < 5; i++) meter.add(new Int16Array(960));
  assert.equal(meter.dbfs, -90);
});

Deno.test("a card gets one frame a tick, none when full, two when dry, and time to react", () => {
  const pacer = new SinkPacer();
  assert.equal(pacer.frames(0), 1);
  assert.equal(pacer.frames(40), 0);
  assert.deepEqual(Array.from({ length: 15 }, () => pacer.frames(40)), Array(15).fill(1));
  assert.equal(pacer.frames(-15), 2);
});
