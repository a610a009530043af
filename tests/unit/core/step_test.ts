/** Calls through the core, step by step: effects, events and the state between. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import type { Input, PhoneCommand } from "../../../src/core/state/state.ts";
import { accepted, byeDone, closed, REPORT, Scene, SETTINGS, theirs } from "./scene.ts";

Deno.test("dialling opens media, invites with its ports, and runs the answer's stream", () => {
  const scene = new Scene().play({
    type: "Dial",
    call: "a",
    account: "desk",
    target: "sip:bob@example.test",
    limits: { noAnswerMs: 5_000, durationMs: 9_000 },
  });
  assert.equal(scene.effect("OpenMedia").call, "a");
  assert.equal(scene.phase("a"), "preparing");
  scene.play({ type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 });
  const { offer } = scene.effect("SendInvite");
  assert.deepEqual(offer?.formats.map((format) => format.encoding), [
    "PCMA",
    "PCMU",
    "TELEPHONE-EVENT",
  ]);
  assert.equal(scene.effect("StartTimer").ms, 5_000);
  scene.play(accepted("a"));
  const { stream, answered } = scene.effect("StartMedia");
  assert.equal(answered, true);
  assert.equal(stream.remotePort, 4000);
  assert.equal(stream.sendFormat.encoding, "PCMU");
  assert.equal(stream.sendEvents?.payloadType, 96);
  assert.equal(stream.receiveEvents?.payloadType, 101);
  assert.ok(scene.effects.some((e) => e.type === "StartTimer" && e.timer === "duration"));
  assert.equal(scene.phase("a"), "established");
});

Deno.test("hanging up waits for the BYE and the last report, then tells the record", () => {
  const scene = new Scene().talking().play({ type: "Hangup", call: "a" });
  assert.ok(scene.asked("SendBye") && scene.asked("CloseMedia"));
  assert.equal(scene.phase("a"), "ending");
  scene.play(closed("a"));
  assert.equal(scene.phase("a"), "ending");
  scene.play(byeDone("a"));
  assert.equal(scene.phase("a"), "gone");
  const record = scene.record();
  assert.deepEqual(
    [record.outcome, record.endedBy, record.codec, record.report?.received],
    ["answered", "local", "PCMU", 2],
  );
});

Deno.test("the ending timer stands in for a BYE that nobody answers", () => {
  const scene = new Scene().talking().play({ type: "Hangup", call: "a" });
  scene.play({ type: "TimerFired", subject: "call", timer: "ending", call: "a" });
  assert.equal(scene.record().outcome, "answered");
  assert.equal(scene.phase("a"), "gone");
});

Deno.test("a refused call ends with the outcome of its error", () => {
  const table = [
    ["busy", 486, "busy"],
    ["no-answer", 480, "no-answer"],
    ["declined", 603, "declined"],
    ["not-found", 404, "not-found"],
    ["unreachable", 503, "unreachable"],
    ["auth-refused", 401, "auth-failed"],
    ["no-common-codec", 488, "media-failed"],
    ["encryption-failed", 488, "encryption-failed"],
  ] as const;
  for (const [code, status, outcome] of table) {
    const error = { code, message: "refused" };
    const scene = new Scene().dialled().play(
      { type: "CallRejected", call: "a", sipCallId: "x", status, reason: "no", error },
      closed("a"),
    );
    assert.equal(scene.record().outcome, outcome);
    assert.equal(scene.record().sipStatus, status);
  }
});

Deno.test("a call that reached nobody was ended by nobody, and has no status", () => {
  const scene = new Scene().dialled().play({
    type: "CallRejected",
    call: "a",
    sipCallId: "x",
    status: 0,
    reason: "nothing listens there",
    transport: "tcp",
    error: { code: "unreachable", message: "nothing listens there" },
  }, closed("a"));
  const { sipStatus, endedBy, transport } = scene.record();
  assert.deepEqual([sipStatus, endedBy, transport], [0, "none", "tcp"]);
});

Deno.test("giving up before the answer cancels; an answer that crosses it ends quietly", () => {
  const scene = new Scene().dialled().play({ type: "Hangup", call: "a" });
  assert.ok(scene.asked("SendCancel"));
  scene.play(closed("a"), accepted("a"));
  assert.equal(scene.record().outcome, "cancelled");
  assert.equal(scene.phase("a"), "gone");
});

Deno.test("a call given up before media was open never invites", () => {
  const scene = new Scene().play(
    { type: "Dial", call: "a", account: "desk", target: "sip:b@x" },
    { type: "Hangup", call: "a" },
    { type: "MediaOpened", call: "a", port: 1, rtcpPort: 2 },
    closed("a"),
  );
  assert.ok(!scene.asked("SendInvite"));
  assert.equal(scene.phase("a"), "gone");
});

Deno.test("nobody answers in time: cancelled, and the outcome says no answer", () => {
  const scene = new Scene().dialled().play(
    { type: "TimerFired", subject: "call", timer: "no-answer", call: "a" },
    closed("a"),
    {
      type: "CallRejected",
      call: "a",
      sipCallId: "x",
      status: 487,
      reason: "",
      error: { code: "declined", message: "" },
    },
  );
  assert.equal(scene.record().outcome, "no-answer");
});

Deno.test("early media plays before the answer, of the fork that spoke last", () => {
  const scene = new Scene().dialled().play({
    type: "CallProgress",
    call: "a",
    status: 183,
    reason: "",
    dialog: "1",
    description: theirs({ port: 4100 }),
  });
  assert.equal(scene.effect("StartMedia").answered, false);
  scene.play({
    type: "CallProgress",
    call: "a",
    status: 183,
    reason: "",
    dialog: "2",
    description: theirs({ port: 4200 }),
  });
  assert.equal(scene.effect("StartMedia").stream.remotePort, 4200);
  scene.play(accepted("a", null));
  assert.equal(scene.effect("StartMedia").answered, true);
  assert.equal(scene.phase("a"), "established");
});

Deno.test("answering opens media first, then accepts with an answer", () => {
  const scene = new Scene().ringing();
  assert.equal(scene.effect("SendProgress").status, 180);
  scene.play({ type: "Answer", call: "a" });
  assert.ok(scene.asked("OpenMedia") && !scene.asked("SendAccept"));
  scene.play({ type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 });
  assert.equal(scene.effect("SendAccept").description.formats[0].encoding, "PCMU");
  assert.ok(scene.asked("StartMedia"));
  assert.equal(scene.phase("a"), "established");
});

Deno.test("the address of a call is confirmed by its ACK, once, and by nothing before", () => {
  const opened: Input = { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 };
  const scene = new Scene().ringing().play({ type: "Answer", call: "a" }, opened);
  assert.equal(scene.effect("StartMedia").confirmed, false);
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ port: 4200 }) });
  assert.equal(scene.effect("StartMedia").confirmed, false);
  assert.ok(scene.play({ type: "CallConfirmed", call: "a" }).asked("ConfirmMedia"));
  assert.ok(!scene.play({ type: "CallConfirmed", call: "a" }).asked("ConfirmMedia"));
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ port: 4000 }) });
  assert.equal(scene.effect("StartMedia").confirmed, true);
  const delayed = new Scene().ringing("a", null).play({ type: "Answer", call: "a" }, opened);
  delayed.play({ type: "CallConfirmed", call: "a", description: theirs() });
  assert.equal(delayed.effect("StartMedia").confirmed, true);
  assert.equal(new Scene().talking().effect("StartMedia").confirmed, true);
});

Deno.test("early media is confirmed for a caller behind the account's server alone", () => {
  const opened: Input = { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 };
  const early: Input = { type: "SendEarlyMedia", call: "a" };
  const known = new Scene().ringing().play(early, opened);
  assert.equal(known.effect("StartMedia").confirmed, true);
  const stranger = new Scene({ callers: "anyone" }).ringing("a", theirs(), "stranger");
  assert.equal(stranger.play(early, opened).effect("StartMedia").confirmed, false);
});

Deno.test("a delayed offer is answered in the ACK, and ends the call when it is not", () => {
  const opened: Input = { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 };
  const scene = new Scene().ringing("a", null).play({ type: "Answer", call: "a" }, opened);
  assert.ok(!scene.asked("StartMedia"));
  scene.play({ type: "CallConfirmed", call: "a", description: theirs() });
  assert.ok(scene.asked("StartMedia"));
  const mute = new Scene().ringing("a", null).play({ type: "Answer", call: "a" }, opened);
  mute.play({ type: "CallConfirmed", call: "a" });
  assert.ok(mute.asked("SendBye"));
});

Deno.test("incoming calls that cannot ring are refused at once", () => {
  const dnd = new Scene({ doNotDisturb: true }).ringing();
  assert.equal(dnd.effect("SendReject").status, 486);
  const full = new Scene({ maxCalls: 1 }).ringing("a").ringing("b");
  assert.equal(full.effect("SendReject").status, 486);
  const opus = { payloadType: 96, encoding: "OPUS", clockRate: 48000, channels: 2 };
  const codec = new Scene().ringing("a", theirs({ formats: [opus] }));
  assert.equal(codec.effect("SendReject").status, 488);
  assert.equal(codec.state.calls.size, 0);
});

Deno.test("a caller who gives up is missed; one who was answered elsewhere is not", () => {
  const missed = new Scene().ringing().play({
    type: "CallCancelled",
    call: "a",
    elsewhere: false,
  });
  assert.equal(missed.record().outcome, "missed");
  const elsewhere = new Scene().ringing().play({
    type: "CallCancelled",
    call: "a",
    elsewhere: true,
  });
  assert.equal(elsewhere.record().outcome, "answered-elsewhere");
  const rung = new Scene().ringing().play({
    type: "TimerFired",
    subject: "call",
    timer: "ring",
    call: "a",
  });
  assert.equal(rung.effect("SendReject").status, 480);
  assert.equal(rung.record().outcome, "missed");
});

Deno.test("media that fails ends the call in the way its phase asks for", () => {
  const failure: Input = {
    type: "MediaFailed",
    call: "a",
    error: { code: "device-not-found", message: "no such device" },
  };
  const opening = new Scene().play(
    { type: "Dial", call: "a", account: "desk", target: "sip:b@x" },
    failure,
  );
  assert.equal(opening.record().error?.code, "device-not-found");
  const answering = new Scene().ringing().play({ type: "Answer", call: "a" }, failure);
  assert.equal(answering.effect("SendReject").status, 480);
  assert.equal(answering.phase("a"), "gone");
  const talking = new Scene().talking().play(failure);
  assert.ok(talking.asked("SendBye"));
});

Deno.test("impossible commands throw a typed error and change nothing", () => {
  const digits = (text: string): PhoneCommand => ({
    type: "SendDigits",
    call: "a",
    digits: text,
    durationMs: 100,
  });
  const table: [Scene, PhoneCommand, string][] = [
    [new Scene(), { type: "Hangup", call: "a" }, "no-such-call"],
    [new Scene(), { type: "Swap" }, "invalid-state"],
    [new Scene().dialled(), { type: "Answer", call: "a" }, "invalid-state"],
    [new Scene().dialled(), { type: "Hold", call: "a" }, "invalid-state"],
    [new Scene().dialled(), digits("1"), "invalid-state"],
    [new Scene().talking(), digits("1x"), "usage"],
    [new Scene().talking(), { type: "Resume", call: "a" }, "invalid-state"],
    [new Scene().talking(), { type: "Reject", call: "a" }, "invalid-state"],
    [new Scene().ringing(), { type: "Transfer", call: "a", target: "sip:x@y" }, "invalid-state"],
    [
      new Scene().talking().play({ type: "Record", call: "a", path: "/x" }, {
        type: "Hangup",
        call: "a",
      }),
      { type: "PauseRecording", call: "a", paused: true },
      "invalid-state",
    ],
    [new Scene(), { type: "Register", account: "none" }, "config-invalid"],
    [new Scene(), { type: "Dial", call: "a", account: "none", target: "sip:x" }, "config-invalid"],
    [
      new Scene(),
      { type: "Dial", call: "a", account: "desk", target: "sip:x", codecs: ["MP3"] },
      "usage",
    ],
  ];
  for (const [scene, command, code] of table) {
    const before = scene.state;
    assert.throws(
      () => scene.play(command),
      (error: unknown) => error instanceof OffhookError && error.code === code,
      `${command.type} should throw ${code}`,
    );
    assert.equal(scene.state, before);
  }
});

Deno.test("an answer while early media opens waits for it: media is opened once", () => {
  const scene = new Scene().ringing("a").play(
    { type: "SendEarlyMedia", call: "a" },
    { type: "Answer", call: "a" },
  );
  assert.equal(scene.effects.filter(({ type }) => type === "OpenMedia").length, 1);
  scene.play({ type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 });
  assert.ok(scene.asked("SendAccept"));
  assert.equal(scene.phase("a"), "established");
});

Deno.test("an answer goes over from the announcement to the call's own sound", () => {
  const { microphone, speaker } = SETTINGS.endpoints;
  const announcement = { microphone: { kind: "tone", frequency: 500, level: 0 }, speaker } as const;
  const early: Input = { type: "SendEarlyMedia", call: "a", endpoints: announcement };
  const opened: Input = { type: "MediaOpened", call: "a", port: 5000, rtcpPort: 5001 };
  const answer: Input = { type: "Answer", call: "a" };
  for (const inputs of [[early, opened, answer], [early, answer, opened]]) {
    const scene = new Scene().ringing("a").play(...inputs);
    assert.deepEqual(scene.effect("UseEndpoints"), { type: "UseEndpoints", call: "a", microphone });
    assert.deepEqual(scene.call("a").endpoints, SETTINGS.endpoints);
  }
  const same: Input = { ...answer, endpoints: announcement };
  assert.ok(!new Scene().ringing("a").play(early, opened, same).asked("UseEndpoints"));
  const recorded: Input = { ...answer, endpoints: { ...announcement, record: "/a.wav" } };
  const effect = new Scene().ringing("a").play(early, opened, recorded).effect("RecordMedia");
  assert.equal(effect.path, "/a.wav");
});

Deno.test("what may not stand in a message is refused before anything happens", () => {
  const evil = "x\r\nEvil: 1";
  const sayings = [
    { headers: [{ name: "X-Queue", value: evil }] },
    { headers: [{ name: "Via", value: "x" }] },
    { from: { uri: "sip:a@b", displayName: evil } },
    { from: { uri: evil } },
  ];
  const scene = new Scene().ringing("in");
  for (const said of sayings) {
    for (
      const command of [
        { type: "Dial", call: "b", account: "desk", target: "sip:b@x", ...said },
        { type: "Answer", call: "in", ...said },
      ] as const
    ) assert.throws(() => scene.play(command), OffhookError, JSON.stringify(command));
  }
  assert.equal(scene.phase("in"), "ringing");
  assert.equal(scene.phase("b"), "gone");
});

Deno.test("the answer carries who answers, and headers", () => {
  const said = {
    from: { uri: "sip:desk@example.test" },
    headers: [{ name: "X-Queue", value: "sales" }],
  };
  const scene = new Scene().ringing("in").play({ type: "Answer", call: "in", ...said });
  scene.play({ type: "MediaOpened", call: "in", port: 4000, rtcpPort: 4001 });
  const { from, headers } = scene.effect("SendAccept");
  assert.deepEqual({ from, headers }, said);
});

Deno.test("nobody answered because nothing did: unreachable; a peer that rang is no answer", () => {
  const error = { code: "unreachable", message: "nothing answers at x:5060 over udp" } as const;
  for (const [status, outcome] of [[0, "unreachable"], [487, "no-answer"]] as const) {
    const scene = new Scene().play(
      { type: "Dial", call: "a", account: "desk", target: "sip:b@x", limits: { noAnswerMs: 1 } },
      { type: "MediaOpened", call: "a", port: 4000, rtcpPort: 4001 },
      { type: "TimerFired", subject: "call", timer: "no-answer", call: "a" },
      { type: "MediaClosed", call: "a", report: REPORT },
      { type: "CallRejected", call: "a", sipCallId: "1", status, reason: "", error },
    );
    const record = scene.record();
    assert.deepEqual([record.outcome, record.error?.code], [outcome, outcome]);
  }
});
