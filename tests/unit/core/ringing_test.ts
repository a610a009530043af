/** Which call is heard to ring, where, and by what. */
import assert from "node:assert/strict";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import type { Input, Settings } from "../../../src/core/state/state.ts";
import { Scene, theirs } from "./scene.ts";

const ENDPOINTS: AudioEndpoints = {
  microphone: { kind: "device" },
  speaker: { kind: "device", name: "Headset" },
};

const scene = (settings: Partial<Settings> = {}) =>
  new Scene({ endpoints: ENDPOINTS, ...settings });

const incoming = (call: string, more: { ringFile?: string } = {}): Input => ({
  type: "IncomingCall",
  call,
  account: "desk",
  sipCallId: `${call}@x`,
  origin: "server",
  source: "192.0.2.1",
  from: { uri: `sip:${call}@example.test` },
  to: { uri: "sip:alice@example.test" },
  offer: theirs(),
  transport: "udp",
  ...more,
});

const cancelled = (call: string): Input => ({ type: "CallCancelled", call, elsewhere: false });

const rings = ({ effects }: Scene) =>
  effects.flatMap((effect) => {
    if (effect.type === "StartRinging") return [`${effect.call} rings`];
    return effect.type === "StopRinging" ? [`${effect.call} stops`] : [];
  });

Deno.test("an incoming call rings at the speaker until somebody answers", () => {
  const phone = scene({ tones: "gb" }).play(incoming("b"));
  assert.deepEqual(phone.effect("StartRinging").ring, { device: "Headset", country: "gb" });
  assert.deepEqual(rings(phone.play({ type: "Answer", call: "b" })), ["b stops"]);
});

Deno.test("ringing stops when the caller gives up, it is refused or nobody comes", () => {
  const ends: Input[] = [
    cancelled("b"),
    { type: "Reject", call: "b" },
    { type: "Hangup", call: "b" },
    { type: "TimerFired", subject: "call", timer: "ring", call: "b" },
  ];
  for (const end of ends) {
    assert.deepEqual(rings(scene().play(incoming("b")).play(end)), ["b stops"], end.type);
  }
});

Deno.test("two that wait ring one after the other", () => {
  const phone = scene().play(incoming("b"));
  assert.deepEqual(rings(phone.play(incoming("c"))), []);
  assert.deepEqual(rings(phone.play(cancelled("b"))), ["b stops", "c rings"]);
  assert.deepEqual(rings(phone.play(cancelled("c"))), ["c stops"]);
});

Deno.test("who talks hears the waiting tone instead; it rings when the talk is over or held", () => {
  const talks = () => {
    const phone = scene().dialled().play({
      type: "CallAccepted",
      call: "a",
      sipCallId: "x",
      remote: { uri: "sip:bob@example.test" },
      transport: "udp",
      description: theirs(),
      dialog: "1",
      isOffer: false,
    } as Input);
    return phone.play(incoming("b"));
  };
  const phone = talks();
  assert.deepEqual(rings(phone), []);
  assert.equal(phone.effect("PlayTone").tone?.name, "waiting");
  assert.deepEqual(rings(phone.play({ type: "Hangup", call: "a" })), ["b rings"]);
  assert.deepEqual(rings(talks().play({ type: "Hold", call: "a" })), ["b rings"]);
});

Deno.test("the ringer is a card of its own, or none", () => {
  const ringer = { kind: "device", name: "Bell" } as const;
  const quiet: AudioEndpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } };
  assert.equal(scene({ ringer }).play(incoming("b")).effect("StartRinging").ring.device, "Bell");
  const own = scene({ ringer, endpoints: quiet }).play(incoming("b"));
  assert.equal(own.effect("StartRinging").ring.device, "Bell");
  for (const silent of [{ ringer: { kind: "none" } }, { endpoints: quiet }, { active: "all" }]) {
    const phone = scene(silent as Partial<Settings>).play(incoming("b"));
    assert.deepEqual(rings(phone), []);
    assert.deepEqual(rings(phone.play(cancelled("b"))), []);
  }
});

Deno.test("a caller's own file goes before that of all", () => {
  const file = (more: { ringFile?: string }, settings: Partial<Settings>) =>
    scene(settings).play(incoming("b", more)).effect("StartRinging").ring.file;
  assert.equal(file({}, {}), undefined);
  assert.equal(file({}, { ringFile: "/all.wav" }), "/all.wav");
  assert.equal(file({ ringFile: "/ada.wav" }, { ringFile: "/all.wav" }), "/ada.wav");
});

Deno.test("a configuration that silences the ringer meanwhile leaves nothing ringing", () => {
  const phone = scene().play(incoming("b"));
  const settings: Settings = { ...phone.state.settings, ringer: { kind: "none" } };
  phone.play({ type: "Configure", settings, accounts: [] });
  assert.deepEqual(rings(phone.play(cancelled("b"))), ["b stops"]);
});

Deno.test("a ringer that fails is told, and the call goes on ringing", () => {
  const phone = scene().play(incoming("b"));
  const error = { code: "device-failed", message: "gone" } as const;
  phone.play({ type: "EndpointFailed", call: "b", endpoint: "ringer", error });
  const [event] = phone.events;
  assert.equal(event?.type === "call.endpoint" && event.detail.endpoint, "ringer");
  assert.equal(phone.phase("b"), "ringing");
  assert.deepEqual(rings(phone), []);
});

Deno.test("silence stops the ringing of one call, and tells the caller nothing", () => {
  const phone = scene().play(incoming("b"));
  phone.play({ type: "Silence", call: "b" });
  assert.deepEqual(phone.effects, [{ type: "StopRinging", call: "b" }]);
  assert.equal(phone.phase("b"), "ringing");
  phone.play({ type: "Silence", call: "b" });
  assert.deepEqual(phone.effects, [], "it is silent");
  assert.deepEqual(rings(phone.play(incoming("c"))), ["c rings"]);
  assert.deepEqual(rings(phone.play({ type: "Answer", call: "b" })), ["c stops"]);
  assert.throws(() => phone.play({ type: "Silence", call: "b" }), /cannot silence/);
});
