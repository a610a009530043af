/** One choice of what our sound passes: for API, screen and configuration, in calls on and to come. */
import assert from "node:assert/strict";
import { ACCOUNT, Scene, SETTINGS } from "./scene.ts";

const configured = (speech?: { highPass: boolean; agc: boolean }) => ({
  type: "Configure" as const,
  settings: { ...SETTINGS, ...(speech && { speech }) },
  accounts: [ACCOUNT],
});

Deno.test("a switch goes to the calls that are on, and is told", () => {
  const scene = new Scene().talking("a").play({ type: "ChangeSpeech", speech: { agc: true } });
  const speech = { highPass: false, agc: true };
  assert.deepEqual(scene.effects, [{ type: "SetSpeech", call: "a", speech }]);
  assert.deepEqual(scene.events, [{ type: "speech", speech }]);
  scene.play({ type: "ChangeSpeech", speech: { agc: true } });
  assert.deepEqual(scene.effects, [], "it is on already");
  assert.deepEqual(scene.events, [{ type: "speech", speech }]);
});

Deno.test("a call to come begins with what is on; with nothing on, nothing is asked", () => {
  assert.equal(new Scene().dialled().asked("SetSpeech"), false);
  const scene = new Scene().play({ type: "ChangeSpeech", speech: { highPass: true } }).dialled();
  const speech = { highPass: true, agc: false };
  assert.deepEqual(scene.effect("SetSpeech"), { type: "SetSpeech", call: "a", speech });
});

Deno.test("a configuration that changed counts; one that did not leaves what a person switched", () => {
  const speech = { highPass: true, agc: false };
  const scene = new Scene().play(configured(speech));
  assert.deepEqual(scene.state.speech, speech);
  scene.play({ type: "ChangeSpeech", speech: { agc: true } }, configured(speech));
  assert.deepEqual(scene.state.speech, { highPass: true, agc: true });
  scene.play(configured());
  assert.deepEqual(scene.state.speech, { highPass: false, agc: false });
});
