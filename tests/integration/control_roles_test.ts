/** What clients below admin may see and do to files, on the server's side of a connection. */
import assert from "node:assert/strict";
import { ClientConnection } from "../../src/control/server/client_connection.ts";
import type { Role } from "../../src/base/names/role.ts";
import { confined } from "../../src/control/server/confined_files.ts";
import { settle } from "../fakes/fake_io.ts";
import { aView, FakePhone } from "../fakes/fake_phone.ts";
import { report } from "../unit/tui/stage.ts";

interface Answer {
  id: number;
  error?: { message: string };
  result?: unknown;
}

function client(role: Role | undefined, recordings?: string) {
  const phone = new FakePhone();
  const sent: string[] = [];
  let ended = false;
  let penalties = 0;
  const connection = new ClientConnection({
    phone,
    station: { name: "test", version: "0", pid: 1 },
    roleOf: () => role,
    penalty: () => Promise.resolve(void penalties++),
    recordings,
    log: () => {},
    wire: { send: (text) => void sent.push(text), pending: 0, end: () => void (ended = true) },
  });
  let id = 0;
  return {
    phone,
    sent,
    ended: () => ended,
    penalties: () => penalties,
    async ask(method: string, params: object = {}): Promise<Answer> {
      await connection.receive(JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }));
      return sent.map((text) => JSON.parse(text) as Answer).find((each) => each.id === id)!;
    },
  };
}

async function inFolder(run: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  Deno.mkdirSync(`${folder}/recordings`);
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an operator's files stay in the recordings folder and overwrite nothing", () =>
  inFolder(async (folder) => {
    const recordings = `${folder}/recordings`;
    Deno.writeTextFileSync(`${folder}/precious`, "precious");
    Deno.writeTextFileSync(`${recordings}/there.wav`, "there");
    Deno.symlinkSync(`${folder}/nowhere`, `${recordings}/dangling.wav`);
    Deno.symlinkSync(folder, `${recordings}/out`);
    const wrong = [
      `${folder}/precious`,
      "../precious",
      `${recordings}/../new.wav`,
      `${recordings}/there.wav`,
      `${recordings}/dangling.wav`,
      `${recordings}/out/new.wav`,
      recordings,
      "/etc/cron.d/x",
    ];
    const silence = { kind: "silence" };
    const nowhere = { kind: "null" };
    for (const path of wrong) {
      const speaker = { kind: "file", path };
      const requests: [string, object][] = [
        ["record", { call: "c", action: "start", path }],
        ["useDevices", { call: "c", speaker }],
        ["dial", { target: "600", endpoints: { microphone: silence, speaker } }],
        ["answer", {
          call: "c",
          endpoints: { microphone: silence, speaker: nowhere, record: path },
        }],
      ];
      for (const [method, params] of requests) {
        const { phone, ask } = client("operator", recordings);
        await ask("initialize", { version: 1, token: "x" });
        phone.requests.length = 0;
        const { error } = await ask(method, params);
        assert.match(error?.message ?? "", /may not be used/, `${method} ${path}`);
        assert.deepEqual(phone.requests, []);
      }
    }
    // Sound to play is read, and only from there.
    const played = { microphone: { kind: "file", path: "/etc/shadow", loop: false } };
    assert.throws(() => confined(played, recordings), /may not be used/);
    const fine = { microphone: { kind: "file", path: "there.wav" }, path: "new.wav" };
    assert.deepEqual(confined(fine, recordings), {
      microphone: { kind: "file", path: `${recordings}/there.wav` },
      path: `${recordings}/new.wav`,
    });
    assert.throws(() => confined({ path: "new.wav" }, undefined), /no folder for recordings/);
  }));

Deno.test("the folder of recordings is there for the first file that an operator names", () =>
  inFolder((folder) => {
    const recordings = `${folder}/data/recordings`;
    assert.deepEqual(confined({ path: "a.wav" }, recordings), { path: `${recordings}/a.wav` });
    assert.equal(Deno.statSync(recordings).mode! & 0o777, 0o700);
  }));

Deno.test("an admin names any file", async () => {
  const { phone, ask } = client("admin");
  await ask("initialize", { version: 1 });
  await ask("record", { call: "c", action: "start", path: "/anywhere/x.wav" });
  assert.equal((phone.requests.at(-1)!.params as { path: string }).path, "/anywhere/x.wav");
});

Deno.test("the fourth wrong token ends the connection; each before it waits", async () => {
  const { ask, ended, penalties } = client(undefined);
  for (let time = 1; time <= 3; time++) {
    const { error } = await ask("initialize", { version: 1, token: `guess${time}` });
    assert.match(error!.message, /token is missing or not known/);
    assert.deepEqual([penalties(), ended()], [time, false]);
  }
  await ask("initialize", { version: 1, token: "guess4" });
  assert.deepEqual([penalties(), ended()], [3, true]);
});

Deno.test("a viewer sees no digits of a call, an operator sees them", async () => {
  const view = aView({ report: report({ dtmfSent: "4711", dtmfReceived: "4711" }) });
  for (const role of ["viewer", "operator"] as const) {
    const { phone, sent, ask } = client(role);
    await ask("initialize", { version: 1, token: "x" });
    await ask("subscribe");
    await settle();
    phone.tell({
      type: "call.digit",
      call: view,
      detail: { digit: "4", durationMs: 100, by: "rfc4733" },
    });
    phone.tell({ type: "call.digits-sent", call: view, detail: { digits: "4711", by: "info" } });
    phone.tell({ type: "call.media", call: view });
    await settle();
    const told = sent.join("\n");
    assert.equal(told.includes("4711"), role === "operator", told);
    assert.equal(told.includes("call.digit"), role === "operator");
    assert.ok(told.includes("call.media"));
  }
});
