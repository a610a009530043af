/** The form of log lines, and how they reach their place. */
import { LOG_LEVELS } from "../../../src/config/values/constants.ts";
import assert from "node:assert/strict";
import type { LogLevel } from "../../../src/station/log/log_line.ts";
import { announce, formatted, type LogRecord, openLog } from "../../../src/cli/phone/log.ts";
import { loadConfig } from "../../../src/config/file/load.ts";
import { FakeIo } from "../../fakes/fake_io.ts";

const RECORD: LogRecord = {
  level: "warning",
  text: "call to sip:bob@x: ending\n  twice",
  time: Date.parse("2026-03-01T12:00:00Z"),
  facts: { call: "c1", callId: "abc@host" },
};

Deno.test("a line is one line: words, JSON, or JSON with its priority", () => {
  assert.equal(
    formatted(RECORD, "words"),
    "2026-03-01T12:00:00.000Z warning [abc@host] call to sip:bob@x: ending twice",
  );
  const json = {
    time: "2026-03-01T12:00:00.000Z",
    level: "warning",
    text: "call to sip:bob@x: ending twice",
    call: "c1",
    callId: "abc@host",
  };
  assert.deepEqual(JSON.parse(formatted(RECORD, "json")), json);
  const [, priority, text] = /^<([0-7])>(.*)$/.exec(formatted(RECORD, "journal"))!;
  assert.equal(priority, "4");
  assert.deepEqual(JSON.parse(text), json);
});

const logLevelOf = ({ logLevel = "warning" }: Record<string, string>) => logLevel as LogLevel;

async function logged(
  flags: Record<string, string>,
  options: ConstructorParameters<typeof FakeIo>[0] = {},
  piped: "words" | "json" = "json",
): Promise<string> {
  const io = new FakeIo(options);
  const { environment, cwd } = io;
  const log = await openLog(await loadConfig({ flags, environment, cwd }), io, piped);
  const wanted = () => LOG_LEVELS.filter((level) => log.write.wants?.(level));
  assert.deepEqual(wanted(), LOG_LEVELS.slice(LOG_LEVELS.indexOf(logLevelOf(flags))));
  log.write("an info");
  log.write("a warning", { level: "warning", callId: "x@y" });
  const more = { ...flags, logLevel: "debug" };
  (await log.reopen(await loadConfig({ flags: more, environment, cwd })))();
  assert.deepEqual(wanted(), LOG_LEVELS.slice(LOG_LEVELS.indexOf("debug")));
  log.write("a detail", { level: "debug" });
  log.close();
  log.write("after the end", { level: "fatal" });
  return io.stderr.text;
}

Deno.test("the level chooses, and changes while the log is open", async () => {
  const lines = (await logged({})).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ level, text }) => [level, text]), [
    ["warning", "a warning"],
    ["debug", "a detail"],
  ]);
  assert.equal(lines[0].callId, "x@y");
  const words = await logged({ logLevel: "info" }, { tty: { stderr: true } });
  assert.match(words, /^1970-\S+ info an info\n1970-\S+ warning \[x@y\] a warning\n/);
  assert.match(await logged({}, {}, "words"), /^1970-\S+ warning \[x@y\] a warning\n/);
});

Deno.test("a file gets JSON; one that cannot be written is told", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.log`;
  assert.equal(await logged({ logFile: path }), "");
  const text = await Deno.readTextFile(path);
  assert.equal(JSON.parse(text.split("\n")[0]!).text, "a warning");
  await assert.rejects(logged({ logFile: `${folder}/none/a.log` }), /cannot write the log/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what no level holds back stands as the lines of the log do", async () => {
  const error = { code: "file-unusable", message: "no space", hint: "Make some." } as const;
  const piped = new FakeIo();
  await announce(piped, "json", "station on /x");
  await announce(piped, "json", "no space (Make some.)", { level: "fatal", error });
  const lines = piped.stderr.text.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ level, text }) => [level, text]), [
    ["info", "station on /x"],
    ["fatal", "no space (Make some.)"],
  ]);
  assert.deepEqual(lines[1].error, error);
  const terminal = new FakeIo({ tty: { stderr: true } });
  await announce(terminal, "json", "station on /x");
  assert.equal(terminal.stderr.text, "station on /x\n");
});

Deno.test("a Call-ID of a million letters makes no line of a million letters", () => {
  const record = { ...RECORD, text: "x".repeat(1e6), facts: { callId: "y".repeat(1e6) } };
  for (const form of ["words", "json", "journal"] as const) {
    assert.ok(formatted(record, form).length < 5_000, form);
  }
});
