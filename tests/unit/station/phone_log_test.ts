/** The lines that a phone writes at each level. */
import assert from "node:assert/strict";
import type { Sequenced } from "../../../src/control/contract/phone.ts";
import { agreeableCore } from "../../fakes/agreeable_core.ts";
import { aView } from "../../fakes/fake_phone.ts";
import { badSoundOf } from "../../../src/core/state/bad_sound.ts";
import { silenceOf } from "../../../src/core/state/silence.ts";
import { theirs } from "../core/scene.ts";
import { type EventLine, eventLog } from "../../../src/station/log/event_log.ts";
import { coreLine, messageLine } from "../../../src/station/log/phone_log.ts";

Deno.test("a SIP message is one line, and cannot drive a terminal", () => {
  const record = {
    time: 0,
    direction: "in",
    transport: "udp",
    local: { host: "::1", port: 5060 },
    remote: { host: "::1", port: 5070 },
  } as const;
  const text = "SIP/2.0 486 Busy \x1b[2J\r\nCSeq: 7 INVITE\r\nCall-ID: a@b\r\n\r\n";
  assert.deepEqual(messageLine({ ...record, text }), {
    text: "in udp [::1]:5070: SIP/2.0 486 Busy �[2J (7 INVITE)",
    facts: { level: "debug", callId: "a@b" },
  });
  const bare = messageLine({ ...record, text: "OPTIONS sip:a@b SIP/2.0\r\n\r\n" });
  assert.deepEqual(bare, {
    text: "in udp [::1]:5070: OPTIONS sip:a@b",
    facts: { level: "debug" },
  });
});

Deno.test("what the core does is told without digits, which may be a PIN", () => {
  const sent = coreLine("asks for", {
    type: "SendDigits",
    call: "c",
    digits: "4711",
    durationMs: 100,
    by: "rfc4733",
  }, new Map([["c", "a@b"]]));
  assert.deepEqual(sent, {
    text: "core asks for SendDigits digits=… durationMs=100 by=rfc4733",
    facts: { level: "trace", call: "c", callId: "a@b" },
  });
});

Deno.test("every line of a call has its Call-ID", async () => {
  const core = agreeableCore();
  const lineOf = eventLog();
  const lines: EventLine[] = [];
  core.listen((event) => {
    const line = lineOf(event);
    if (line !== undefined) lines.push(line);
  });
  core.submit({
    type: "IncomingCall",
    call: "a",
    account: "desk",
    sipCallId: "a@peer",
    origin: "server",
    source: "192.0.2.1",
    from: { uri: "sip:bob@example.test" },
    to: { uri: "sip:alice@example.test" },
    offer: theirs(),
    transport: "udp",
  });
  core.command({ type: "Answer", call: "a" });
  core.command({ type: "Hangup", call: "a" });
  await Promise.resolve();
  core.close();
  const ofCalls = lines.filter(({ facts }) => facts.call !== undefined);
  assert.ok(ofCalls.length >= 3, JSON.stringify(lines));
  for (const { facts } of ofCalls) assert.equal(facts.callId, "a@peer");
  assert.ok(lines.some(({ text }) => /^call ended after \d+ ms: answered/.test(text)));
});

Deno.test("a server that stays away is a warning once, until it was back or fails otherwise", () => {
  const lineOf = eventLog();
  const level = (event: Record<string, unknown>) =>
    lineOf({ account: "desk", seq: 1, at: 0, ...event } as Sequenced)?.facts.level;
  const away = (message: string) => ({ code: "unreachable", message });
  const lost = (message: string) =>
    level({ type: "connection", connected: false, error: away(message) });
  const failed = (message: string) =>
    level({ type: "registration", registration: { state: "failed", error: away(message) } });
  assert.deepEqual(
    [lost("no route"), failed("no route"), lost("no route"), lost("no address")],
    ["warning", "debug", "debug", "warning"],
  );
  level({ type: "connection", connected: true });
  assert.equal(failed("no address"), "warning");
  level({ type: "registration", registration: { state: "registered", expires: 60 } });
  assert.equal(failed("no address"), "warning");
});

Deno.test("a refused unmute is a line; what a headset told the log itself is none", () => {
  const lineOf = eventLog();
  const notice = {
    type: "headset-notice",
    headset: "h",
    text: "It keeps muted",
    seq: 1,
    at: 0,
  } as const;
  const refused = lineOf({ ...notice, notice: "unmute-refused" });
  assert.deepEqual(refused, { text: "It keeps muted", facts: { level: "info" } });
  assert.equal(lineOf({ ...notice, notice: "contested" }), undefined);
});

Deno.test("a line says the status that the peer gave", () => {
  const line = eventLog()({
    type: "call.transfer",
    call: aView({ direction: "outgoing" }),
    detail: { status: 486, reason: "Busy Here", failed: true },
    seq: 1,
    at: 0,
  });
  assert.match(line!.text, /^call to sip:\S+: transfer 486 Busy Here$/);
});

Deno.test("one-way sound is a warning with its cause, and its end is not", () => {
  const lineOf = eventLog();
  const told = { type: "call.silence", call: aView(), seq: 1, at: 0 } as const;
  const silence = silenceOf("stopped", "192.0.2.7:4000", 0);
  const begun = lineOf({ ...told, detail: { direction: "incoming", silent: true, ...silence } });
  assert.equal(begun?.facts.level, "warning");
  assert.match(begun.text, /: silence: the sound from 192\.0\.2\.7:4000 has stopped$/);
  const detail = { direction: "incoming", silent: false, lastedMs: 4_200 } as const;
  const over = lineOf({ ...told, detail });
  assert.equal(over?.facts.level, "info");
  assert.match(over.text, /incoming sound again after 4200 ms$/);
});

Deno.test("bad sound is a warning with its cause, and its end is not", () => {
  const lineOf = eventLog();
  const told = { type: "call.quality", call: aView(), seq: 1, at: 0 } as const;
  const sound = badSoundOf("loss", 12, "incoming", 0);
  const begun = lineOf({ ...told, detail: { direction: "incoming", bad: true, ...sound } });
  assert.equal(begun?.facts.level, "warning");
  assert.match(begun.text, /: quality: bad sound: 12 % of what the other side says is lost/);
  const over = lineOf({ ...told, detail: { direction: "incoming", bad: false, lastedMs: 40_000 } });
  assert.equal(over?.facts.level, "info");
  assert.match(over.text, /incoming sound good again after 40000 ms$/);
});
