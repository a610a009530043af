/** `offhook history`, `redial` and `contacts`: on the store alone, and beside a station that has it. */
import assert from "node:assert/strict";
import { runCli } from "../../src/cli/cli.ts";
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import {
  contactSchema,
  contactsImportSchema,
  historySchema,
} from "../../src/control/schemas/records.ts";
import { ControlServer } from "../../src/control/server/server.ts";
import type { Providers } from "../../src/control/contract/records.ts";
import type { HistoryRecord } from "../../src/store/history/history_record.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { agreeableCore } from "../fakes/agreeable_core.ts";
import { FakeIo, type FakeIoOptions, settle } from "../fakes/fake_io.ts";
import { aRecord, FakePhone } from "../fakes/fake_phone.ts";
import { modulesBelow } from "../support/modules_below.ts";

const NOON = Date.parse("2026-03-01T12:00:00Z");
const HOUR = 3_600_000;

function aCall(changes: Partial<HistoryRecord>): HistoryRecord {
  return {
    id: "c1",
    sipCallId: "c1@host",
    account: "direct",
    direction: "outgoing",
    remote: { uri: "sip:+442079460000@example.com" },
    outcome: "answered",
    sipStatus: 200,
    reason: "OK",
    startedAt: NOON - HOUR,
    answeredAt: NOON - HOUR + 1000,
    endedAt: NOON - HOUR + 13_000,
    codec: "G722",
    quality: null,
    encryption: null,
    recording: null,
    endedBy: "remote",
    ...changes,
  };
}

const MISSED = aCall({
  id: "c2",
  direction: "incoming",
  remote: { uri: "sip:bob@example.com", displayName: "Bob" },
  outcome: "missed",
  answeredAt: null,
  startedAt: NOON - 2 * HOUR,
});

interface Scene {
  folder: string;
  path: string;
  run(args: string[], options?: FakeIoOptions): Promise<{ status: number; io: FakeIo }>;
  fill(change: (store: Store) => void): void;
}

async function withFolder(run: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/offhook/history.db`;
  const environment = { XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder, TZ: "UTC" };
  try {
    await run({
      folder,
      path,
      async run(args, options = {}) {
        const io = new FakeIo({ ...options, environment });
        io.time = NOON;
        return { status: await runCli(args, { io, openPhone: new FakePhone().open }), io };
      },
      fill(change) {
        Deno.mkdirSync(`${folder}/offhook`, { recursive: true });
        const store = openStore({ path, mode: "write", now: () => NOON });
        change(store);
        store.close();
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const linesOf = (io: FakeIo) =>
  io.stdout.text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));

Deno.test("no store yet: no calls, no contacts, and no file is made", () =>
  withFolder(async ({ run, folder }) => {
    for (const args of [["history"], ["contacts", "list"], ["contacts", "export"]]) {
      assert.equal((await run(args)).status, 0, args.join(" "));
    }
    assert.equal((await run(["redial"])).status, 8);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("the history is filtered, newest first, as a table and as one object a line", () =>
  withFolder(async ({ run, fill }) => {
    fill(({ history, contacts }) => {
      history.put(aCall({}));
      history.put(MISSED);
      contacts.add({ name: "Ada Lovelace", addresses: [{ value: "+44 20 7946 0000" }] });
    });
    const table = await run(["history"]);
    assert.deepEqual(table.io.stdout.text.split("\n").map((line) => line.replace(/^\S+ \S+/, "")), [
      "  to    Ada Lovelace sip:+442079460000@example.com  answered  0:12",
      "  from  Bob sip:bob@example.com                     missed",
      "",
    ]);
    const all = linesOf((await run(["history", "--json"])).io);
    for (const record of all) historySchema.parse(record);
    assert.deepEqual(all.map(({ id, durationMs }) => [id, durationMs]), [["c1", 12_000], [
      "c2",
      0,
    ]]);
    const rows: [string[], string[]][] = [
      [["--missed"], ["c2"]],
      [["--outgoing"], ["c1"]],
      [["--incoming"], ["c2"]],
      [["--since", "90m"], ["c1"]],
      [["--until", "90m"], ["c2"]],
      [["--with", "Bob"], ["c2"]],
      [["--with", "7946"], ["c1"]],
      [["--limit", "1"], ["c1"]],
      [["--account", "nobody"], []],
    ];
    for (const [flags, ids] of rows) {
      const { io, status } = await run(["history", "--json", ...flags]);
      assert.equal(status, 0, io.stderr.text);
      assert.deepEqual(linesOf(io).map(({ id }) => id), ids, flags.join(" "));
    }
    assert.equal((await run(["history", "--since", "yesterday"])).status, 2);
    assert.equal((await run(["history", "--incoming", "--outgoing"])).status, 2);
  }));

Deno.test("redial calls the last number again", () =>
  withFolder(async ({ fill, folder }) => {
    fill(({ history }) => {
      history.put(aCall({}));
      history.put(MISSED);
    });
    const io = new FakeIo({ environment: { XDG_STATE_HOME: folder } });
    const phone = new FakePhone();
    const args = ["redial", "--mic=silence", "--speaker=null", "--json"];
    const status = runCli(args, { io, openPhone: phone.open });
    while (phone.requests.length === 0) await settle();
    const [request] = phone.requests;
    assert.equal(
      request.method === "dial" && request.params.target,
      "sip:+442079460000@example.com",
    );
    phone.tell({ type: "call.ended", record: aRecord() });
    assert.equal(await status, 0);
  }));

const VCARD = [
  "BEGIN:VCARD",
  "VERSION:3.0",
  "FN:Grace Hopper",
  "TEL;TYPE=work:+1 555 0100",
  "X-SHOE-SIZE:38",
  "END:VCARD",
  "",
].join("\r\n");

Deno.test("contacts are added, found, imported, exported and removed", () =>
  withFolder(async ({ run, folder }) => {
    const added = await run(["contacts", "add", "Ada Lovelace", "+44 20 7946 0000", "--json"]);
    assert.equal(added.status, 0, added.io.stderr.text);
    const { contact } = contactSchema.parse(linesOf(added.io)[0]);
    Deno.writeTextFileSync(`${folder}/a.vcf`, VCARD);
    const imported = await run(["contacts", "import", "a.vcf", "--json"], { cwd: folder });
    assert.equal(contactsImportSchema.parse(linesOf(imported.io)[0]).added, 1);
    const again = await run(["contacts", "import", "-"], { stdin: VCARD });
    assert.match(again.io.stderr.text, /0 added, 0 merged, 1 unchanged/);
    const hits = linesOf((await run(["contacts", "search", "adl", "--json"])).io);
    assert.equal(contactSchema.parse(hits[0]).contact.name, "Ada Lovelace");
    assert.match((await run(["contacts", "list"])).io.stdout.text, /Grace Hopper +\+1 555 0100/);
    assert.match((await run(["contacts", "export"])).io.stdout.text, /X-SHOE-SIZE:38/);
    const csv = await run(["contacts", "export", "--format", "csv"]);
    assert.match(csv.io.stdout.text, /^UID,Name,.*\r?\n/);
    const edit = ["contacts", "edit", "Ada Lovelace", "600", "--favourite", "yes", "--json"];
    const edited = contactSchema.parse(linesOf((await run(edit)).io)[0]).contact;
    const { id, addresses, favourite, name } = edited;
    assert.deepEqual([id, name, favourite], [contact.id, "Ada Lovelace", true]);
    assert.deepEqual(addresses.map(({ value }) => value), ["600"]);
    assert.equal((await run(["contacts", "edit", "Ada Lovelace"])).status, 2, "nothing to change");
    assert.equal((await run(["contacts", "edit", "Nobody", "--note", "x"])).status, 8);
    assert.equal((await run(["contacts", "remove", "Grace Hopper"])).status, 0);
    assert.equal((await run(["contacts", "remove", contact.id])).status, 0);
    assert.equal((await run(["contacts", "remove", contact.id])).status, 8);
    assert.equal((await run(["contacts", "list", "--json"])).io.stdout.text, "");
  }));

Deno.test("what is no contact file is refused with its first problem", () =>
  withFolder(async ({ run }) => {
    const { status, io } = await run(["contacts", "import", "-"], { stdin: "nothing here" });
    assert.equal(status, 2);
    assert.match(io.stderr.text, /there is no contact in standard input/);
    assert.equal((await run(["contacts", "import", "/none"])).status, 2);
  }));

/** A station of the user that has the store, and what commands do beside it. */
async function withStation(
  { folder, path }: Scene,
  provided: (store: Store) => Providers,
  body: (store: Store) => Promise<void>,
): Promise<void> {
  Deno.mkdirSync(`${folder}/offhook`, { recursive: true });
  const store = openStore({ path, mode: "write", now: () => NOON });
  const core = agreeableCore();
  const phone = new LocalPhone(core, () => Promise.resolve());
  phone.provide(provided(store));
  const server = await ControlServer.start({
    phone,
    station: { name: "test", version: "0", pid: 1 },
    listen: { kind: "unix", path: `${folder}/offhook/default/control.sock` },
    log: () => {},
  });
  try {
    await body(store);
  } finally {
    await server.close();
    store.close();
    core.close();
  }
}

Deno.test("a running station writes: it alone has the store", () =>
  withFolder(async (scene) => {
    const { run } = scene;
    await withStation(scene, ({ contacts }) => ({ contacts }), async (store) => {
      assert.equal((await run(["contacts", "add", "Ada", "600"])).status, 0);
      assert.equal((await run(["contacts", "import", "-"], { stdin: VCARD })).status, 0);
      assert.deepEqual(store.contacts.list().map(({ name }) => name), ["Ada", "Grace Hopper"]);
      const listed = await run(["contacts", "list"]);
      assert.match(listed.io.stdout.text, /Ada[^]*Grace/, "reading goes on beside it");
      assert.equal((await run(["contacts", "edit", "Ada", "--name", "Ada L."])).status, 0);
      assert.equal((await run(["contacts", "remove", "Ada L."])).status, 0);
      assert.equal(store.contacts.list().length, 1);
    });
  }));

Deno.test("the station's own records are read, and the file where it keeps none", () =>
  withFolder(async (scene) => {
    const { run, fill } = scene;
    fill(({ history, contacts }) => {
      history.put(aCall({}));
      contacts.add({ name: "Ada", addresses: [{ value: "600" }] });
    });
    const remote = openStore({ path: ":memory:", mode: "write", now: () => NOON });
    remote.history.put(MISSED);
    remote.contacts.add({ name: "Bobby", addresses: [{ value: "sip:bob@example.com" }] });
    const its = { history: remote.history, contacts: remote.contacts };
    const shown = async (args: string[]) => (await run(args)).io.stdout.text;
    await withStation(scene, () => its, async () => {
      assert.match(await shown(["history"]), /from +Bobby sip:bob/);
      assert.match(await shown(["contacts", "list"]), /Bobby/);
      assert.match(await shown(["contacts", "search", "bob"]), /Bobby/);
      assert.match(await shown(["contacts", "export"]), /FN:Bobby/);
      const none = await run(["redial"]);
      assert.match(none.io.stderr.text, /no number was dialled yet/);
    });
    await withStation(scene, () => ({}), async () => {
      assert.match(await shown(["history"]), /Ada|\+4420/);
      assert.match(await shown(["contacts", "list"]), /Ada/);
    });
    remote.close();
  }));

Deno.test("--socket names a station: without one nothing is read", () =>
  withFolder(async ({ run, folder, fill }) => {
    fill(({ history }) => history.put(aCall({})));
    const socket = `--socket=${folder}/none.sock`;
    for (const args of [["history", socket], ["contacts", "list", socket]]) {
      const { status, io } = await run(args);
      assert.deepEqual([status, io.stdout.text], [11, ""]);
    }
  }));

Deno.test("history and contacts load neither signalling, media nor the schemas of the contract", () => {
  const files = modulesBelow("src/station/records/own_records.ts");
  assert.deepEqual(
    files.filter((file) =>
      /^src\/(sip|media|audio|device_host|config|tui|control\/contract)\//.test(file)
    ),
    [],
  );
  assert.ok(files.includes("src/store/store.ts") && files.length < 60, files.join("\n"));
});
