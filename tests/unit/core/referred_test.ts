/** A transfer by the peer: followed where that is wanted, and told to the peer until its end. */
import assert from "node:assert/strict";
import type { Account } from "../../../src/core/account/account.ts";
import { viewOf } from "../../../src/core/state/call_view.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import type { Effect, Settings } from "../../../src/core/state/state.ts";
import { ACCOUNT, REPORT, Scene, theirs } from "./scene.ts";

const FOLLOWS: Partial<Settings> = { transfers: "follow", active: "all" };
const REFER = { type: "ReferReceived", call: "in", target: "sip:600@x", referral: "leg" } as const;

const REJECTED = {
  type: "CallRejected",
  call: "leg",
  sipCallId: "2",
  status: 486,
  reason: "Busy Here",
  error: { code: "busy", message: "busy" },
} as const;

const ANSWERED = {
  type: "CallAccepted",
  call: "leg",
  sipCallId: "2",
  dialog: "a",
  local: { uri: "sip:alice@x" },
  remote: { uri: "sip:600@x" },
  transport: "udp",
  description: theirs(),
  isOffer: false,
} as const;

/** A scene with an answered call "in". */
function talking(settings: Partial<Settings>, account?: Account): Scene {
  const scene = new Scene(settings, account).ringing("in").play(
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
  scene.play(ANSWERED);
  assert.deepEqual(told(scene.effects), [200]);
  assert.deepEqual([scene.phase("in"), scene.phase("leg")], ["established", "established"]);
  scene.play({ type: "Hangup", call: "leg" });
  assert.deepEqual(told(scene.effects), [], "the answer was the last word");
});

Deno.test("a refusal of the new party is told, and the next transfer may be tried", () => {
  const scene = following().play(REJECTED);
  assert.deepEqual(told(scene.effects), [486]);
  scene.play({ ...REFER, referral: "leg-2" });
  assert.equal(scene.effect("AnswerRefer").status, 202);
});

Deno.test("a transfer to sips: is refused by an account without TLS, and never made in the clear", () => {
  const refer = { ...REFER, target: "sips:600@x" };
  for (const transport of ["udp", "tcp", "ws"] as const) {
    const scene = talking(FOLLOWS, { ...ACCOUNT, transport }).play(refer);
    assert.equal(scene.effect("AnswerRefer").status, 603);
    assert.equal(scene.phase("leg"), "gone");
  }
  for (const transport of ["tls", "wss"] as const) {
    const scene = talking(FOLLOWS, { ...ACCOUNT, transport }).play(refer);
    assert.equal(scene.effect("AnswerRefer").status, 202);
  }
  // What only DNS knows, signalling finds out; the peer hears of it with the last word.
  const scene = talking(FOLLOWS).play(
    refer,
    { type: "MediaOpened", call: "leg", port: 4010, rtcpPort: 4011 },
    { ...REJECTED, status: 0, error: { code: "tls-failed", message: "wants encryption" } },
  );
  assert.deepEqual(told(scene.effects), [100, 480]);
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

/** A person's phone: one call is active at a time. */
function personFollowing(): Scene {
  const scene = talking({ transfers: "follow" }).play({
    ...REFER,
    referredBy: "<sip:bob@x>",
    replaces: "1;to-tag=a;from-tag=b",
  });
  assert.equal(scene.effect("AnswerRefer").status, 202);
  assert.equal(scene.call("in").hold.local, true, "one is active at a time");
  scene.play(
    { type: "OfferAccepted", call: "in", description: theirs({ direction: "recvonly" }) },
    { type: "MediaOpened", call: "leg", port: 4010, rtcpPort: 4011 },
  );
  return scene;
}

Deno.test("the new call says who had it made, and which call it takes the place of", () => {
  const scene = personFollowing();
  const { referredBy, replaces } = scene.effect("SendInvite");
  assert.deepEqual([referredBy, replaces], ["<sip:bob@x>", "1;to-tag=a;from-tag=b"]);
  assert.equal(viewOf(scene.call("leg")).referrer, "in");
  assert.equal(viewOf(scene.call("in")).transferTarget, "sip:600@x");
  assert.throws(
    () => scene.play({ type: "Transfer", call: "in", target: "sip:c@x" }),
    OffhookError,
  );
});

Deno.test("a refusal brings the person back to who transferred, unless another call is on", () => {
  const back = personFollowing().play(REJECTED);
  assert.deepEqual(told(back.effects), [486]);
  assert.equal(back.call("in").hold.local, false);
  assert.equal(back.effect("SendReinvite").offer?.direction, "sendrecv");
  const failed = back.events.find((event) => event.type === "call.transfer");
  assert.equal(failed?.type === "call.transfer" && failed.detail?.failed, true);

  const busy = personFollowing().ringing("b").play(
    { type: "Answer", call: "b" },
    { type: "MediaOpened", call: "b", port: 4020, rtcpPort: 4021 },
    REJECTED,
  );
  assert.equal(busy.call("in").hold.local, true, "the person talks to somebody else");
});

Deno.test("the answer makes the new call the active one; a transferor that stays is left", () => {
  const scene = personFollowing().play(ANSWERED);
  assert.deepEqual(told(scene.effects), [200]);
  assert.equal(scene.effect("StartTimer").timer, "transfer");
  assert.deepEqual([scene.call("in").hold.local, scene.call("leg").hold.local], [true, false]);
  const done = { call: "in", by: "remote", reason: "" } as const;
  const left = new Scene();
  left.state = scene.state;
  left.play({ type: "CallEnded", ...done }, { type: "MediaClosed", call: "in", report: REPORT });
  assert.equal(left.record().outcome, "answered");
  assert.equal(left.phase("leg"), "established");

  scene.play({ type: "TimerFired", subject: "call", timer: "transfer", call: "in" });
  assert.ok(scene.asked("SendBye"));
  assert.equal(scene.phase("leg"), "established");
});

Deno.test("two calls do not write one file; a time limit goes along", () => {
  const endpoints = {
    microphone: { kind: "tone", frequency: 440, level: -10 },
    speaker: { kind: "file", path: "/tmp/heard.wav" },
    record: "/tmp/both.wav",
  } as const;
  const scene = new Scene({ transfers: "follow" }).ringing("in").play(
    { type: "Answer", call: "in", endpoints, limits: { durationMs: 5_000 } },
    { type: "MediaOpened", call: "in", port: 4000, rtcpPort: 4001 },
    REFER,
  );
  const { endpoints: theirsNow, limits } = scene.call("leg");
  assert.deepEqual(theirsNow, { microphone: endpoints.microphone, speaker: { kind: "null" } });
  assert.equal(limits.durationMs, 5_000);
});

Deno.test("whom we are transferring cannot transfer us", () => {
  const scene = talking({ transfers: "follow" })
    .play({ type: "Transfer", call: "in", target: "sip:c@x" }, REFER);
  assert.equal(scene.effect("AnswerRefer").status, 603);
});

Deno.test("a transfer is followed only for trusted peers, and as the policy for the call says", () => {
  const table: [Partial<Settings>, boolean, boolean | undefined][] = [
    [{ transfers: "follow" }, false, true],
    [{ transfers: "never" }, false, false],
    [{}, false, false],
    [{ transfers: "ask" }, false, undefined],
    [{ transfers: "follow" }, true, false],
    [{ transfers: "never", transfersAutoAnswered: "follow" }, true, true],
    [{ transfers: "follow", transfersAutoAnswered: "ask" }, true, undefined],
  ];
  for (const trusted of [true, false]) {
    for (const [settings, autoAnswered, followed] of table) {
      const scene = talking(settings);
      const call = { ...scene.call("in"), trusted, ...(autoAnswered ? { autoAnswered } : {}) };
      scene.state = { ...scene.state, calls: new Map([["in", call]]) };
      scene.play(REFER);
      const answer = scene.effects.find(({ type }) => type === "AnswerRefer");
      const status = answer?.type === "AnswerRefer" ? answer.status : undefined;
      const wanted = trusted ? followed : false;
      const expected = wanted === undefined ? undefined : wanted ? 202 : 603;
      assert.equal(status, expected, JSON.stringify([settings, autoAnswered, trusted]));
      assert.equal(scene.phase("leg") === "gone", wanted !== true);
    }
  }
});

Deno.test("a transfer that is asked about waits for yes or no, and for nobody too long", () => {
  const asked = () => talking({ transfers: "ask" }).play(REFER);
  const scene = asked();
  assert.equal(viewOf(scene.call("in")).transferAsked, "sip:600@x");
  const timer = scene.effects.find((e) => e.type === "StartTimer" && e.timer === "refer");
  assert.ok(timer?.type === "StartTimer" && timer.ms < 32_000, "before the REFER is given up");
  assert.throws(
    () => scene.play({ type: "Transfer", call: "in", target: "sip:b@x" }),
    OffhookError,
  );

  scene.play({ type: "FollowTransfer", call: "in" });
  assert.equal(scene.effect("AnswerRefer").status, 202);
  assert.equal(scene.phase("leg"), "preparing");
  assert.equal(viewOf(scene.call("in")).transferAsked, undefined);

  for (const no of ["RefuseTransfer", "timer"] as const) {
    const refused = asked().play(
      no === "timer"
        ? { type: "TimerFired", subject: "call", timer: "refer", call: "in" }
        : { type: "RefuseTransfer", call: "in" },
    );
    assert.equal(refused.effect("AnswerRefer").status, 603, no);
    assert.deepEqual([refused.phase("in"), refused.phase("leg")], ["established", "gone"]);
    assert.throws(() => refused.play({ type: "FollowTransfer", call: "in" }), OffhookError);
  }
  const second = asked().play({ ...REFER, target: "sip:700@x", referral: "other" });
  assert.equal(second.effect("AnswerRefer").status, 603, "one at a time");
  assert.equal(viewOf(second.call("in")).transferAsked, "sip:600@x");
});
