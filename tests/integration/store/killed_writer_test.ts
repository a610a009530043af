/** kill -9 in the midst of writing: what was said to be written is there, and nothing is there by half. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../../../src/store/database/database.ts";
import { MIGRATIONS } from "../../../src/store/database/migrations.ts";
import { seeded, temporaryStore } from "../../fakes/store/temporary_store.ts";

const PROGRAM = fileURLToPath(new URL("../../fakes/store/writer_program.ts", import.meta.url));
const ROUNDS = 25;

function startWriter(path: string, first: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-all", PROGRAM, path, String(first)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Runs the writer, kills it `afterMs` after its `afterLines`th commit. @returns what it printed */
async function writeUntilKilled(path: string, first: number, afterLines: number, afterMs: number) {
  const child = startWriter(path, first);
  let text = "";
  let killAt: ReturnType<typeof setTimeout> | undefined;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (killAt === undefined && text.split("\n").length > afterLines) {
      killAt = setTimeout(() => child.kill("SIGKILL"), afterMs);
    }
  }
  const status = await child.status;
  assert.equal(status.signal, "SIGKILL");
  return text.split("\n").filter((line) => /^\d+$/.test(line)).map(Number);
}

Deno.test("a writer killed at any moment loses nothing that it had acknowledged", async () => {
  using temporary = temporaryStore();
  const random = seeded(20250102);
  const acknowledged: number[] = [];
  let first = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const lines = 1 + Math.floor(random() * 30);
    acknowledged.push(...await writeUntilKilled(temporary.path, first, lines, random() * 10));

    const store = temporary.open();
    const kinds = store.notices.map((notice) => notice.kind);
    assert.deepEqual(kinds, ["recovered"], `round ${round}: ${JSON.stringify(store.notices)}`);
    const groups = store.database.all<{ n: number; parts: number }>(
      "SELECT started_at AS n, count(*) AS parts FROM calls GROUP BY started_at ORDER BY 1",
    );
    const halves = groups.filter((group) => group.parts !== 3);
    assert.deepEqual(halves, [], `round ${round}: transactions in part`);
    const there = new Set(groups.map((group) => group.n));
    const lost = acknowledged.filter((n) => !there.has(n));
    assert.deepEqual(lost, [], `round ${round}: acknowledged and lost`);
    first = Math.max(-1, ...there) + 1;
    store.close();
  }
  assert.ok(acknowledged.length >= ROUNDS, `${acknowledged.length} transactions were written`);
});

Deno.test("killed while the store is being made, opened or brought up to date: the next one opens", async () => {
  using temporary = temporaryStore();
  const random = seeded(99);
  const started = performance.now();
  await writeUntilKilled(temporary.path, 0, 1, 0);
  // A whole life up to the first commit, on this machine, now.
  const lifeMs = performance.now() - started;
  let sawOpen = 0;
  for (let round = 0; round < 25; round++) {
    if (round % 5 <= 1) temporary.remove();
    if (round % 5 === 1) temporary.open({ migrations: MIGRATIONS.slice(0, 1) }).close();
    const child = startWriter(temporary.path, round * 1000);
    const killAt = setTimeout(() => child.kill("SIGKILL"), lifeMs * (0.3 + random()));
    const { stdout, signal } = await child.output();
    clearTimeout(killAt);
    assert.equal(signal, "SIGKILL");
    if (new TextDecoder().decode(stdout).startsWith("open")) sawOpen++;
    const store = temporary.open();
    assert.equal(store.database.pragma("integrity_check"), "ok");
    const setAside = store.notices.filter((notice) => notice.kind === "set-aside");
    assert.deepEqual(setAside, []);
    store.close();
  }
  assert.ok(sawOpen > 0, "no round came as far as an open store");
});

Deno.test("a second process is told who has the store; after kill -9 the lock is free", async () => {
  using temporary = temporaryStore();
  const child = startWriter(temporary.path, 0);
  const output = child.stdout.getReader();
  await output.read();
  try {
    assert.throws(() => temporary.open(), (error: { code: string; data: { pid: number } }) => {
      assert.equal(error.code, "store-locked");
      assert.equal(error.data.pid, child.pid);
      return true;
    });
    // A reader needs no lock.
    const reader = openDatabase({ path: temporary.path, mode: "read", now: Date.now });
    assert.equal(reader.database.pragma("user_version"), MIGRATIONS.length);
    reader.close();
  } finally {
    child.kill("SIGKILL");
    while (!(await output.read()).done);
    await child.status;
  }
  assert.equal(temporary.open().notices[0]?.kind, "recovered");
});
