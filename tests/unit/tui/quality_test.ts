/** What the counters of a call mean, said honestly. */
import assert from "node:assert/strict";
import { type QualitySample, sampleOf, verdictOf } from "../../../src/tui/model/quality.ts";
import { report } from "./stage.ts";

/** One report a second. */
function samples(...reports: Parameters<typeof report>[0][]): QualitySample[] {
  const taken: QualitySample[] = [];
  reports.forEach((one, at) => taken.push(sampleOf(report(one), taken.at(-1), at * 1000)));
  return taken;
}

Deno.test("loss is that of the second, not of the whole call", () => {
  const [, second] = samples({ received: 100, lost: 50 }, { received: 150, lost: 50 });
  assert.equal(second?.theirs.loss, 0);
});

Deno.test("a direction that nobody measured is unknown, not good", () => {
  const taken = samples({}, {}, {});
  assert.equal(verdictOf(taken, "ours").word, "unknown");
  assert.equal(verdictOf([], "theirs").word, "unknown");
});

Deno.test("silence on the wire is bad, unless somebody holds", () => {
  const taken = samples({ received: 0 }, { received: 0 }, { received: 0 });
  assert.deepEqual(verdictOf(taken, "theirs"), { word: "bad", reason: "no-packets", value: 0 });
  assert.equal(verdictOf(taken, "theirs", true).word, "unknown");
});

const told = { remoteLost: 0, remoteJitterMs: 1, remoteHears: true };

Deno.test("what they hear is good only while the peer says so now", () => {
  const fine = samples({ ...told, sent: 50 }, { ...told, sent: 100, remoteReportAgeMs: 7000 });
  assert.equal(verdictOf(fine, "ours").word, "good");
  const stale = samples(...[1, 2, 3, 4, 5, 6].map((n) => (
    { ...told, sent: 50 * n, remoteReportAgeMs: 14_500 + 1000 * n, rtpSilentMs: 0 }
  )));
  assert.equal(verdictOf(stale, "ours").word, "unknown");
  const gone = samples(...[1, 2, 3, 4, 5, 6].map((n) => (
    { ...told, sent: 50 * n, remoteReportAgeMs: 6000, rtpSilentMs: 9000, rtcpSilentMs: 6000 }
  )));
  assert.equal(verdictOf(gone, "ours").word, "unknown");
});

Deno.test("a peer whose reports do not move while we send hears nothing", () => {
  const deaf = { ...told, remoteHears: false };
  const taken = samples({ ...told, sent: 50 }, { ...deaf, sent: 100 }, { ...deaf, sent: 150 });
  assert.deepEqual(verdictOf(taken.slice(1), "ours"), { word: "bad", reason: "loss", value: 100 });
});

Deno.test("the worst of loss, jitter and delay gives the word and the reason", () => {
  const lossy = samples({ received: 100, lost: 0 }, { received: 146, lost: 4 });
  assert.deepEqual(
    [verdictOf(lossy, "theirs").word, verdictOf(lossy, "theirs").reason],
    ["poor", "loss"],
  );
  const uneven = samples({ received: 50, jitterMs: 70 });
  assert.deepEqual(verdictOf(uneven, "theirs"), { word: "poor", reason: "jitter", value: 70 });
  const far = samples({ sent: 100, remoteLost: 0, remoteJitterMs: 1, roundTripMs: 900 });
  assert.deepEqual(verdictOf(far, "ours"), { word: "bad", reason: "delay", value: 900 });
  const fine = samples({ received: 50 });
  assert.equal(verdictOf(fine, "theirs").word, "good");
});
