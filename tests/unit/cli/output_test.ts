/** Whatever a command writes, its terminal gets only what is harmless. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { say, sayJson } from "../../../src/cli/process/io.ts";
import { table } from "../../../src/cli/output/table.ts";
import { FakeIo } from "../../fakes/fake_io.ts";
import { assertHarmless, HOSTILE_LINES } from "../../support/hostile.ts";

const anyText = fc.array(fc.constantFrom(...HOSTILE_LINES, "a", "🙂", "[31m"))
  .map((parts) => parts.join(""));

Deno.test("every way out of the process is harmless, to a terminal and to a pipe", async () => {
  await fc.assert(fc.asyncProperty(anyText, fc.boolean(), async (text, tty) => {
    const io = new FakeIo({ tty: { stdout: tty, stderr: tty } });
    await io.stdout.write(text);
    await io.stdout.rows([text, text]);
    await io.stdout.rows(table([[text, "x"], ["y", text]]));
    await sayJson(io, { text });
    await say(io, text);
    if (tty) await io.stdout.data(text);
    assertHarmless(io.stdout.text);
    assertHarmless(io.stderr.text);
    assert.equal(io.stderr.text.split("\n").length, 2, "a line is one line");
  }));
});

Deno.test("data for another program is not touched", async () => {
  const io = new FakeIo();
  await io.stdout.data(HOSTILE_LINES);
  assert.equal(io.stdout.text, HOSTILE_LINES);
});

Deno.test("help keeps its colours and nothing else", async () => {
  const io = new FakeIo({ tty: { stdout: true } });
  await io.stdout.styled("\u001b[1mUsage\u001b[0m \u001b[2J\u001b]0;x\u0007");
  assert.equal(io.stdout.text, "\u001b[1mUsage\u001b[0m \ufffd[2J\ufffd]0;x\ufffd");
});

Deno.test("a cell of a thousand letters does not push the others away", () => {
  const [long, short] = table([["x".repeat(1000), "next"], ["y", "next"]]);
  assert.equal(long!.length, short!.length);
  assert.ok(long!.length < 130);
});
