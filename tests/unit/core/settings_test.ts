/** What a station is told to be: who is answered by itself, and a configuration that changes. */
import assert from "node:assert/strict";
import type { PhoneEvent } from "../../../src/core/state/events.ts";
import type { Input, Settings } from "../../../src/core/state/state.ts";
import { ACCOUNT, Scene, SETTINGS, theirs } from "./scene.ts";

const AUTO: Partial<Settings> = {
  autoAnswer: { callers: ["bob", "*@door.test"], afterMs: 500 },
};

function incoming(uri: string, more: { call?: string; autoAnswerAfter?: number } = {}): Input {
  return {
    type: "IncomingCall",
    call: "a",
    account: "desk",
    sipCallId: "a@peer",
    origin: "server",
    source: "192.0.2.1",
    from: { uri },
    to: { uri: "sip:alice@example.test" },
    offer: theirs(),
    transport: "udp",
    ...more,
  };
}

const fired = (call = "a"): Input => ({
  type: "TimerFired",
  subject: "call",
  timer: "auto-answer",
  call,
});

Deno.test("who is answered by itself, and after how long", () => {
  const rows: [Partial<Settings>, string, number | undefined, number | undefined][] = [
    [{}, "sip:bob@example.test", undefined, undefined],
    [{}, "sip:bob@example.test", 0, undefined],
    [AUTO, "sip:bob@example.test", undefined, 500],
    [AUTO, "sip:BOB@example.test", undefined, 500],
    [AUTO, "sip:front@door.test;user=phone", undefined, 500],
    [AUTO, "sip:bobby@example.test", undefined, undefined],
    [AUTO, "sip:eve@example.test", 0, undefined],
    [AUTO, "sip:bob@example.test", 2, 2000],
    [AUTO, "sip:bob@example.test", 0, 0],
  ];
  for (const [settings, uri, asked, expected] of rows) {
    const scene = new Scene(settings).play(
      incoming(uri, asked === undefined ? {} : { autoAnswerAfter: asked }),
    );
    const timer = scene.effects.find((effect) =>
      effect.type === "StartTimer" && effect.timer === "auto-answer"
    );
    const ms = timer?.type === "StartTimer" ? timer.ms : undefined;
    assert.equal(ms, expected, `${uri} asks for ${asked}`);
    assert.equal(scene.phase("a"), "ringing");
  }
});

Deno.test("the timer answers, unless somebody was faster or another call is on", () => {
  const alone = new Scene(AUTO).play(incoming("sip:bob@x"), fired());
  assert.equal(alone.phase("a"), "answering");
  const rejected = new Scene(AUTO).play(incoming("sip:bob@x"), { type: "Reject", call: "a" });
  assert.ok(rejected.asked("StopTimer"));
  rejected.play(fired());
  assert.notEqual(rejected.phase("a"), "answering");
  const busy = new Scene(AUTO).talking("b").play(incoming("sip:bob@x"), fired());
  assert.equal(busy.phase("a"), "ringing");
  assert.equal(busy.phase("b"), "established", "who talks is not put on hold");
  assert.ok(busy.events.some(({ type }) => type === "notice"));
});

Deno.test("do not disturb stands over it", () => {
  const scene = new Scene({ ...AUTO, doNotDisturb: true }).play(incoming("sip:bob@x"));
  assert.equal(scene.phase("a"), "gone");
  assert.equal(scene.effect("SendReject").status, 486);
});

Deno.test("a changed configuration keeps calls, and what is known of accounts that stay", () => {
  const registration = { state: "registered", expires: 60 } as const;
  const scene = new Scene().talking("a").play({
    type: "RegistrationChanged",
    account: "desk",
    registration,
  });
  const other = { ...ACCOUNT, id: "other" };
  const settings = { ...SETTINGS, maxCalls: 1, doNotDisturb: true };
  scene.play({ type: "Configure", settings, accounts: [ACCOUNT, other] });
  assert.equal(scene.phase("a"), "established");
  assert.equal(scene.state.settings.maxCalls, 1);
  assert.deepEqual([...scene.state.accounts.keys()], ["desk", "other"]);
  assert.deepEqual(scene.state.accounts.get("desk")?.registration, registration);
  const told = (events: readonly PhoneEvent[]) =>
    events.flatMap((event) =>
      event.type === "accounts" ? [event.accounts.map(({ id }) => id)] : []
    );
  assert.deepEqual(told(scene.events), [["desk", "other"]]);
  assert.deepEqual(scene.events.at(-1), { type: "do-not-disturb", on: true });
  scene.play({ type: "Configure", settings, accounts: [ACCOUNT, other] });
  assert.deepEqual(scene.events, []);
  const changed = { ...ACCOUNT, displayName: "Alice" };
  scene.play({ type: "Configure", settings, accounts: [changed] });
  assert.equal(scene.state.accounts.get("desk")?.registration.state, "none");
  assert.equal(scene.state.accounts.has("other"), false);
  assert.deepEqual(told(scene.events), [["desk"]]);
});

Deno.test("one source can ring on half of the lines, others on the rest", () => {
  const rows: [name: string, more: object, alike: object, other: object][] = [
    [
      "strangers are told apart by address",
      { origin: "stranger", source: "192.0.2.66" },
      { from: { uri: "sip:somebody@else.test" } },
      { source: "192.0.2.67" },
    ],
    [
      "callers behind the server by From",
      { origin: "server", source: "192.0.2.1" },
      { source: "192.0.2.2" },
      { from: { uri: "sip:carol@example.test" } },
    ],
  ];
  for (const [name, more, alike, other] of rows) {
    const ring = (call: string, changes: object = {}): Input => ({
      ...incoming("sip:bob@example.test", { call }),
      ...more,
      ...changes,
    } as Input);
    const scene = new Scene({ maxCalls: 4, callers: "anyone" })
      .play(ring("a"), ring("b", alike), ring("c"));
    assert.deepEqual([...scene.state.calls.keys()], ["a", "b"], name);
    const rejected = scene.effects.find((effect) => effect.type === "SendReject");
    assert.ok(rejected?.type === "SendReject" && rejected.status === 486);
    scene.play(ring("d", other), ring("e", { ...other, call: "e" }));
    assert.deepEqual([...scene.state.calls.keys()], ["a", "b", "d", "e"], name);
    scene.play({ type: "Reject", call: "a" }, ring("f"));
    assert.ok(scene.state.calls.has("f"), "a line of its own is free again");
  }
});

Deno.test("a single line can ring", () => {
  const scene = new Scene({ maxCalls: 1 }).play(incoming("sip:bob@x"));
  assert.equal(scene.phase("a"), "ringing");
});

Deno.test("what nobody could read in an answer is told", () => {
  const { events } = new Scene().play({
    type: "ResponseMalformed",
    account: "desk",
    method: "REGISTER",
    status: 200,
    headers: ["Contact", "To"],
  });
  assert.deepEqual(events, [{
    type: "notice",
    text: "read an answer of desk to our REGISTER (200) without its malformed Contact, To",
  }]);
});
