/** The file behind the store: one writer, many readers, private, versioned. */
import assert from "node:assert/strict";
import { History } from "../../../src/store/history/history.ts";
import { type Migration, MIGRATIONS } from "../../../src/store/database/migrations.ts";
import { Database } from "../../../src/store/database/sqlite.ts";
import { sampleCall } from "../../fakes/store/sample_call.ts";
import { seeded, temporaryStore } from "../../fakes/store/temporary_store.ts";

/** Asserts that `work` throws an OffhookError of this code whose message matches. */
function throwsStore(work: () => unknown, code: string, message: RegExp) {
  assert.throws(work, (error: { code: string; message: string; hint?: string }) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.hint, "a hint says what to do");
    return true;
  });
}

function raw(path: string, script: string) {
  const database = new Database(path, { readOnly: false, busyTimeoutMs: 0 });
  database.exec(script);
  database.close();
}

Deno.test("a new store is in WAL mode, private, versioned, and says nothing", () => {
  using temporary = temporaryStore();
  const { database, notices } = temporary.open();
  assert.equal(database.pragma("journal_mode"), "wal");
  assert.equal(database.pragma("foreign_keys"), 1);
  assert.equal(database.pragma("busy_timeout"), 5000);
  assert.equal(database.pragma("user_version"), MIGRATIONS.at(-1)?.version);
  assert.equal(Deno.statSync(temporary.path).mode! & 0o777, 0o600);
  new History(database).put(sampleCall());
  assert.equal(Deno.statSync(`${temporary.path}-wal`).mode! & 0o777, 0o600);
  assert.deepEqual(notices, []);
});

Deno.test("a second writer is refused while the first is open, and served after", () => {
  using temporary = temporaryStore();
  const first = temporary.open();
  throwsStore(() => temporary.open(), "store-locked", new RegExp(`process ${Deno.pid} since 2025`));
  first.close();
  first.close();
  assert.deepEqual(temporary.open().notices, []);
});

Deno.test("a reader sees what the writer wrote and cannot write", () => {
  using temporary = temporaryStore();
  const writer = temporary.open();
  new History(writer.database).put(sampleCall());
  const reader = temporary.open({ mode: "read" });
  assert.equal(new History(reader.database).list().records.length, 1);
  throwsStore(() => new History(reader.database).put(sampleCall()), "store-failed", /readonly/);
});

Deno.test("a reader of a store that is not there yet sees an empty one and makes no file", () => {
  using temporary = temporaryStore();
  const reader = temporary.open({ mode: "read" });
  assert.deepEqual(new History(reader.database).list().records, []);
  assert.deepEqual([...Deno.readDirSync(temporary.folder)], []);
});

Deno.test("a writer that closes beside a reader still ends clean", () => {
  using temporary = temporaryStore();
  const writer = temporary.open();
  const reader = temporary.open({ mode: "read" });
  new History(writer.database).put(sampleCall());
  writer.close();
  assert.equal(new History(reader.database).list().records.length, 1);
  assert.deepEqual(temporary.open().notices, []);
});

Deno.test("migrations run once, in order, and a failing one leaves the version before it", () => {
  using temporary = temporaryStore();
  const one: Migration = {
    version: 1,
    name: "one",
    sql: "CREATE TABLE a (x); INSERT INTO a VALUES (1)",
  };
  const two: Migration = { version: 2, name: "two", sql: "INSERT INTO a VALUES (2)" };
  const bad: Migration = {
    version: 3,
    name: "bad",
    sql: "INSERT INTO a VALUES (3); SELECT nonsense",
  };
  temporary.open({ migrations: [one] }).close();
  const second = temporary.open({ migrations: [one, two] });
  assert.equal(second.notices[0]?.message.endsWith("from schema version 1 to 2"), true);
  second.close();
  throwsStore(() => temporary.open({ migrations: [one, two, bad] }), "store-failed", /nonsense/);
  const { database } = temporary.open({ migrations: [one, two] });
  assert.deepEqual(database.all<{ x: number }>("SELECT x FROM a").map((row) => row.x), [1, 2]);
});

Deno.test("a reader brings an older store up to date first", () => {
  using temporary = temporaryStore();
  temporary.open({ migrations: MIGRATIONS.slice(0, 1) }).close();
  const reader = temporary.open({ mode: "read" });
  assert.equal(reader.database.pragma("user_version"), MIGRATIONS.length);
  assert.equal(reader.database.readOnly, true);
});

Deno.test("released migrations are consecutive from 1", () => {
  assert.deepEqual(MIGRATIONS.map((step) => step.version), MIGRATIONS.map((_, index) => index + 1));
});

for (const mode of ["read", "write"] as const) {
  Deno.test(`a store of a later version is refused and left alone (${mode})`, () => {
    using temporary = temporaryStore();
    temporary.open().close();
    raw(temporary.path, "PRAGMA user_version = 99");
    const before = Deno.readFileSync(temporary.path);
    throwsStore(() => temporary.open({ mode }), "store-newer", /offhook\.db has schema version 99/);
    assert.deepEqual(Deno.readFileSync(temporary.path), before);
  });

  Deno.test(`a database of another program is refused, not set aside (${mode})`, () => {
    using temporary = temporaryStore();
    raw(temporary.path, "CREATE TABLE theirs (x)");
    throwsStore(() => temporary.open({ mode }), "store-failed", /database of another program/);
    assert.equal(
      [...Deno.readDirSync(temporary.folder)].some((e) => e.name.includes("broken")),
      false,
    );
  });
}

Deno.test("a folder that is not there, and a folder in the file's place, are named", () => {
  using temporary = temporaryStore();
  const missing = `${temporary.folder}/none/offhook.db`;
  throwsStore(() => temporary.open({ path: missing }), "store-failed", /none\/offhook\.db/);
  const folder = `${temporary.folder}/folder.db`;
  Deno.mkdirSync(folder);
  throwsStore(() => temporary.open({ path: folder }), "store-failed", /folder\.db/);
});

Deno.test("a broken file is set aside with a date, said, and a new store begun", () => {
  using temporary = temporaryStore();
  Deno.writeTextFileSync(temporary.path, "this is no database at all. ".repeat(100));
  throwsStore(() => temporary.open({ mode: "read" }), "store-failed", /damaged/);
  const store = temporary.open();
  const aside = `${temporary.path}.broken-20250102T120000Z`;
  assert.match(Deno.readTextFileSync(aside), /^this is no database/);
  assert.equal(store.notices[0]?.kind, "set-aside");
  assert.ok(store.notices[0]?.message.includes(aside), store.notices[0]?.message);
  new History(store.database).put(sampleCall());
  store.close();

  // Broken again within the second: the first one is not overwritten.
  Deno.writeTextFileSync(temporary.path, "and again: still no database. ".repeat(100));
  temporary.open();
  assert.match(Deno.readTextFileSync(`${aside}-2`), /^and again/);
  assert.match(Deno.readTextFileSync(aside), /^this is no database/);
});

Deno.test("damage that only a whole check finds: found after a crash, rows around it are saved", () => {
  using temporary = temporaryStore();
  const store = temporary.open();
  const history = new History(store.database);
  for (let n = 0; n < 400; n++) {
    history.put(sampleCall({ id: `${n}`, startedAt: n, reason: "r".repeat(300) }));
  }
  const root = store.database.get<{ page: number }>(
    "SELECT pageno AS page FROM dbstat WHERE name = 'calls' AND pagetype = 'leaf' LIMIT 1 OFFSET 9",
  );
  store.close();
  const bytes = Deno.readFileSync(temporary.path);
  bytes.fill(0x5a, (root!.page - 1) * 4096, root!.page * 4096);
  Deno.writeFileSync(temporary.path, bytes);
  Deno.writeTextFileSync(`${temporary.path}.lock`, "left by a crash");

  const opened = temporary.open();
  assert.deepEqual(opened.notices.map((notice) => notice.kind), ["set-aside", "salvaged"]);
  const left = new History(opened.database).list({ limit: 1000 }).records.length;
  assert.ok(left > 300 && left < 400, `${left} of 400 calls were saved`);
  assert.equal(opened.database.pragma("integrity_check"), "ok");
});

Deno.test("damage met while running is told, and makes the next start check the file", () => {
  using temporary = temporaryStore();
  const store = temporary.open();
  const history = new History(store.database);
  for (let n = 0; n < 400; n++) history.put(sampleCall({ id: `${n}`, reason: "r".repeat(300) }));
  store.close();
  const bytes = Deno.readFileSync(temporary.path);
  // Everything but the first pages, which opening reads.
  bytes.fill(0x5a, 20 * 4096);
  Deno.writeFileSync(temporary.path, bytes);
  const broken = temporary.open();
  assert.deepEqual(broken.notices, []);
  throwsStore(
    () => broken.database.all("SELECT * FROM calls NOT INDEXED"),
    "store-failed",
    /damaged.*malformed/,
  );
  assert.equal(broken.database.damaged, true);
  broken.close();
  assert.equal(temporary.open().notices[0]?.kind, "set-aside");
});

Deno.test("whatever bytes are overwritten after a crash, the phone gets a store that works", () => {
  using temporary = temporaryStore();
  const store = temporary.open();
  const history = new History(store.database);
  for (let n = 0; n < 60; n++) history.put(sampleCall({ id: `${n}`, reason: "r".repeat(200) }));
  store.close();
  const whole = Deno.readFileSync(temporary.path);
  const random = seeded(7);
  for (let round = 0; round < 60; round++) {
    const bytes = whole.slice(0, random() < 0.3 ? Math.floor(random() * whole.length) : undefined);
    for (let hits = Math.floor(random() * 5); hits > 0; hits--) {
      const at = Math.floor(random() * bytes.length);
      bytes.fill(Math.floor(random() * 256), at, at + Math.floor(random() * 300));
    }
    Deno.writeFileSync(temporary.path, bytes);
    Deno.writeTextFileSync(`${temporary.path}.lock`, "left by a crash");
    try {
      const again = temporary.open();
      new History(again.database).put(sampleCall({ id: `new-${round}` }));
      assert.equal(again.database.pragma("integrity_check"), "ok", `round ${round}`);
      again.close();
    } catch (error) {
      // The header may now say another program or version: that is refused, by name.
      assert.match((error as Error).message, /another program|schema version/, `round ${round}`);
      Deno.removeSync(temporary.path);
    }
  }
});

Deno.test("a full disk costs the record that did not fit; when there is space again, all is well", () => {
  using temporary = temporaryStore();
  const { database } = temporary.open();
  const history = new History(database);
  history.put(sampleCall({ id: "before" }));
  const pages = Number(database.pragma("page_count"));
  database.pragma(`max_page_count = ${pages}`);
  const large = sampleCall({ id: "large", reason: "r".repeat(100_000) });
  throwsStore(() => history.put(large), "store-failed", /full/);
  database.pragma("max_page_count = 100000");
  history.put(sampleCall({ id: "after" }));
  assert.deepEqual(history.list().records.map((record) => record.id), ["after", "before"]);
});

Deno.test("a transaction that throws leaves nothing, also from inside another", () => {
  using temporary = temporaryStore();
  const { database } = temporary.open();
  const history = new History(database);
  assert.throws(() =>
    database.transaction(() => {
      history.put(sampleCall({ id: "a" }));
      database.transaction(() => history.put(sampleCall({ id: "b" })));
      throw new Error("given up");
    }), /given up/);
  assert.deepEqual(history.list().records, []);
  history.put(sampleCall({ id: "c" }));
  assert.equal(history.list().records.length, 1);
});
