/** One choice of what our sound passes: for API, screen and configuration, in calls on and to come. */
import assert from "node:assert/strict";
import { PLAIN_SPEECH, type SpeechSettings } from "../../../src/core/media/speech.ts";
import { ACCOUNT, Scene, SETTINGS } from "./scene.ts";

const configured = (speech?: SpeechSettings) => ({
  type: "Configure" as const,
  settings: { ...SETTINGS, ...(speech && { speech }) },
  accounts: [ACCOUNT],
});

Deno.test("a switch goes to the calls that are on, and is told", () => {
  const scene = new Scene().talking("a").play({ type: "ChangeSpeech", speech: { agc: true } });
  const speech = { ...PLAIN_SPEECH, agc: true };
  assert.deepEqual(scene.effects, [{ type: "SetSpeech", call: "a", speech }]);
  assert.deepEqual(scene.events, [{ type: "speech", speech }]);
  scene.play({ type: "ChangeSpeech", speech: { agc: true } });
  assert.deepEqual(scene.effects, [], "it is on already");
  assert.deepEqual(scene.events, [{ type: "speech", speech }]);
});

Deno.test("a call to come begins with what is on; with nothing on, nothing is asked", () => {
  assert.equal(new Scene().dialled().asked("SetSpeech"), false);
  const scene = new Scene().play({ type: "ChangeSpeech", speech: { highPass: true } }).dialled();
  const speech = { ...PLAIN_SPEECH, highPass: true };
  assert.deepEqual(scene.effect("SetSpeech"), { type: "SetSpeech", call: "a", speech });
});

Deno.test("a configuration that changed counts; one that did not leaves what a person switched", () => {
  const speech = { ...PLAIN_SPEECH, highPass: true };
  const scene = new Scene().play(configured(speech));
  assert.deepEqual(scene.state.speech, speech);
  scene.play({ type: "ChangeSpeech", speech: { agc: true } }, configured(speech));
  assert.deepEqual(scene.state.speech, { ...PLAIN_SPEECH, highPass: true, agc: true });
  scene.play(configured());
  assert.deepEqual(scene.state.speech, PLAIN_SPEECH);
});

Deno.test("a filter that cannot be had is off, and that is said once, whatever calls it was for", () => {
  const scene = new Scene().talking("a").play({
    type: "ChangeSpeech",
    speech: { noiseSuppression: true },
  });
  const error = {
    code: "media-failed" as const,
    message: "it cannot be loaded",
    hint: "Reinstall.",
  };
  const failed = {
    type: "SpeechFailed" as const,
    call: "a",
    part: "noiseSuppression" as const,
    error,
  };
  scene.play(failed);
  assert.deepEqual(scene.state.speech, PLAIN_SPEECH);
  assert.deepEqual(scene.events.at(-1), {
    type: "notice",
    text: "it cannot be loaded. Reinstall.",
    call: "a",
  });
  scene.play(failed);
  assert.deepEqual(scene.events, []);
});
