/** A peer that is gone ends the call, and silence alone does not. */
import assert from "node:assert/strict";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import { byeDone, closed, REPORT, Scene } from "./scene.ts";

const LIMIT = { silenceMs: 30_000 };

function report(change: Partial<MediaReport>) {
  const silent = { rtpSilentMs: 30_000, rtcpSilentMs: 30_000 };
  return {
    type: "MediaReported",
    call: "a",
    report: { ...REPORT, ...silent, ...change },
  } as const;
}

function answered(verdict: "there" | "gone" | "unknown") {
  return { type: "DialogAnswered", call: "a", verdict, reason: "it answered 481" } as const;
}

Deno.test("after the limit without RTP and RTCP the peer is asked, once for each silence", () => {
  const scene = new Scene(LIMIT).talking();
  scene.at += 60_000;
  const table: [Partial<MediaReport>, boolean][] = [
    [{ rtpSilentMs: 29_000 }, false],
    [{ rtcpSilentMs: 0 }, false],
    [{}, true],
    [{ rtpSilentMs: 31_000, rtcpSilentMs: 31_000 }, false],
  ];
  for (const [change, asks] of table) {
    assert.equal(scene.play(report(change)).asked("AskDialog"), asks, JSON.stringify(change));
  }
  scene.play(answered("there"));
  assert.equal(scene.phase("a"), "established");
  assert.ok(!scene.play(report({})).asked("AskDialog"), "just now it was there");
  scene.at += 30_000;
  assert.ok(scene.play(report({})).asked("AskDialog"));
});

Deno.test("a call on hold may be silent ten times as long; without a limit nobody is asked", () => {
  const held = new Scene(LIMIT).talking().play({ type: "Hold", call: "a" });
  held.at += 1_000_000;
  assert.ok(!held.play(report({})).asked("AskDialog"));
  assert.ok(
    held.play(report({ rtpSilentMs: 300_000, rtcpSilentMs: 300_000 })).asked("AskDialog"),
  );
  const never = new Scene().talking();
  never.at += 1_000_000;
  assert.ok(!never.play(report({})).asked("AskDialog"));
});

Deno.test("a peer that is gone ends the call, with BYE and an error that says so", () => {
  const scene = new Scene(LIMIT).talking();
  scene.at += 60_000;
  scene.play(report({}), answered("gone"));
  assert.ok(scene.asked("SendBye"));
  scene.play(closed("a"), byeDone("a"));
  const { outcome, endedBy, error } = scene.record();
  assert.deepEqual([outcome, endedBy, error?.code], ["answered", "none", "unreachable"]);
  assert.match(error?.message ?? "", /the other side is gone: it answered 481/);
});

Deno.test("who is still heard is there, whatever it answers; nor does a failed question end a call", () => {
  const scene = new Scene(LIMIT).talking();
  scene.play(
    { type: "ConnectionChanged", account: "desk", connected: true },
    answered("there"),
    report({ rtpSilentMs: 20 }),
  );
  assert.ok(
    scene.play({ type: "ConnectionChanged", account: "desk", connected: false })
      .asked("AskDialog"),
    "a broken connection is a reason to ask at once",
  );
  scene.play(answered("gone"));
  assert.equal(scene.phase("a"), "established");
  assert.ok(scene.events.some((e) => e.type === "notice" && /is heard/.test(e.text)));
  scene.at += 60_000;
  scene.play(report({}), answered("unknown"));
  assert.equal(scene.phase("a"), "established");
});

Deno.test("a transfer without news asks the peer, and one that left is not called back", () => {
  const refer = { type: "Transfer", call: "a", target: "sip:voicemail@x" } as const;
  const scene = new Scene().talking().play({ type: "Hold", call: "a" });
  scene.play({ type: "OfferAccepted", call: "a", description: scene.call("a").description! });
  scene.play(refer);
  const news = scene.effects.find((e) => e.type === "StartTimer" && e.timer === "transfer-news");
  assert.ok(news?.type === "StartTimer" && news.ms < 10_000);
  scene.play({ type: "ReferProgress", call: "a", status: 100, reason: "Trying" });
  scene.play({ type: "TimerFired", subject: "call", timer: "transfer-news", call: "a" });
  assert.ok(scene.asked("AskDialog"));
  scene.play(answered("there"), {
    type: "TimerFired",
    subject: "call",
    timer: "transfer-news",
    call: "a",
  });
  assert.ok(scene.asked("AskDialog"), "again, while nothing final is told");
  scene.play(answered("gone"), closed("a"), byeDone("a"));
  const { outcome, endedBy, error } = scene.record();
  assert.deepEqual([outcome, endedBy, error], ["answered", "remote", undefined]);
});
