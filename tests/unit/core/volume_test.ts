/** One volume of what is heard: for headset keys, API and screen, in calls that are on and to come. */
import assert from "node:assert/strict";
import type { Input } from "../../../src/core/state/state.ts";
import { ACCOUNT, Scene, SETTINGS } from "./scene.ts";

const press = (direction: "up" | "down"): Input => ({
  type: "HeadsetIntent",
  headset: "h",
  intent: { type: "volume", direction },
});

Deno.test("headset keys and commands change the same volume, in the calls that are on", () => {
  const scene = new Scene().talking("a").play(press("down"));
  assert.deepEqual(scene.effects, [{ type: "SetVolume", call: "a", volume: -2 }]);
  assert.deepEqual(scene.events, [{ type: "volume", volume: -2 }]);
  scene.play({ type: "ChangeVolume", volume: -11 }, press("up"));
  assert.deepEqual(scene.effects.map((effect) => "volume" in effect && effect.volume), [-11, -9]);
  assert.equal(scene.state.volume, -9);
});

Deno.test("a call to come is opened as loud as the volume is; at 0 dB nothing is asked", () => {
  assert.equal(new Scene().dialled().asked("SetVolume"), false);
  const scene = new Scene().play(press("up"));
  assert.deepEqual(scene.effects, [], "no call, nothing to do yet");
  scene.dialled();
  assert.deepEqual(scene.effects.slice(0, 2).map(({ type }) => type), ["OpenMedia", "SetVolume"]);
  assert.deepEqual(scene.effect("SetVolume"), { type: "SetVolume", call: "a", volume: 2 });
});

Deno.test("steps end at the limits, and that is told; a number beyond them is refused", () => {
  const scene = new Scene().talking("a").play({ type: "ChangeVolume", volume: 5 }, press("up"));
  assert.equal(scene.state.volume, 6);
  scene.play(press("up"));
  assert.deepEqual(scene.effects, []);
  assert.deepEqual(scene.events, [{ type: "volume", volume: 6 }]);
  scene.play({ type: "ChangeVolume", volume: -30 }, press("down"));
  assert.equal(scene.state.volume, -30);
  for (const volume of [7, -31, 0.5, NaN]) {
    assert.throws(() => scene.play({ type: "ChangeVolume", volume }), {
      code: "usage",
      hint: /-30 to 6/,
    });
  }
  assert.equal(scene.state.volume, -30);
});

Deno.test("a changed configuration leaves the volume alone", () => {
  const scene = new Scene().play({ type: "ChangeVolume", volume: -4 });
  scene.play({ type: "Configure", settings: SETTINGS, accounts: [ACCOUNT] });
  assert.equal(scene.state.volume, -4);
});
