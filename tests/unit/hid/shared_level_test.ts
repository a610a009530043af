/** A level that phone and headset share: which reports are confirmations, and what stands when none came. */
import assert from "node:assert/strict";
import { SharedLevel } from "../../../src/hid/shared_level.ts";

const PATIENCE_MS = 2_000;

function counted(): SharedLevel {
  return new SharedLevel(PATIENCE_MS, { pulses: true });
}

Deno.test("each pulse meets the oldest command", () => {
  const hook = counted();
  hook.command(true, 0);
  hook.command(false, 100);
  assert.deepEqual([hook.pulse(200), hook.level], ["acknowledged", true]);
  assert.deepEqual([hook.pulse(300), hook.level], ["acknowledged", false]);
  assert.deepEqual([hook.pulse(400), hook.level], ["changed", true]);
});

Deno.test("a command that nothing confirmed is taken as followed", () => {
  const hook = counted();
  hook.command(true, 0);
  assert.deepEqual([hook.pulse(PATIENCE_MS + 1), hook.level], ["changed", false]);
});

Deno.test("who did not go there needs no pulse to come back", () => {
  const hook = counted();
  hook.command(true, 0);
  hook.command(false, 300);
  // The second could still be confirmed by its own time, if the first had been.
  assert.deepEqual([hook.pulse(PATIENCE_MS + 1), hook.level], ["changed", true]);
});

Deno.test("a press that crosses a lamp is no silence: the next lamp is still expected to be answered", () => {
  const mute = new SharedLevel(PATIENCE_MS);
  mute.observe(true, 0);
  mute.command(false, 10);
  mute.command(true, 20);
  assert.equal(mute.observe(false, 30), "acknowledged");
  mute.command(true, PATIENCE_MS + 100);
  assert.equal(mute.observe(true, PATIENCE_MS + 200), "acknowledged");
});

Deno.test("a lamp that nobody answered is not expected to be answered again", () => {
  const mute = new SharedLevel(PATIENCE_MS);
  mute.command(true, 0);
  mute.command(true, PATIENCE_MS + 100);
  assert.equal(mute.observe(true, PATIENCE_MS + 200), "changed");
});
