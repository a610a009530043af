/** Which tone is asked for, and when. */
import assert from "node:assert/strict";
import type { Speaker } from "../../../src/core/ports/media_port.ts";
import type { ErrorCode } from "../../../src/base/errors.ts";
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

const rejected = (status: number, code: ErrorCode = "busy") =>
  ({
    type: "CallRejected",
    call: "a",
    sipCallId: "x",
    status,
    reason: "",
    error: { code, message: "no" },
  }) as const;

const lastTone = (scene: Scene) => scene.effect("CloseMedia").tone;

Deno.test("a call that comes to nothing says by its tone whether anybody was there", () => {
  const cases: [status: number, tone: string][] = [
    [486, "busy"],
    [600, "busy"],
    [603, "busy"],
    [404, "congestion"],
    [480, "congestion"],
    [503, "congestion"],
    [302, "congestion"],
    [0, "congestion"],
  ];
  for (const [status, name] of cases) {
    const scene = dialled({ tones: "de" }).play(progress(180)).play(rejected(status));
    assert.deepEqual(lastTone(scene), { name, country: "de" }, String(status));
  }
});

Deno.test("nobody who answers in time sounds like congestion", () => {
  const scene = dialled().play({
    type: "TimerFired",
    subject: "call",
    timer: "no-answer",
    call: "a",
  });
  assert.deepEqual(lastTone(scene), { name: "congestion", country: "itu" });
});

Deno.test("no tone tells of a failure that is known, not heard or not wanted", () => {
  const given = dialled().play(progress(180)).play({ type: "Hangup", call: "a" });
  assert.equal(lastTone(given), undefined, "given up");
  assert.equal(given.asked("CloseMedia"), true);
  assert.equal(lastTone(dialled({ tones: "none" }).play(rejected(486))), undefined);
  assert.equal(lastTone(dialled({ active: "all" }).play(rejected(486))), undefined);
  assert.equal(lastTone(dialled({}, { kind: "null" }).play(rejected(486))), undefined);
  assert.equal(lastTone(dialled({}, { kind: "pipe", rate: 8_000 }).play(rejected(486))), undefined);
});

Deno.test("nobody who wants no tones hears one, and an exchange has no ears", () => {
  assert.deepEqual(tones(dialled({ tones: "none" }).play(progress(180))), []);
  assert.deepEqual(tones(dialled({ active: "all" }).play(progress(180))), []);
});
