/** Headsets while no call is on, and where calls are heard as headsets come and go. */
import assert from "node:assert/strict";
import type { HeadsetIntent } from "../../../src/core/ports/headset_port.ts";
import type { Input, Settings } from "../../../src/core/state/state.ts";
import { initialState, step } from "../../../src/core/step.ts";
import { ACCOUNT, Scene, SETTINGS } from "./scene.ts";

const press = (intent: HeadsetIntent): Input => ({ type: "HeadsetIntent", headset: "h", intent });
const moment = { at: 0, random: 0.5 };
const sound = (name: string): Input => ({
  type: "HeadsetSound",
  microphone: { kind: "device", name },
  speaker: { kind: "device", name },
});

function lifted(lift: Settings["lift"], intent: HeadsetIntent = { type: "hookOff" }) {
  const settings = { ...SETTINGS, ...(lift === undefined ? {} : { lift }) };
  const last = { account: "desk", target: "sip:last@example.test" };
  const { state } = step(initialState(settings, [ACCOUNT], last), press(intent), moment);
  return [...state.calls.values()].map(({ remote, id }) => [id, remote.uri]);
}

Deno.test("lifting dials only what is configured, redial always the last", () => {
  const dial = { account: "desk", target: "sip:door@example.test" };
  assert.deepEqual(lifted(undefined), []);
  assert.deepEqual(lifted({ kind: "hotline", dial }), [["80000000", "sip:door@example.test"]]);
  assert.deepEqual(lifted({ kind: "redial" }), [["80000000", "sip:last@example.test"]]);
  assert.deepEqual(lifted(undefined, { type: "redial" }), [["80000000", "sip:last@example.test"]]);
  assert.deepEqual(lifted({ kind: "redial" }, { type: "hookOn" }), []);
});

Deno.test("what is dialled is remembered; a hotline to nobody is told and throws nothing", () => {
  const scene = new Scene().dialled();
  assert.equal(scene.state.lastDialled?.account, "desk");
  const dial = { account: "nobody", target: "sip:x@example.test" };
  const state = initialState({ ...SETTINGS, lift: { kind: "hotline", dial } }, [ACCOUNT]);
  const { events } = step(state, press({ type: "hookOff" }), moment);
  assert.deepEqual(events.map(({ type }) => type), ["notice"]);
});

Deno.test("what was dialled before the start is the last only until something is dialled", () => {
  const before: Input = { type: "LastDialled", account: "desk", target: "sip:old@example.test" };
  const scene = new Scene({ lift: { kind: "redial" } }).play(before).play(
    press({ type: "hookOff" }),
  );
  assert.deepEqual([...scene.state.calls.values()].map(({ remote }) => remote.uri), [
    "sip:old@example.test",
  ]);
  scene.play({ ...before, target: "sip:older@example.test" });
  assert.equal(scene.state.lastDialled?.target, "sip:old@example.test");
});

Deno.test("lifting while a call is on dials nothing", () => {
  const scene = new Scene().talking("a");
  scene.play(press({ type: "hookOff" }), press({ type: "redial" }));
  assert.equal(scene.state.calls.size, 1);
});

Deno.test("a refused unmute mutes the call and is told", () => {
  const scene = new Scene().talking("a");
  scene.play(press({ type: "setMute", muted: true, refused: true }));
  assert.equal(scene.state.calls.get("a")?.muted, true);
  const told = scene.events.find(({ type }) => type === "headset-notice");
  assert.equal(told?.type === "headset-notice" && told.notice, "unmute-refused");
});

Deno.test("calls follow the headset's sound unless they go elsewhere", () => {
  const scene = new Scene().talking("a");
  scene.play(sound("Jabra"));
  const asked = scene.effect("UseEndpoints");
  assert.deepEqual([asked.call, asked.microphone], ["a", { kind: "device", name: "Jabra" }]);
  assert.deepEqual(scene.state.settings.endpoints.speaker, { kind: "device", name: "Jabra" });
  const elsewhere = { kind: "file", path: "/x.wav", loop: true } as const;
  scene.play({ type: "UseEndpoints", call: "a", microphone: elsewhere });
  scene.play(sound("Poly"));
  assert.deepEqual(scene.effect("UseEndpoints"), {
    type: "UseEndpoints",
    call: "a",
    speaker: { kind: "device", name: "Poly" },
  });
  scene.play(sound("Poly"));
  assert.ok(!scene.asked("UseEndpoints"), "nothing changed");
});

Deno.test("a ringing call is answered where the headset is by then", () => {
  const scene = new Scene().ringing();
  scene.play(sound("Jabra"));
  assert.ok(!scene.asked("UseEndpoints"));
  scene.play(press({ type: "hookOff" }));
  assert.deepEqual(scene.effect("OpenMedia").endpoints.speaker, { kind: "device", name: "Jabra" });
});
