/** A transfer by the peer: followed where that is wanted, and told to the peer until its end. */
import assert from "node:assert/strict";
import type { Effect, Settings } from "../../../src/core/state.ts";
import { REPORT, Scene, theirs } from "./scene.ts";

const FOLLOWS: Partial<Settings> = { transfers: "follow", active: "all" };
const REFER = { type: "ReferReceived", call: "in", target: "sip:600@x", referral: "leg" } as const;

/** A scene with an answered call "in". */
function talking(settings: Partial<Settings>): Scene {
  const scene = new Scene(settings).play(
    {
      type: "IncomingCall",
      call: "in",
      account: "desk",
      sipCallId: "1",
      from: { uri: "sip:bob@x" },
      to: { uri: "sip:alice@x" },
      offer: theirs(),
      transport: "udp",
    },
    { type: "Answer", call: "in" },
    { type: "MediaOpened", call: "in", port: 4000, rtcpPort: 4001 },
    { type: "CallConfirmed", call: "in" },
  );
  assert.equal(scene.phase("in"), "established");
  return scene;
}

/** A scene in which the leg that a REFER asked for is calling. */
function following(): Scene {
  const scene = talking(FOLLOWS).play(REFER);
  assert.equal(scene.effect("AnswerRefer").status, 202);
  assert.equal(scene.effect("SendReferStatus").status, 100);
  scene.play({ type: "MediaOpened", call: "leg", port: 4010, rtcpPort: 4011 });
  assert.equal(scene.effect("SendInvite").target, "sip:600@x");
  return scene;
}

function told(effects: Effect[]): number[] {
  return effects.flatMap((each) => each.type === "SendReferStatus" ? [each.status] : []);
}

Deno.test("a phone that does not follow transfers says 603 and calls nobody", () => {
  const scene = talking({}).play(REFER);
  assert.equal(scene.effect("AnswerRefer").status, 603);
  assert.equal(scene.phase("leg"), "gone");
});

Deno.test("ringing and the answer of the new party are told; both calls stay", () => {
  const scene = following().play({
    type: "CallProgress",
    call: "leg",
    status: 180,
    reason: "Ringing",
    dialog: "a",
  });
  assert.deepEqual(told(scene.effects), [180]);
  scene.play({
    type: "CallAccepted",
    call: "leg",
    sipCallId: "2",
    dialog: "a",
    local: { uri: "sip:alice@x" },
    remote: { uri: "sip:600@x" },
    transport: "udp",
    description: theirs(),
    isOffer: false,
  });
  assert.deepEqual(told(scene.effects), [200]);
  assert.deepEqual([scene.phase("in"), scene.phase("leg")], ["established", "established"]);
  scene.play({ type: "Hangup", call: "leg" });
  assert.deepEqual(told(scene.effects), [], "the answer was the last word");
});

Deno.test("a refusal of the new party is told, and the next transfer may be tried", () => {
  const error = { code: "busy", message: "busy" } as const;
  const scene = following().play({
    type: "CallRejected",
    call: "leg",
    sipCallId: "2",
    status: 486,
    reason: "Busy Here",
    error,
  });
  assert.deepEqual(told(scene.effects), [486]);
  scene.play({ ...REFER, referral: "leg-2" });
  assert.equal(scene.effect("AnswerRefer").status, 202);
});

Deno.test("one transfer at a time", () => {
  const scene = following().play({ ...REFER, referral: "other" });
  assert.equal(scene.effect("AnswerRefer").status, 603);
  assert.equal(scene.phase("other"), "gone");
});

Deno.test("silence and an own hang-up are told as failures; a peer that left is told nothing", () => {
  const scene = following().play({ type: "Hangup", call: "leg" });
  assert.deepEqual(told(scene.effects), [480]);
  const left = following()
    .play({ type: "CallEnded", call: "in", by: "remote", reason: "hung up" })
    .play({ type: "MediaClosed", call: "in", report: REPORT });
  assert.equal(left.phase("in"), "gone");
  left.play({ type: "CallProgress", call: "leg", status: 180, reason: "Ringing", dialog: "a" });
  assert.deepEqual(told(left.effects), []);
});
