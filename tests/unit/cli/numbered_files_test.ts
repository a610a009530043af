/** Files of several calls never overwrite one another, nor what was there before. */
import assert from "node:assert/strict";
import { NumberedFiles } from "../../../src/cli/commands/answer/numbered_files.ts";

const ENDPOINTS = {
  microphone: { kind: "silence" },
  speaker: { kind: "file", path: "/x/heard" },
  record: "/x/caller.wav",
} as const;

Deno.test("each call gets the next number, and one that is taken by any file is left out", async () => {
  const there = new Set(["/x/caller-2.wav", "/x/heard-3"]);
  const files = new NumberedFiles((path) => Promise.resolve(there.has(path)));
  const numbers: string[] = [];
  for (let call = 0; call < 3; call++) {
    const { record, speaker } = await files.next(ENDPOINTS);
    assert.ok(speaker.kind === "file");
    numbers.push(`${record} ${speaker.path}`);
  }
  assert.deepEqual(numbers, [
    "/x/caller-1.wav /x/heard-1",
    "/x/caller-4.wav /x/heard-4",
    "/x/caller-5.wav /x/heard-5",
  ]);
});

Deno.test("endpoints without files stay as they are", async () => {
  const endpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } } as const;
  assert.equal(await new NumberedFiles().next(endpoints), endpoints);
});
