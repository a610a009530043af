/** Which tone is asked for, and when. */
import assert from "node:assert/strict";
import type { Speaker } from "../../../src/core/ports/media_port.ts";
import type { Settings } from "../../../src/core/state/state.ts";
import { accepted, Scene, SETTINGS, theirs } from "./scene.ts";

const DEVICE: Speaker = { kind: "device" };

function dialled(settings: Partial<Settings> = {}, speaker = DEVICE): Scene {
  const endpoints = { ...SETTINGS.endpoints, speaker };
  return new Scene({ ...settings, endpoints }).dialled();
}

const progress = (status: number) =>
  ({ type: "CallProgress", call: "a", status, reason: "", dialog: "1" }) as const;

const tones = (scene: Scene) =>
  scene.effects.flatMap((effect) =>
    effect.type === "PlayTone" ? [effect.tone && `${effect.tone.name} ${effect.tone.country}`] : []
  );

Deno.test("ringback is asked for once it rings there, and no more when somebody answers", () => {
  const scene = dialled({ tones: "gb" });
  assert.deepEqual(tones(scene), []);
  assert.deepEqual(tones(scene.play(progress(100))), [], "nobody rings yet");
  assert.deepEqual(tones(scene.play(progress(180))), ["ringback gb"]);
  assert.deepEqual(tones(scene.play(progress(180))), [], "it goes on");
  const early = { ...progress(183), description: theirs() };
  assert.deepEqual(tones(scene.play(early)), [], "packets decide, not a description");
  assert.deepEqual(tones(scene.play(accepted("a"))), [null]);
});

Deno.test("ringback ends with the call's media", () => {
  const scene = dialled().play(progress(180)).play({ type: "Hangup", call: "a" });
  assert.deepEqual(tones(scene), []);
  assert.equal(scene.effect("CloseMedia").call, "a");
});

Deno.test("a file has the ringback that a person would hear, a pipe and nobody have not", () => {
  const rung = (speaker: Speaker) => tones(dialled({}, speaker).play(progress(180)));
  assert.deepEqual(rung({ kind: "file", path: "/tmp/x.wav" }), ["ringback itu"]);
  assert.deepEqual(rung({ kind: "pipe", rate: 16_000 }), []);
  assert.deepEqual(rung({ kind: "null" }), []);
});

Deno.test("nobody who wants no tones hears one, and an exchange has no ears", () => {
  assert.deepEqual(tones(dialled({ tones: "none" }).play(progress(180))), []);
  assert.deepEqual(tones(dialled({ active: "all" }).play(progress(180))), []);
});
