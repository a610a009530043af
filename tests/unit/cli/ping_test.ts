/** `offhook ping` on a phone that is none: whom it asks, what it says, and how it exits. */
import assert from "node:assert/strict";
import { runCli } from "../../../src/cli/cli.ts";
import { OUTPUT_SCHEMAS } from "../../../src/control/schemas/index.ts";
import type { MethodName, Methods, Sequenced } from "../../../src/control/contract/phone.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { FakeIo, settle } from "../../fakes/fake_io.ts";
import { FakePhone } from "../../fakes/fake_phone.ts";

const TARGET = "sip:bob@192.0.2.7";
const SILENCE = new OffhookError("unreachable", "nothing answered");

/** Answers each ping with the next of these: ms, or an error. */
class PingedPhone extends FakePhone {
  constructor(readonly answers: (number | OffhookError)[]) {
    super();
  }

  override async request<M extends MethodName>(method: M, params: Methods[M]["params"]) {
    await super.request(method, params);
    const rttMs = this.answers.shift() ?? 1;
    if (typeof rttMs !== "number") throw rttMs;
    const { target = "sip:pbx.example" } = params as Methods["ping"]["params"];
    return {
      account: "work",
      target,
      status: 404,
      reason: "Not Found",
      rttMs,
      agent: "PBX \x1b[31m1",
      from: "udp 192.0.2.7:5060",
      seq: 0,
    } as never;
  }

  override async subscribe(listener: (event: Sequenced) => void) {
    const subscription = await super.subscribe(listener);
    const account = { id: "work", uri: "sip:a@pbx.example", connected: false };
    const accounts = [{ ...account, registration: { state: "none" } as const }];
    return { ...subscription, snapshot: { ...subscription.snapshot, accounts } };
  }
}

function start(args: string[], answers: (number | OffhookError)[] = []) {
  const io = new FakeIo();
  const phone = new PingedPhone(answers);
  return {
    io,
    phone,
    status: runCli(["ping", "--standalone", ...args], { io, openPhone: phone.open }),
  };
}

Deno.test("ping: an account means its server, everything else goes as a call would", async () => {
  const table: [string[], object][] = [
    [["work"], { account: "work", timeoutMs: 5_000 }],
    [[TARGET, "--timeout", "2s"], { target: TARGET, timeoutMs: 2_000 }],
    [[], { timeoutMs: 5_000 }],
  ];
  for (const [args, params] of table) {
    const { io, phone, status } = start(args);
    assert.equal(await status, 0, io.stderr.text);
    assert.deepEqual(phone.requests, [{ method: "ping", params }]);
    assert.equal(phone.options?.register, false);
    assert.ok(phone.closed);
  }
});

Deno.test("ping: any answer is a sign of life, and nothing of it drives the terminal", async () => {
  const { io, status } = start([TARGET], [12]);
  assert.equal(await status, 0);
  assert.match(
    io.stdout.text,
    /^sip:bob@192\.0\.2\.7: 404 Not Found in 12 ms, PBX .*1 \(udp 192\.0\.2\.7:5060\)\n$/,
  );
  assert.ok(!io.stdout.text.includes("\x1b"));
});

Deno.test("ping: nothing answers", async () => {
  const { io, status } = start([TARGET], [SILENCE]);
  assert.equal(await status, 8);
  assert.match(io.stderr.text, /nothing answered/);
});

Deno.test("ping: several, with what they have in common; one answer is enough", async () => {
  const { io, phone, status } = start([TARGET, "--count", "3", "--interval", "1s"], [
    10,
    SILENCE,
    20,
  ]);
  for (let sent = 1; sent <= 3; sent++) {
    await settle();
    assert.equal(phone.requests.length, sent);
    io.pass(1_000);
  }
  assert.equal(await status, 0);
  assert.match(io.stderr.text, /nothing answered\n2 of 3 answered, 10\/15\/20 ms/);
  const silent = start([TARGET, "--count", "1", "--json"], [SILENCE]);
  assert.equal(await silent.status, 8);
});

Deno.test("ping: SIGINT ends it", async () => {
  const { io, status } = start([TARGET, "--count", "9", "--quiet"]);
  await settle();
  io.interrupt();
  assert.equal(await status, 130);
  assert.equal(io.stdout.text + io.stderr.text, "");
});

Deno.test("ping: each answer is an object of the schema, and so is a silence among several", async () => {
  const { io, status } = start([TARGET, "--count", "2", "--interval", "200ms", "--json"], [
    3,
    SILENCE,
  ]);
  await settle();
  io.pass(200);
  assert.equal(await status, 0);
  const lines = io.stdout.text.trim().split("\n").map((line) => JSON.parse(line));
  for (const line of lines) OUTPUT_SCHEMAS.ping.parse(line);
  assert.deepEqual(lines.map(({ rttMs, error }) => [rttMs, error?.code]), [[3, undefined], [
    undefined,
    "unreachable",
  ]]);
});

Deno.test("ping: what makes no sense is refused", async () => {
  for (
    const args of [[TARGET, "more"], ["--interval", "10ms"], ["--timeout", "40s"], ["--count", "0"]]
  ) {
    const { status, phone } = start(args);
    assert.equal(await status, 2, args.join(" "));
    assert.deepEqual(phone.requests, []);
  }
});
