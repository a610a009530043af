/** What headset keys do to calls, and calls to lamps. */
import assert from "node:assert/strict";
import type { HeadsetIntent, HeadsetState } from "../../../src/core/ports/headset_port.ts";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { headsetStateOf } from "../../../src/core/rules/headset.ts";
import { REPORT, Scene, theirs } from "./scene.ts";

const press = (intent: HeadsetIntent): Input => ({ type: "HeadsetIntent", headset: "h", intent });
const lamps = (scene: Scene, expected: Partial<HeadsetState>) =>
  assert.deepEqual(headsetStateOf(scene.state), { ...IDLE_HEADSET, ...expected });

Deno.test("lamps follow the calls, and are sent only when they change", () => {
  const scene = new Scene().ringing();
  assert.deepEqual(scene.effect("SetHeadset").state, { ...IDLE_HEADSET, ring: true, ringer: true });
  scene.play({ type: "Answer", call: "a" });
  assert.deepEqual(scene.effect("SetHeadset").state, { ...IDLE_HEADSET, offHook: true });
  scene.play({ type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 });
  assert.ok(!scene.asked("SetHeadset"));
  scene.play({ type: "Mute", call: "a", muted: true });
  lamps(scene, { offHook: true, mute: true });
  scene.play({ type: "Mute", call: "a", muted: false }, { type: "Hold", call: "a" });
  lamps(scene, { offHook: true, hold: true });
  scene.ringing("b");
  lamps(scene, { offHook: true, hold: true, ring: true });
  scene.play({ type: "Reject", call: "b" }, { type: "Hangup", call: "a" });
  lamps(scene, {});
});

Deno.test("lifting answers, putting down hangs up", () => {
  const scene = new Scene().ringing().play(press({ type: "hookOff" }));
  assert.equal(scene.phase("a"), "answering");
  scene.play({ type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 });
  scene.play(press({ type: "hookOn" }));
  assert.ok(scene.asked("SendBye"));
});

Deno.test("putting down gives up a call that is being dialled", () => {
  const scene = new Scene().dialled().play(press({ type: "hookOn" }));
  assert.ok(scene.asked("SendCancel"));
});

Deno.test("reject declines; putting down while only ringing declines too", () => {
  for (const type of ["reject", "hookOn"] as const) {
    const scene = new Scene().ringing().play(press({ type }));
    assert.equal(scene.effect("SendReject").status, 603);
  }
});

Deno.test("putting down with a second call ringing ends the first and leaves the second", () => {
  const scene = new Scene().talking("a").ringing("b").play(press({ type: "hookOn" }));
  assert.equal(scene.effect("SendBye").call, "a");
  assert.equal(scene.phase("b"), "ringing");
});

Deno.test("flash answers a second call, swaps two, and holds one", () => {
  const scene = new Scene().talking("a").ringing("b").play(press({ type: "flash" }));
  assert.equal(scene.phase("b"), "answering");
  scene.play({ type: "MediaOpened", call: "b", port: 6000, rtcpPort: 6001 }, {
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  });
  scene.play(press({ type: "flash" }));
  assert.deepEqual([scene.call("a").hold.local, scene.call("b").hold.local], [false, true]);
  const single = new Scene().talking().play(press({ type: "flash" }));
  assert.equal(single.call("a").hold.local, true);
});

Deno.test("mute and digits go to the call in front", () => {
  const scene = new Scene().talking().play(press({ type: "toggleMute" }));
  assert.equal(scene.call("a").muted, true);
  scene.play(press({ type: "setMute", muted: false, refused: false }));
  assert.equal(scene.call("a").muted, false);
  scene.play(press({ type: "digit", digit: "5" }));
  assert.equal(scene.effect("SendDigits").digits, "5");
});

Deno.test("no button does harm without a call, and none throws", () => {
  const intents: HeadsetIntent[] = [
    { type: "hookOff" },
    { type: "hookOn" },
    { type: "toggleMute" },
    { type: "reject" },
    { type: "hold" },
    { type: "flash" },
    { type: "digit", digit: "1" },
    { type: "redial" },
    { type: "volume", direction: "up" },
  ];
  for (const intent of intents) {
    const idle = new Scene().play(press(intent));
    assert.deepEqual(idle.effects, []);
    const ending = new Scene().talking().play({ type: "Hangup", call: "a" }, press(intent));
    ending.play({ type: "MediaClosed", call: "a", report: REPORT });
    assert.equal(ending.phase("a"), "ending");
    new Scene().dialled().play(press(intent));
  }
});
