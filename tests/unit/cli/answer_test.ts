/** `offhook answer` on a phone that is none: which calls are taken, and what is said of them. */
import assert from "node:assert/strict";
import { runCli } from "../../../src/cli/cli.ts";
import { matchesCaller } from "../../../src/core/account/caller_pattern.ts";
import type { CallView } from "../../../src/core/state/call_view.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { aFailure, aRecord, aView, FakePhone } from "../../fakes/fake_phone.ts";
import { FakeIo, settle } from "../../fakes/fake_io.ts";

const LISTEN = ["--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null"];

function start(args: string[]) {
  const io = new FakeIo();
  const phone = new FakePhone();
  const status = runCli(["answer", ...args], { io, openPhone: phone.open });
  const ring = (id: string, uri = "sip:bob@10.0.0.2") => {
    const call: CallView = aView({ id, direction: "incoming", state: "ringing", remote: { uri } });
    phone.tell({ type: "call.incoming", call });
  };
  const end = (id: string) => phone.tell({ type: "call.ended", record: aRecord({ id }) });
  return { io, phone, status, ring, end };
}

Deno.test("a direct call is answered, reported and followed by the exit", async () => {
  const { io, phone, status, ring, end } = start([...LISTEN, "--json", "--duration=3"]);
  await settle();
  assert.match(io.stderr.text, /waiting for calls on 127\.0\.0\.1:40000 \(udp\)/);
  assert.deepEqual(phone.options?.direct.listen, [
    { transport: "udp", host: "127.0.0.1", port: 0 },
  ]);
  ring("a");
  await settle();
  assert.deepEqual(phone.requests, [
    { method: "answer", params: { call: "a", limits: { durationMs: 3000 } } },
  ]);
  end("a");
  assert.equal(await status, 0);
  assert.equal(JSON.parse(io.stdout.text).outcome, "answered");
  assert.equal(phone.closed, true);
});

Deno.test("a second call meanwhile is busy, and --count takes one after the other", async () => {
  const { io, phone, status, ring, end } = start([...LISTEN, "--json", "--count=2"]);
  await settle();
  ring("a");
  await settle();
  ring("b");
  await settle();
  end("a");
  await settle();
  ring("c");
  await settle();
  end("c");
  assert.equal(await status, 0);
  assert.deepEqual(
    phone.requests.map(({ method, params }) => [method, (params as { call: string }).call]),
    [["answer", "a"], ["reject", "b"], ["answer", "c"]],
  );
  assert.equal(io.stdout.text.trim().split("\n").length, 2);
});

Deno.test("who calls right after a call ended is answered, though its report is still awaited", async () => {
  const { phone, status, ring, end } = start([...LISTEN, "--json", "--count=2"]);
  await settle();
  ring("a");
  await settle();
  phone.tell({ type: "call.ending", call: aView({ id: "a", state: "ending" }) });
  ring("b");
  await settle();
  end("a");
  await settle();
  end("b");
  assert.equal(await status, 0);
  assert.deepEqual(phone.requests.map(({ method }) => method), ["answer", "answer"]);
});

Deno.test("who calls while the answered call was transferred and goes on is told busy", async () => {
  const { io, phone, status, ring, end } = start([...LISTEN, "--json", "--count=0"]);
  await settle();
  ring("a");
  await settle();
  const view = aView({ id: "a2", state: "dialling", referrer: "a" });
  phone.tell({ type: "call.dialling", call: view });
  phone.tell({ type: "call.ending", call: aView({ id: "a", state: "ending" }) });
  end("a");
  ring("b");
  await settle();
  assert.deepEqual(phone.requests.slice(1), [
    { method: "reject", params: { call: "b", status: 486 } },
  ]);
  end("a2");
  await settle();
  ring("c");
  await settle();
  assert.equal(phone.requests.at(-1)?.method, "answer");
  io.interrupt();
  end("c");
  await status;
});

Deno.test("answer says which calls its phone refused by itself, and why; --quiet does not", async () => {
  const text = "refused a call from sip:bob@10.0.0.2: no encryption";
  for (const [flags, said] of [[[], 2], [["--quiet"], 0]] as const) {
    const { io, phone, status, ring, end } = start([...LISTEN, ...flags]);
    await settle();
    phone.tell({ type: "notice", text });
    ring("a");
    await settle();
    phone.tell({ type: "notice", text });
    end("a");
    await status;
    assert.equal(io.stderr.text.split(text).length - 1, said);
  }
});

Deno.test("a call that ends as it comes is reported all the same", async () => {
  const { status, ring, phone, io } = start([...LISTEN, "--json"]);
  await settle();
  ring("a");
  phone.tell({ type: "call.ended", record: aFailure("missed", undefined, { id: "a" }) });
  assert.equal(await status, 130);
  assert.equal(JSON.parse(io.stdout.text).outcome, "missed");
});

Deno.test("--accept lets only some callers in", async () => {
  const { phone, status, ring, end } = start([...LISTEN, "--accept=alice", "--accept=*@safe.org"]);
  await settle();
  ring("x", "sip:mallory@10.0.0.2");
  await settle();
  ring("y", "sip:carol@safe.org:5062");
  ring("z", "sip:carol@safe.org");
  await settle();
  end("z");
  await status;
  assert.deepEqual(phone.requests.slice(0, 3), [
    { method: "reject", params: { call: "x", status: 603 } },
    { method: "reject", params: { call: "y", status: 603 } },
    { method: "answer", params: { call: "z", limits: {} } },
  ]);
});

Deno.test("--reject refuses, which is a success", async () => {
  const { phone, status, ring } = start([...LISTEN, "--reject=486"]);
  await settle();
  ring("a");
  await settle();
  assert.deepEqual(phone.requests, [{ method: "reject", params: { call: "a", status: 486 } }]);
  phone.tell({ type: "call.ended", record: aFailure("declined", undefined, { id: "a" }) });
  assert.equal(await status, 0);
});

Deno.test("nobody calls: 6 after --timeout; an interrupt: 130", async () => {
  const waiting = start([...LISTEN, "--timeout=20"]);
  await settle();
  waiting.io.pass(20_000);
  assert.equal(await waiting.status, 6);
  assert.match(waiting.io.stderr.text, /nobody called within 20 s/);
  const interrupted = start(LISTEN);
  await settle();
  interrupted.io.interrupt();
  assert.equal(await interrupted.status, 130);
  assert.equal(interrupted.phone.closed, true);
});

Deno.test("an account is registered first, and a refusal is the exit status", async () => {
  const { io, phone, status } = start([
    "--server=pbx",
    "--user=u",
    "--mic=silence",
    "--speaker=null",
  ]);
  await settle();
  assert.equal(phone.options?.register, true);
  const error = new OffhookError("auth-refused", "wrong password");
  phone.tell({
    type: "registration",
    account: "command-line",
    registration: { state: "failed", status: 403, error: error.toJSON() },
  });
  assert.equal(await status, 4);
  assert.match(io.stderr.text, /wrong password/);
});

Deno.test("callers are matched by user, address or URI", () => {
  const rows: [string, string, boolean][] = [
    ["alice", "sip:alice@host", true],
    ["ALICE", "sip:alice@host;transport=tcp", true],
    ["alice@host", "sips:alice@host", true],
    ["sip:alice@host", "sip:alice@host", true],
    ["*", "sip:anyone@host", true],
    ["+49*", "sip:+4930123@host", true],
    ["+49*", "tel:+4930123", true],
    ["alice", "sip:malice@host", false],
    ["al.ce", "sip:alice@host", false],
    ["alice@host", "sip:alice@host.evil", false],
  ];
  for (const [pattern, uri, expected] of rows) {
    assert.equal(matchesCaller(pattern, uri), expected, `${pattern} ${uri}`);
  }
});

Deno.test("--from and --header go into the answer; --header also into a refusal", async () => {
  const said = ["--header", "X-Queue: sales"];
  const answered = start([...LISTEN, ...said, "--from", "Desk <sip:desk@example.test>"]);
  await settle();
  answered.ring("a");
  await settle();
  answered.end("a");
  assert.equal(await answered.status, 0);
  const headers = [{ name: "X-Queue", value: "sales" }];
  const from = { uri: "sip:desk@example.test", displayName: "Desk" };
  assert.deepEqual(answered.phone.requests, [
    { method: "answer", params: { call: "a", headers, limits: {}, from } },
  ]);
  const refused = start([...LISTEN, ...said, "--reject", "480"]);
  await settle();
  refused.ring("a");
  await settle();
  refused.end("a");
  assert.equal(await refused.status, 0);
  assert.deepEqual(refused.phone.requests, [
    { method: "reject", params: { call: "a", status: 480, headers } },
  ]);
});

Deno.test("an identity or header that could inject another is a usage error", async () => {
  const table: [args: string[], message: RegExp][] = [
    [["--header", "X-A: 1\r\nEvil: 1"], /control characters/],
    [["--from", "sip:a@b\r\nEvil: 1"], /--from: [^]*control characters/],
    [["--from", "sip:a@b", "--reject", "486"], /--reject gives none/],
  ];
  for (const [args, message] of table) {
    const { io, status } = start([...LISTEN, ...args]);
    assert.equal(await status, 2);
    assert.match(io.stderr.text, message);
  }
});

Deno.test("web pages that may connect are named, for listeners that pages can reach", async () => {
  const listening = ["--listen", "127.0.0.1:0", "--mic", "silence", "--speaker", "null"];
  const page = ["--allow-origin", "https://pbx.example"];
  const { phone, status, ring, end } = start([...listening, "--transport", "ws", ...page]);
  await settle();
  assert.deepEqual(phone.options?.direct.listen, [
    { transport: "ws", host: "127.0.0.1", port: 0, origins: ["https://pbx.example"] },
  ]);
  ring("a");
  await settle();
  end("a");
  assert.equal(await status, 0);
});

Deno.test("a web page that is none, or that could not reach the listener, is a usage error", async () => {
  for (const wrong of [[], ["--transport", "ws", "--allow-origin", "https://pbx.example/page"]]) {
    const { io, status } = start([...LISTEN, "--allow-origin", "https://pbx.example", ...wrong]);
    assert.equal(await status, 2);
    assert.match(io.stderr.text, /origin/);
  }
});
