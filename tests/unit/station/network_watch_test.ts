/** The watch on the machine's network: what it tells, in virtual time. */
import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/time/clock.ts";
import type { NetworkInput } from "../../../src/core/ports/network_port.ts";
import { NetworkWatch } from "../../../src/station/network/network_watch.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";

function watching(look: () => string) {
  const timers = new VirtualClock();
  /** What the wall clock went on while no timer ran. */
  const asleep = { ms: 0 };
  const clock: Clock = {
    now: () => timers.now() + asleep.ms,
    setTimeout: (callback, ms) => timers.setTimeout(callback, ms),
    clearTimeout: (handle) => timers.clearTimeout(handle),
  };
  const told: NetworkInput[] = [];
  const blind: string[] = [];
  const watch = new NetworkWatch({
    clock,
    look,
    notify: (input) => told.push(input),
    blind: ({ message }) => blind.push(message),
  });
  watch.start();
  return { timers, asleep, told, blind, watch };
}

Deno.test("a change is told once, within 400 ms", () => {
  let network = "eth0 192.0.2.7";
  const { timers, told, watch } = watching(() => network);
  timers.advance(10_000);
  assert.deepEqual(told, []);
  network = "wlan0 198.51.100.4";
  timers.advance(400);
  assert.deepEqual(told, [{ type: "NetworkChanged" }]);
  timers.advance(60_000);
  assert.equal(told.length, 1);
  watch.stop();
  assert.equal(timers.pending, 0);
});

Deno.test("sleep is told within 400 ms of waking, and a busy moment is none", () => {
  const { timers, asleep, told, watch } = watching(() => "same");
  timers.advance(1_000);
  asleep.ms += 9_000;
  timers.advance(1_000);
  assert.deepEqual(told, []);
  asleep.ms += 3_600_000;
  timers.advance(400);
  assert.deepEqual(told, [{ type: "MachineSlept", ms: 3_600_000 }]);
  timers.advance(60_000);
  assert.equal(told.length, 1);
  watch.stop();
});

Deno.test("a machine that woke elsewhere is told of once, and a clock set back is nothing", () => {
  let network = "home";
  const { timers, asleep, told, watch } = watching(() => network);
  network = "office";
  asleep.ms += 60_000;
  timers.advance(2_000);
  assert.deepEqual(told.map(({ type }) => type), ["MachineSlept"]);
  asleep.ms -= 600_000;
  timers.advance(2_000);
  assert.equal(told.length, 1);
  watch.stop();
});

Deno.test("a network that may not be looked at is told of once, and not looked at again", () => {
  let looks = 0;
  const { timers, told, blind } = watching(() => {
    looks += 1;
    throw new Error("not allowed");
  });
  timers.advance(60_000);
  assert.deepEqual([looks, told.length, blind], [1, 0, ["not allowed"]]);
  assert.equal(timers.pending, 0);
});
