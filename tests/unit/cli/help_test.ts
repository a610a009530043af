/** The help as a person reads it: at 80 columns, with examples that can be typed. */
import assert from "node:assert/strict";
import { runCli } from "../../../src/cli/cli.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { FakeIo } from "../../fakes/fake_io.ts";

async function help(...args: string[]): Promise<string> {
  const io = new FakeIo();
  assert.equal(await runCli([...args, "--help"], { io }), 0);
  return io.stdout.text;
}

Deno.test("every page fits 80 columns", async () => {
  for (const words of [[], ...COMMANDS.map(({ name }) => [name])]) {
    for (const line of (await help(...words)).split("\n")) {
      assert.ok(line.length <= 80, `offhook ${words.join(" ")} --help: ${line}`);
    }
  }
});

Deno.test("examples are whole lines that begin with the program that they start", async () => {
  for (const { name } of COMMANDS) {
    const [, examples = ""] = (await help(name)).split("\nExamples:\n");
    for (const line of examples.split("\n").filter((line) => line !== "")) {
      assert.match(line, /^ {2}(?:offhook |pass show \S+ \| offhook )/, `offhook ${name} --help`);
    }
  }
});

Deno.test("a time limit is explained for the command that has it", async () => {
  assert.match(await help("dial"), /--timeout DURATION +Give up when nobody answers.*60\s+s/s);
  assert.match(await help("answer"), /--timeout DURATION +Give up when nobody calls.*no\s+limit/s);
  assert.doesNotMatch(await help("answer"), /60 s/);
});

Deno.test("what was meant is told by the name, not by its dashes", async () => {
  const told = async (...args: string[]) => {
    const io = new FakeIo();
    assert.equal(await runCli(args, { io }), 2);
    return io.stderr.text;
  };
  assert.match(await told("dial", "600", "--durration", "1s"), /Did you mean --duration\?/);
  assert.doesNotMatch(await told("dial", "600", "--tonee"), /Did you mean/);
  assert.match(await told("events", "--filter", "call.endet"), /Did you mean "call.ended"\?/);
});
