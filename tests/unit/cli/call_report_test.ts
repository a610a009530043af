/** What a call becomes as JSON, as a sentence and as an exit status. */
import assert from "node:assert/strict";
import { badSoundOf } from "../../../src/core/state/bad_sound.ts";
import { silenceOf } from "../../../src/core/state/silence.ts";
import { callReport, clock, exitOf, sentenceOf } from "../../../src/cli/call/call_report.ts";
import { callReportSchema } from "../../../src/control/schemas/call.ts";
import type { CallRecord } from "../../../src/core/state/call_view.ts";
import { type Outcome, OUTCOMES } from "../../../src/core/state/outcome.ts";
import { type ErrorCode, OffhookError } from "../../../src/base/errors.ts";
import { aFailure, aRecord, aReport } from "../../fakes/fake_phone.ts";

const reportOf = (record: CallRecord, requireAudio = false) =>
  callReport({ record, security: "none" }, { requireAudio });

Deno.test("the JSON of an answered call", () => {
  const record = aRecord({ report: aReport({ dtmfSent: "12", dtmfReceived: "#" }) });
  assert.deepEqual(reportOf(record), {
    schema: "offhook.call/1",
    outcome: "answered",
    sipStatus: 200,
    reason: "OK",
    callId: "abc@host",
    local: "sip:offhook@127.0.0.1",
    remote: "sip:600@127.0.0.1:5560",
    transport: "udp",
    codec: "PCMU",
    security: "none",
    encryption: null,
    setupMs: 250,
    durationMs: 5000,
    media: {
      sent: 100,
      received: 99,
      heard: true,
      lost: 1,
      late: 0,
      undecodable: 0,
      concealedMs: 0,
      jitterMs: 1.23,
      ice: null,
      longestSilenceMs: 0,
      remoteLongestSilenceMs: null,
      quality: null,
      silence: {},
      badSound: {},
    },
    dtmf: { sent: "12", received: "#" },
    endedBy: "remote",
  });
});

Deno.test("every outcome has a valid report and an exit status", () => {
  const rows: [Outcome, ErrorCode | undefined, number][] = [
    ["answered", undefined, 0],
    ["busy", "busy", 5],
    ["no-answer", "no-answer", 6],
    ["declined", "declined", 7],
    ["not-found", "not-found", 8],
    ["unreachable", "unreachable", 8],
    ["unreachable", "tls-failed", 12],
    ["auth-failed", "auth-refused", 4],
    ["auth-failed", "credential-missing", 3],
    ["media-failed", "no-common-codec", 9],
    ["encryption-failed", "encryption-failed", 9],
    ["failed", "device-failed", 10],
    ["failed", undefined, 7],
    ["cancelled", undefined, 130],
    ["answered-elsewhere", undefined, 130],
    ["missed", undefined, 130],
  ];
  assert.deepEqual(new Set(rows.map(([outcome]) => outcome)), new Set(OUTCOMES));
  for (const [outcome, code, exit] of rows) {
    const error = code === undefined ? undefined : new OffhookError(code, "why");
    const record = outcome === "answered" ? aRecord() : aFailure(outcome, error);
    const report = reportOf(record);
    callReportSchema.parse(report);
    assert.equal(report.outcome, outcome);
    assert.equal(exitOf(report), exit, `${outcome} ${code}`);
    assert.equal(report.durationMs > 0, outcome === "answered");
  }
});

Deno.test("an answered call without sound fails only when sound is required", () => {
  const silent = aRecord({ report: aReport({ received: 0 }) });
  assert.equal(exitOf(reportOf(silent)), 0);
  const report = reportOf(silent, true);
  assert.equal(report.outcome, "media-failed");
  assert.equal(report.error?.code, "media-failed");
  assert.equal(exitOf(report), 9);
  assert.equal(exitOf(reportOf(aRecord(), true)), 0);
});

Deno.test("the longest silence of each direction, and what was silent at the end, are told", () => {
  const silence = { outgoing: silenceOf("microphone", "", 0) };
  const measured = aReport({ longestSilentMs: 4_000, remoteLongestSilentMs: 9_000 });
  const report = reportOf(aRecord({ report: measured, silence }));
  callReportSchema.parse(report);
  const { longestSilenceMs, remoteLongestSilenceMs } = report.media;
  assert.deepEqual([longestSilenceMs, remoteLongestSilenceMs], [4_000, 9_000]);
  assert.deepEqual(report.media.silence, silence);
});

Deno.test("a recording that is cut is told, in JSON, in words and by the exit status", () => {
  const recordingError = new OffhookError("file-unusable", "no space is left").toJSON();
  const report = reportOf(aRecord({ recordingError }));
  callReportSchema.parse(report);
  assert.equal(report.outcome, "answered");
  assert.deepEqual(report.recordingError, recordingError);
  assert.equal(exitOf(report), 2);
  assert.match(sentenceOf(report), /; the recording is cut$/);
});

Deno.test("what is unknown is null, so that every key is always there", () => {
  const record = aFailure("unreachable", new OffhookError("unreachable", "x"), { sipStatus: 0 });
  delete record.local;
  delete record.transport;
  delete record.sipCallId;
  const report = reportOf(record);
  assert.deepEqual([report.callId, report.local, report.transport, report.codec], [
    null,
    null,
    null,
    null,
  ]);
  assert.deepEqual(report.media, {
    sent: 0,
    received: 0,
    heard: false,
    lost: 0,
    late: 0,
    undecodable: 0,
    concealedMs: 0,
    jitterMs: 0,
    ice: null,
    longestSilenceMs: 0,
    remoteLongestSilenceMs: null,
    quality: null,
    silence: {},
    badSound: {},
  });
});

Deno.test("sentences and clocks", () => {
  assert.equal(sentenceOf(reportOf(aRecord())), "ended after 0:05 by the other side");
  const silent = reportOf(aRecord({ report: aReport({ received: 0 }) }));
  assert.equal(sentenceOf(silent), "ended after 0:05 by the other side; no sound was received");
  const silence = { incoming: silenceOf("stopped", "192.0.2.7:4000", 0) };
  const words = sentenceOf(reportOf(aRecord({ silence })));
  assert.equal(
    words,
    "ended after 0:05 by the other side; the sound from 192.0.2.7:4000 has stopped",
  );
  const badSound = { incoming: badSoundOf("loss", 12, "incoming", 0) };
  assert.equal(
    sentenceOf(reportOf(aRecord({ badSound }))),
    "ended after 0:05 by the other side; bad sound: 12 % of what the other side says is lost on " +
      "the network",
  );
  const never = { incoming: silenceOf("nothing-came", "192.0.2.7:4000", 0) };
  assert.match(
    sentenceOf(reportOf(aRecord({ report: aReport({ received: 0 }), silence: never }))),
    /; no sound was received: we send to 192\.0\.2\.7:4000, and nothing comes back$/,
  );
  const busy = aFailure("busy", undefined, { sipStatus: 486, reason: "Busy Here" });
  assert.equal(sentenceOf(reportOf(busy)), "busy (486 Busy Here)");
  assert.deepEqual([0, 59_999, 60_000, 3_723_000].map(clock), ["0:00", "0:59", "1:00", "1:02:03"]);
});
