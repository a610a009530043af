/** The words of `offhook devices`. */
import assert from "node:assert/strict";
import { parse } from "@optique/core/parser";
import { devicesParser } from "../../../src/cli/commands/devices/devices.ts";

Deno.test("without a word the devices are listed", () => {
  const rows: [string[], { action: string; json: boolean }][] = [
    [[], { action: "list", json: false }],
    [["--json"], { action: "list", json: true }],
    [["use", "--json"], { action: "use", json: true }],
  ];
  for (const [words, expected] of rows) {
    const result = parse(devicesParser, words);
    assert.ok(result.success, words.join(" "));
    const { action, json } = result.value;
    assert.deepEqual({ action, json }, expected);
  }
});
