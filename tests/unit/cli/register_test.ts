/** `offhook register` on a phone that is none: words, JSON and status. */
import assert from "node:assert/strict";
import { runCli } from "../../../src/cli/cli.ts";
import { registerReportSchema } from "../../../src/control/schemas/register.ts";
import type { RegistrationState } from "../../../src/core/account/account.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { FakePhone } from "../../fakes/fake_phone.ts";
import { FakeIo, settle } from "../../fakes/fake_io.ts";

function start(...args: string[]) {
  const io = new FakeIo();
  const phone = new FakePhone();
  const account = ["--server=pbx.example.com", "--user=alice"];
  const status = runCli(["register", ...account, ...args], { io, openPhone: phone.open });
  const tell = (registration: RegistrationState) =>
    phone.tell({ type: "registration", account: "command-line", registration });
  return { io, phone, status, tell };
}

const REFUSED: RegistrationState = {
  state: "failed",
  status: 403,
  error: new OffhookError("auth-refused", "the server refused the password").toJSON(),
};

Deno.test("registered: said, closed, 0", async () => {
  const { io, phone, status, tell } = start();
  await settle();
  assert.deepEqual(phone.requests, [{ method: "register", params: { account: "command-line" } }]);
  tell({ state: "registering" });
  tell({ state: "registered", expires: 300 });
  assert.equal(await status, 0);
  assert.equal(io.stderr.text, "registered sip:alice@pbx.example.com for 300 s\n");
  assert.equal(phone.closed, true);
  assert.equal(io.pendingTimers, 0);
});

Deno.test("the JSON of success and failure", async () => {
  const good = start("--json");
  await settle();
  good.io.pass(40);
  good.tell({ state: "registered", expires: 300 });
  await good.status;
  assert.deepEqual(registerReportSchema.parse(JSON.parse(good.io.stdout.text)), {
    schema: "offhook.register/1",
    account: "command-line",
    uri: "sip:alice@pbx.example.com",
    state: "registered",
    expires: 300,
    sipStatus: 200,
    tookMs: 40,
  });
  const bad = start("--json");
  await settle();
  bad.tell(REFUSED);
  assert.equal(await bad.status, 4);
  const report = registerReportSchema.parse(JSON.parse(bad.io.stdout.text));
  assert.deepEqual([report.state, report.sipStatus, report.error?.code], [
    "failed",
    403,
    "auth-refused",
  ]);
});

Deno.test("no answer at all: 8 after --timeout", async () => {
  const { io, status } = start("--timeout=5");
  await settle();
  io.pass(5000);
  assert.equal(await status, 8);
  assert.match(io.stderr.text, /no answer from pbx\.example\.com/);
});

Deno.test("--stay tells every change until it is interrupted", async () => {
  const { io, status, tell } = start("--stay", "--json");
  await settle();
  tell({ state: "registered", expires: 60 });
  tell({ ...REFUSED, retryInMs: 4000 });
  tell({ state: "registered", expires: 60 });
  await settle();
  io.interrupt();
  assert.equal(await status, 130);
  const lines = io.stdout.text.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ state }) => state), ["registered", "failed", "registered"]);
  assert.equal(lines[1].retryInMs, 4000);
});
