/** What may happen in an answered call: hold, swap, waiting, transfer, recording, other devices. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import type { Input } from "../../../src/core/state/state.ts";
import { accepted, byeDone, closed, Scene, theirs } from "./scene.ts";

Deno.test("hold offers sendonly and sends silence; resume undoes both", () => {
  const scene = new Scene().talking().play({ type: "Hold", call: "a" });
  assert.equal(scene.effect("SendReinvite").offer?.direction, "sendonly");
  assert.equal(scene.effect("MuteMedia").muted, true);
  scene.play({
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  });
  assert.equal(scene.effect("StartMedia").stream.direction, "sendonly");
  scene.play({ type: "Resume", call: "a" });
  assert.equal(scene.effect("SendReinvite").offer?.direction, "sendrecv");
  assert.equal(scene.effect("MuteMedia").muted, false);
});

Deno.test("the peer's hold is answered and seen, by direction or by a null address", () => {
  for (const offer of [theirs({ direction: "sendonly" }), theirs({ address: "0.0.0.0" })]) {
    const scene = new Scene().talking().play({ type: "RemoteOffer", call: "a", offer });
    assert.equal(scene.effect("AnswerOffer").description.direction, "recvonly");
    assert.equal(scene.call("a").hold.remote, true);
    scene.play({ type: "RemoteOffer", call: "a", offer: theirs() });
    assert.equal(scene.call("a").hold.remote, false);
  }
});

Deno.test("a stream that the peer removes comes back with its next offer; the call goes on", () => {
  const scene = new Scene().talking();
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ port: 0, formats: [] }) });
  const { port, formats } = scene.effect("AnswerOffer").description;
  assert.deepEqual([port, formats.length], [0, 1]);
  assert.equal(scene.effect("StartMedia").stream.direction, "inactive");
  assert.equal(scene.call("a").hold.remote, true);
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs() });
  assert.equal(scene.effect("AnswerOffer").description.port, 5000);
  assert.equal(scene.effect("StartMedia").stream.direction, "sendrecv");
  assert.equal(scene.call("a").hold.remote, false);
});

Deno.test("a hold that the peer answers with port 0 is a hold", () => {
  const scene = new Scene().talking().play({ type: "Hold", call: "a" });
  scene.play({ type: "OfferAccepted", call: "a", description: theirs({ port: 0, formats: [] }) });
  assert.equal(scene.asked("SendBye"), false);
  assert.equal(scene.effect("StartMedia").stream.direction, "inactive");
  scene.play({ type: "Resume", call: "a" });
  scene.play({ type: "OfferAccepted", call: "a", description: theirs() });
  assert.equal(scene.effect("StartMedia").stream.direction, "sendrecv");
});

Deno.test("a call that replaces another is taken at once, as that was, and rings nowhere", () => {
  const replacing = {
    type: "IncomingCall",
    call: "b",
    account: "desk",
    sipCallId: "2",
    from: { uri: "sip:carol@example.test" },
    to: { uri: "sip:alice@example.test" },
    offer: theirs({ port: 4400 }),
    transport: "udp",
    origin: "server",
    source: "192.0.2.7",
    replaces: "a",
  } as const;
  for (const settings of [{}, { doNotDisturb: true }, { maxCalls: 1 }]) {
    const scene = new Scene(settings).talking().play({ type: "Mute", call: "a", muted: true });
    scene.play(replacing);
    assert.ok(!scene.asked("SendProgress") && !scene.asked("SendReject"));
    scene.play({ type: "MediaOpened", call: "b", port: 6000, rtcpPort: 6001 });
    assert.equal(scene.effect("SendAccept").call, "b");
    assert.equal(scene.asked("SendReinvite"), false, "the replaced call is not put on hold");
    assert.deepEqual([scene.call("b").muted, scene.call("b").hold.local], [true, false]);
  }
  const held = new Scene().talking().play({ type: "Hold", call: "a" }, {
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  });
  held.play(replacing, { type: "MediaOpened", call: "b", port: 6000, rtcpPort: 6001 });
  assert.equal(held.effect("SendAccept").description.direction, "sendonly");
  assert.equal(held.call("b").hold.local, true);

  const refused = new Scene().talking().play({ ...replacing, offer: theirs({ formats: [] }) });
  assert.equal(refused.effect("SendReject").status, 488);
  const gone = new Scene().play(replacing);
  assert.equal(gone.effect("SendProgress").status, 180, "there is nothing to replace: it rings");
});

Deno.test("both hold: the answer to the peer's hold is inactive", () => {
  const scene = new Scene().talking().play({ type: "Hold", call: "a" }, {
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  });
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ direction: "sendonly" }) });
  assert.equal(scene.effect("AnswerOffer").description.direction, "inactive");
});

Deno.test("glare: the peer's offer is refused while ours is out, and ours goes out again", () => {
  const scene = new Scene().talking().play({ type: "Hold", call: "a" });
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs() });
  assert.equal(scene.effect("RejectOffer").status, 491);
  scene.play({ type: "OfferRejected", call: "a", status: 491, reason: "" });
  const { timer, ms } = scene.effect("StartTimer");
  assert.equal(timer, "glare");
  assert.ok(ms >= 2_100 && ms <= 4_000);
  // The wish went away meanwhile: nothing is offered that nobody wants.
  const back = scene.play({ type: "TimerFired", subject: "call", timer: "glare", call: "a" });
  assert.ok(back.asked("SendReinvite"));
});

Deno.test("a peer that refuses hold, or never answers it, hears silence until it is resumed", () => {
  for (const status of [488, 408]) {
    const scene = new Scene().talking().play({ type: "Hold", call: "a" });
    scene.play({ type: "OfferRejected", call: "a", status, reason: "no" });
    assert.equal(scene.call("a").hold.local, true);
    assert.equal(scene.effect("MuteMedia").muted, true);
    // It never knew of the hold: there is nothing to tell, and nothing to refuse.
    scene.play({ type: "Resume", call: "a" });
    assert.equal(scene.call("a").hold.local, false);
    assert.equal(scene.effect("MuteMedia").muted, false);
    assert.equal(scene.asked("SendReinvite"), false);
  }
});

Deno.test("a hold that is refused after another call was taken leaves one call that hears us", () => {
  const scene = new Scene().talking("a");
  scene.ringing("b").play({ type: "Answer", call: "b" });
  scene.play({ type: "OfferRejected", call: "a", status: 488, reason: "no" });
  assert.equal(scene.call("a").hold.local, true);
  assert.equal(scene.call("b").hold.local, false);
});

Deno.test("a peer that refuses to be resumed stays held", () => {
  const scene = new Scene().talking().play({ type: "Hold", call: "a" }, {
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  }, { type: "Resume", call: "a" });
  scene.play({ type: "OfferRejected", call: "a", status: 500, reason: "no" });
  assert.equal(scene.call("a").hold.local, true);
  assert.equal(scene.effect("MuteMedia").muted, true);
});

Deno.test("a second call holds the first; swap changes them over", () => {
  const scene = new Scene().talking("a");
  scene.ringing("b").play({ type: "Answer", call: "b" });
  assert.equal(scene.effect("SendReinvite").call, "a");
  scene.play({ type: "MediaOpened", call: "b", port: 6000, rtcpPort: 6001 }, {
    type: "OfferAccepted",
    call: "a",
    description: theirs({ direction: "recvonly" }),
  });
  scene.play({ type: "Swap" });
  assert.equal(scene.call("a").hold.local, false);
  assert.equal(scene.call("b").hold.local, true);
});

Deno.test("who talks hears that another call rings, for as long as it rings", () => {
  const tone = (scene: Scene) =>
    scene.effects.filter((effect) => effect.type === "PlayTone")
      .map(({ call, tone }) => `${call} ${tone?.name} ${tone?.country}`);
  const scene = new Scene().talking().ringing("b");
  assert.deepEqual(tone(scene), ["a waiting itu"]);
  assert.deepEqual(tone(scene.ringing("c")), [], "it goes on");
  assert.deepEqual(tone(scene.play({ type: "Reject", call: "c" })), []);
  assert.deepEqual(tone(scene.play({ type: "Answer", call: "b" })), ["a undefined undefined"]);

  const given = new Scene().talking().ringing("b");
  assert.deepEqual(
    tone(given.play({ type: "CallCancelled", call: "b", elsewhere: false })),
    ["a undefined undefined"],
  );
  const left = new Scene().talking().ringing("b").play({ type: "Hangup", call: "a" });
  assert.deepEqual(tone(left), [], "its media is closed");
  assert.deepEqual(tone(new Scene().ringing("b")), [], "nobody talks");
  assert.deepEqual(tone(new Scene({ active: "all" }).talking().ringing("b")), [], "an exchange");
});

Deno.test("an offer before the answer changes the early sound, which the answer goes on with", () => {
  const early = { type: "CallProgress", call: "a", status: 183, reason: "", dialog: "1" } as const;
  const scene = new Scene().dialled().play({ type: "RemoteOffer", call: "a", offer: theirs() });
  assert.equal(scene.effect("RejectOffer").status, 491, "there is no sound to change yet");
  scene.play({ ...early, description: theirs() });
  scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ port: 4444 }) });
  assert.equal(scene.effect("AnswerOffer").description.port, 5000);
  assert.deepEqual(
    [scene.effect("StartMedia").stream.remotePort, scene.effect("StartMedia").answered],
    [4444, false],
  );
  scene.play(accepted("a", null));
  assert.deepEqual(
    [scene.effect("StartMedia").stream.remotePort, scene.effect("StartMedia").answered],
    [4444, true],
  );
  const none = new Scene().dialled().play({ ...early, description: theirs() })
    .play({ type: "RemoteOffer", call: "a", offer: theirs({ formats: [] }) });
  assert.equal(none.effect("RejectOffer").status, 488);
});

Deno.test("a new offer that would have sound sent to a group is refused, and the call goes on", () => {
  const scene = new Scene().talking();
  for (const address of ["224.0.0.1", "255.255.255.255", "ff05::2"]) {
    scene.play({ type: "RemoteOffer", call: "a", offer: theirs({ address }) });
    assert.equal(scene.effect("RejectOffer").status, 488);
    assert.ok(!scene.asked("StartMedia"));
    assert.equal(scene.phase("a"), "established");
  }
});

Deno.test("blind transfer holds, refers, and ends when the target answered", () => {
  const scene = new Scene().talking().play({ type: "Transfer", call: "a", target: "sip:c@x" });
  assert.ok(scene.asked("SendReinvite") && !scene.asked("SendRefer"));
  scene.play({ type: "OfferAccepted", call: "a", description: theirs({ direction: "recvonly" }) });
  assert.equal(scene.effect("SendRefer").target, "sip:c@x");
  scene.play({ type: "ReferProgress", call: "a", status: 180, reason: "" });
  assert.equal(scene.phase("a"), "established");
  scene.play({ type: "ReferProgress", call: "a", status: 200, reason: "OK" });
  assert.ok(scene.asked("SendBye"));
});

Deno.test("a transfer that fails, or is never answered, brings the caller back", () => {
  const failures: Input[] = [
    { type: "ReferProgress", call: "a", status: 486, reason: "Busy Here" },
    { type: "TimerFired", subject: "call", timer: "transfer", call: "a" },
  ];
  for (const failure of failures) {
    const scene = new Scene().talking().play(
      { type: "Transfer", call: "a", target: "sip:c@x" },
      { type: "OfferAccepted", call: "a", description: theirs({ direction: "recvonly" }) },
    );
    scene.play(failure);
    assert.equal(scene.effect("SendReinvite").offer?.direction, "sendrecv");
    assert.equal(scene.call("a").hold.local, false);
  }
});

Deno.test("a recording is told again when media has done it, and is over when it fails", () => {
  const scene = new Scene().talking().play({ type: "Record", call: "a", path: "/tmp/a.wav" });
  scene.play({ type: "RecordingSettled", call: "a" });
  const settled = scene.events.find(({ type }) => type === "call.recording");
  assert.ok(settled?.type === "call.recording" && settled.detail.settled);
  const error = { code: "file-unusable", message: "the disk is full" } as const;
  scene.play({ type: "EndpointFailed", call: "a", endpoint: "record", error });
  assert.deepEqual(scene.call("a").recording, { name: "off" });
  assert.deepEqual(scene.events.map(({ type }) => type), ["call.endpoint", "call.recording"]);
  scene.play({ type: "Record", call: "a", path: "/tmp/b.wav" });
  scene.play({ type: "EndpointFailed", call: "a", endpoint: "microphone", error });
  assert.equal(scene.call("a").recording.name, "on");
});

Deno.test("a recording that was cut is in the record, also when its last moment was", () => {
  const error = { code: "file-unusable", message: "no space is left" } as const;
  for (const ending of [false, true]) {
    const scene = new Scene().talking().play({ type: "Record", call: "a", path: "/tmp/a.wav" });
    if (ending) scene.play({ type: "Hangup", call: "a" });
    scene.play({ type: "EndpointFailed", call: "a", endpoint: "record", error });
    if (!ending) scene.play({ type: "Hangup", call: "a" });
    scene.play(closed("a"), byeDone("a"));
    assert.deepEqual(scene.record().recordingError, error);
  }
});

Deno.test("recording starts, pauses and stops, and its path is in the record", () => {
  const scene = new Scene().talking().play({ type: "Record", call: "a", path: "/tmp/a.wav" });
  assert.equal(scene.effect("RecordMedia").path, "/tmp/a.wav");
  assert.throws(() => scene.play({ type: "Record", call: "a", path: "/tmp/b.wav" }), OffhookError);
  scene.play({ type: "PauseRecording", call: "a", paused: true });
  assert.equal(scene.call("a").recording.name, "paused");
  assert.throws(
    () => scene.play({ type: "PauseRecording", call: "a", paused: true }),
    OffhookError,
  );
  scene.play({ type: "PauseRecording", call: "a", paused: false });
  scene.play({ type: "Record", call: "a", path: null });
  assert.equal(scene.effect("RecordMedia").path, null);
  assert.throws(() => scene.play({ type: "Record", call: "a", path: null }), OffhookError);
  scene.play({ type: "Hangup", call: "a" }, closed("a"), byeDone("a"));
  assert.equal(scene.record().recording, "/tmp/a.wav");
});

Deno.test("other devices go into a call with sound, programs also into one that is being made", () => {
  const scene = new Scene().talking().play({
    type: "UseEndpoints",
    call: "a",
    microphone: { kind: "device", name: "Jabra" },
  });
  assert.deepEqual(scene.effect("UseEndpoints").microphone, { kind: "device", name: "Jabra" });
  assert.deepEqual(scene.call("a").endpoints.speaker, { kind: "null" });
  const attach = { call: "a", attachment: "x", rate: 16_000, instead: false } as const;
  assert.ok(scene.play({ type: "AttachAudio", ...attach }).asked("AttachAudio"));
  assert.ok(
    scene.play({ type: "DetachAudio", call: "a", attachment: "x" }).asked("DetachAudio"),
  );
  const dialling = new Scene()
    .play({ type: "Dial", call: "a", account: "desk", target: "sip:b@x" });
  assert.ok(dialling.play({ type: "AttachAudio", ...attach }).asked("AttachAudio"));
  assert.throws(() => dialling.play({ type: "UseEndpoints", call: "a" }), OffhookError);
  const ringing = new Scene().ringing();
  assert.throws(() => ringing.play({ type: "AttachAudio", ...attach }), OffhookError);
  assert.throws(() => ringing.play({ type: "UseEndpoints", call: "a" }), OffhookError);
});
