/** `offhook dial` on a phone that is none: from flags to JSON and status. */
import assert from "node:assert/strict";
import { runCli } from "../../../src/cli/cli.ts";
import { type ErrorJson, OffhookError } from "../../../src/base/errors.ts";
import { silenceOf } from "../../../src/core/state/silence.ts";
import { aFailure, aRecord, aReport, aView, FakePhone } from "../../fakes/fake_phone.ts";
import { FakeIo, type FakeIoOptions, settle } from "../../fakes/fake_io.ts";

const TARGET = "sip:600@127.0.0.1:5560";

/** Starts `offhook dial …` on a fake phone; `status` is its exit status. */
function start(args: string[], options: FakeIoOptions = {}) {
  const io = new FakeIo(options);
  const phone = new FakePhone();
  const status = runCli(["dial", ...args], { io, openPhone: phone.open });
  return { io, phone, status };
}

/** Its modules are read when the command runs: that takes as long as the machine is busy. */
async function dialled(phone: FakePhone): Promise<void> {
  for (let i = 0; i < 5_000 && phone.requests.length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await settle();
}

const SOUNDLESS = ["--mic", "silence", "--speaker", "null"];

Deno.test("what was typed goes to the phone, and the record becomes JSON and status", async () => {
  const { io, phone, status } = start([TARGET, ...SOUNDLESS, "--json", "--duration", "5s"]);
  await dialled(phone);
  assert.deepEqual(phone.requests, [{
    method: "dial",
    params: {
      target: TARGET,
      endpoints: { microphone: { kind: "silence" }, speaker: { kind: "null" } },
      headers: [],
      limits: { durationMs: 5000 },
    },
  }]);
  assert.deepEqual(phone.options?.accounts, []);
  assert.equal(phone.options?.register, false);
  phone.tell({ type: "call.ended", record: aRecord() });
  assert.equal(await status, 0);
  assert.equal(JSON.parse(io.stdout.text).outcome, "answered");
  assert.equal(io.stdout.text.split("\n").length, 2);
  assert.equal(phone.closed, true);
  assert.equal(io.pendingTimers, 0);
});

Deno.test("flags reach the phone", async () => {
  const { phone, status } = start([
    "0301",
    "--server=pbx.example.com:5070",
    "--user=alice",
    "--auth-user=a1",
    "--transport=TLS",
    "--tls-ca=ca.pem",
    "--tls-no-verify",
    "--codec=g722,pcmu",
    "--from",
    `"Al Ice" <sip:al@example.org>`,
    "--header=X-A: 1",
    "--header=X-B: 2",
    "--mic=file:a.wav",
    "--loop",
    "--speaker=null",
    "--record=r.wav",
    "--timeout=10",
  ]);
  await dialled(phone);
  const { account } = phone.options!.accounts[0]!;
  assert.equal(account.user, "alice");
  assert.equal(account.authUser, "a1");
  assert.equal(account.transport, "tls");
  assert.equal(account.tls.caFile, "/cwd/ca.pem");
  assert.equal(account.tls.verify, false);
  assert.deepEqual(phone.requests[0]?.params, {
    account: "command-line",
    target: "0301",
    endpoints: {
      microphone: { kind: "file", path: "a.wav", loop: true },
      speaker: { kind: "null" },
      record: "r.wav",
    },
    codecs: ["G722", "PCMU"],
    from: { uri: "sip:al@example.org", displayName: "Al Ice" },
    headers: [{ name: "X-A", value: "1" }, { name: "X-B", value: "2" }],
    limits: { noAnswerMs: 10_000 },
  });
  phone.tell({ type: "call.ended", record: aRecord() });
  await status;
});

Deno.test("a failed call says why on standard error and has its status", async () => {
  const busy = new OffhookError("busy", "600 is busy", { hint: "Try later." });
  const { io, phone, status } = start([TARGET, ...SOUNDLESS]);
  await dialled(phone);
  phone.tell({ type: "call.ended", record: aFailure("busy", busy, { sipStatus: 486 }) });
  assert.equal(await status, 5);
  assert.match(io.stderr.text, /offhook: 600 is busy\n {2}Try later\.\n$/);
  assert.equal(io.stdout.text, "");
});

Deno.test("words tell the states on standard error, quiet tells none", async () => {
  for (const quiet of [false, true]) {
    const { io, phone, status } = start([TARGET, ...SOUNDLESS, ...(quiet ? ["--quiet"] : [])]);
    await dialled(phone);
    phone.tell({
      type: "call.progress",
      call: aView({ state: "ringback" }),
      detail: { status: 180, reason: "Ringing" },
    });
    phone.tell({ type: "call.answered", call: aView({ codec: "G722", answeredAt: 1250 }) });
    phone.tell({ type: "call.ended", record: aRecord() });
    await status;
    const words = "ringing\nanswered, G722\nended after 0:05 by the other side\n";
    assert.equal(io.stderr.text, quiet ? "" : words);
  }
});

Deno.test("an event between the request and its answer is not lost", async () => {
  const { phone, status, io } = start([TARGET, ...SOUNDLESS]);
  phone.onRequest = ({ method }) => {
    if (method === "dial") phone.tell({ type: "call.ended", record: aRecord() });
  };
  assert.equal(await status, 0);
  assert.match(io.stderr.text, /ended after/);
});

Deno.test("digits go out after the answer, once", async () => {
  const { phone, status } = start([TARGET, ...SOUNDLESS, "--dtmf", "1,w2,3#"]);
  await dialled(phone);
  assert.deepEqual(phone.methods(), ["dial"]);
  phone.tell({ type: "call.answered", call: aView() });
  phone.tell({ type: "call.answered", call: aView() });
  await settle();
  assert.deepEqual(phone.requests.slice(1), [
    { method: "dtmf", params: { call: "c1", digits: "1,w2,3#" } },
  ]);
  phone.tell({ type: "call.ended", record: aRecord() });
  await status;
});

Deno.test("the end of a file ends the call a second later, after the digits", async () => {
  const { io, phone, status } = start([
    TARGET,
    "--mic=file:a.wav",
    "--speaker=null",
    "--dtmf=1",
  ]);
  await dialled(phone);
  phone.tell({ type: "call.answered", call: aView() });
  phone.tell({ type: "call.microphone-ended", call: aView() });
  await settle();
  io.pass(5000);
  assert.ok(!phone.methods().includes("hangup"));
  phone.tell({ type: "call.digits-sent", call: aView(), detail: { digits: "1", by: "rfc4733" } });
  await settle();
  io.pass(999);
  assert.ok(!phone.methods().includes("hangup"));
  io.pass(1);
  await settle();
  assert.ok(phone.methods().includes("hangup"));
  phone.tell({ type: "call.ended", record: aRecord({ endedBy: "local" }) });
  assert.equal(await status, 0);
});

Deno.test("a call whose piped sound nobody reads any more ends, without a word", async () => {
  const { phone, status } = start([TARGET, "--mic=silence", "--speaker=null", "--duration=9"]);
  await dialled(phone);
  phone.tell({ type: "call.answered", call: aView() });
  const lost: ErrorJson = { code: "device-failed", message: "the card is gone" };
  phone.tell({
    type: "call.endpoint",
    call: aView(),
    detail: { endpoint: "speaker", working: false, error: lost },
  });
  await settle();
  assert.ok(!phone.methods().includes("hangup"));
  const closed: ErrorJson = { code: "file-unusable", message: "closed", data: { closed: true } };
  phone.tell({
    type: "call.endpoint",
    call: aView(),
    detail: { endpoint: "speaker", working: false, error: closed },
  });
  await settle();
  assert.ok(phone.methods().includes("hangup"));
  phone.tell({ type: "call.ended", record: aRecord() });
  assert.equal(await status, 0);
});

Deno.test("with a duration the end of the file ends nothing", async () => {
  const { io, phone, status } = start([
    TARGET,
    "--mic=file:a.wav",
    "--speaker=null",
    "--duration=9",
  ]);
  await dialled(phone);
  phone.tell({ type: "call.answered", call: aView() });
  phone.tell({ type: "call.microphone-ended", call: aView() });
  await settle();
  io.pass(60_000);
  await settle();
  assert.deepEqual(phone.methods(), ["dial"]);
  phone.tell({ type: "call.ended", record: aRecord() });
  await status;
});

Deno.test("required sound that does not come ends the call with 9", async () => {
  const { io, phone, status } = start([TARGET, ...SOUNDLESS, "--require-audio", "--json"]);
  await dialled(phone);
  phone.tell({ type: "call.answered", call: aView() });
  await settle();
  io.pass(10_000);
  await settle();
  assert.ok(phone.methods().includes("hangup"));
  phone.tell({ type: "call.ended", record: aRecord({ report: aReport({ received: 0 }) }) });
  assert.equal(await status, 9);
  assert.equal(JSON.parse(io.stdout.text).outcome, "media-failed");
});

Deno.test("an interrupt hangs up, waits for the record and exits with 130", async () => {
  const { io, phone, status } = start([TARGET, ...SOUNDLESS, "--json"]);
  await dialled(phone);
  io.interrupt();
  await settle();
  assert.deepEqual(phone.methods(), ["dial", "hangup"]);
  phone.tell({ type: "call.ended", record: aFailure("cancelled", undefined) });
  assert.equal(await status, 130);
  assert.equal(JSON.parse(io.stdout.text).outcome, "cancelled");
  assert.equal(phone.closed, true);
});

Deno.test("with piped sound the report is on standard error, alone", async () => {
  const args = [TARGET, "--mic", "pipe", "--speaker", "pipe", "--rate", "8000", "--json"];
  const { io, phone, status } = start(args);
  await dialled(phone);
  assert.deepEqual(phone.options?.endpoints, {
    microphone: { kind: "pipe", rate: 8000 },
    speaker: { kind: "pipe", rate: 8000 },
  });
  phone.tell({ type: "call.answered", call: aView() });
  phone.tell({ type: "call.ended", record: aRecord() });
  assert.equal(await status, 0);
  assert.equal(io.stdout.text, "");
  assert.equal(JSON.parse(io.stderr.text).schema, "offhook.call/1");
});

Deno.test("two wishes for one stream are refused before anything happens", async () => {
  const tty = { stdin: true, stdout: true };
  const rows: [string[], FakeIoOptions, RegExp][] = [
    [["--mic=pipe"], { tty }, /standard input, which is a terminal/],
    [["--mic=silence", "--speaker=pipe"], { tty }, /standard output, which is a terminal/],
    [["--mic=pipe", "--password-stdin"], {}, /both want standard input/],
    [["--mic=tone", "--loop"], {}, /--loop is for --mic file/],
    [["--mic=tune"], {}, /"tune" is not a microphone.*Did you mean "tone"/],
    [["--from=a b"], {}, /--from: "a b"/],
    [["--dtmf=xyz"], {}, /is not a DTMF digit/],
    [["--header=nonsense"], {}, /is not NAME:VALUE/],
    [["--rate=7"], {}, /whole number from 8000/],
  ];
  for (const [args, options, why] of rows) {
    const { io, phone, status } = start([TARGET, ...args], options);
    assert.equal(await status, 2, args.join(" "));
    assert.match(io.stderr.text, why);
    assert.equal(phone.options, undefined);
  }
});

Deno.test("on a terminal: one live line, keys dial, mute and hang up, the mode is restored", async () => {
  const tty = { stdin: true, stdout: true, stderr: true };
  const { io, phone, status } = start([TARGET, ...SOUNDLESS], { tty });
  await dialled(phone);
  const answered = aView({ answeredAt: 1000, codec: "G722", report: aReport() });
  phone.tell({ type: "call.answered", call: answered });
  await settle();
  const line = "● in call  sip:600@127.0.0.1:5560  0:00  G722";
  assert.ok(io.stderr.text.includes(`\r\u001b[K${line}`), io.stderr.text);
  io.keys?.("5");
  io.keys?.("\u001b[A");
  // Letters of the moment after the answer are typed for what was there before.
  io.time += 1_000;
  io.keys?.("m");
  io.keys?.("z");
  io.keys?.("q");
  await settle();
  assert.deepEqual(phone.requests.slice(1), [
    { method: "dtmf", params: { call: "c1", digits: "5" } },
    { method: "mute", params: { call: "c1", muted: true } },
    { method: "hangup", params: { call: "c1" } },
  ]);
  phone.tell({ type: "call.ended", record: aRecord({ endedBy: "local" }) });
  assert.equal(await status, 0);
  assert.ok(io.restored >= 1);
  assert.equal(io.pendingTimers, 0);
  assert.ok(io.stderr.text.endsWith("\r\x1b[Kended after 0:05\n"));
});

Deno.test("a request that the phone refuses closes it and is told", async () => {
  const { io, phone, status } = start([TARGET, ...SOUNDLESS, "--json"]);
  phone.onRequest = () => {
    throw new OffhookError("invalid-target", "no");
  };
  assert.equal(await status, 2);
  assert.equal(JSON.parse(io.stdout.text).schema, "offhook.error/1");
  assert.equal(phone.closed, true);
});

Deno.test("the password is asked for by the account's reader, and never printed", async () => {
  const environment = { OFFHOOK_PASSWORD: "hunter2" };
  const { io, phone, status } = start(
    ["600", "--server=s", "--user=u", ...SOUNDLESS, "--json", "--log-level=trace"],
    { environment },
  );
  await dialled(phone);
  assert.equal(await phone.options!.accounts[0]!.password(), "hunter2");
  phone.tell({ type: "call.ended", record: aRecord() });
  await status;
  assert.ok(!`${io.stdout.text}${io.stderr.text}`.includes("hunter2"));
});

Deno.test("one-way sound is said while it lasts and when it is over; limits go with the call", async () => {
  const args = [TARGET, ...SOUNDLESS, "--silence-limit", "30s", "--held-silence-limit", "10m"];
  const { io, phone, status } = start(args);
  await dialled(phone);
  const limits = { silenceMs: 30_000, heldSilenceMs: 600_000 };
  assert.deepEqual((phone.requests[0]?.params as { limits?: unknown }).limits, limits);
  const silence = silenceOf("nothing-came", "192.0.2.7:4000", 0);
  const call = aView();
  phone.tell({
    type: "call.silence",
    call,
    detail: { direction: "incoming", silent: true, ...silence },
  });
  phone.tell({
    type: "call.silence",
    call,
    detail: { direction: "outgoing", silent: false, lastedMs: 4_000 },
  });
  phone.tell({ type: "call.ended", record: aRecord() });
  assert.equal(await status, 0);
  assert.match(io.stderr.text, /we send to 192\.0\.2\.7:4000, and nothing comes back\. A firewall/);
  assert.match(io.stderr.text, /the other side hears us again after 4 s/);
});
