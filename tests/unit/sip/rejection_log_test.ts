/** What hostile messages leave in the log: a line a source, and a count. */
import assert from "node:assert/strict";
import { RejectionLog } from "../../../src/sip/limits/rejection_log.ts";

function aLog() {
  let now = 1_000_000;
  const lines: string[] = [];
  const log = new RejectionLog((text) => lines.push(text), () => now);
  return { log, lines, pass: (ms: number) => now += ms };
}

Deno.test("thousands of messages of a source are two lines a minute", () => {
  const { log, lines, pass } = aLog();
  for (let count = 0; count < 4_000; count++) log.add("192.0.2.66", `reason ${count}`);
  log.add("192.0.2.7", "it has no SIP start line");
  assert.deepEqual(lines, [
    "a message from 192.0.2.66 was not taken: reason 0",
    "a message from 192.0.2.7 was not taken: it has no SIP start line",
  ]);
  pass(60_000);
  log.add("192.0.2.7", "again");
  assert.deepEqual(lines.slice(2), [
    "3999 more messages from 192.0.2.66 were not taken",
    "a message from 192.0.2.7 was not taken: again",
  ]);
});

Deno.test("however many sources there are, there are thirty lines a minute", () => {
  const { log, lines } = aLog();
  for (let count = 0; count < 9_000; count++) log.add(`10.0.${count % 40}.${count % 250}`, "why");
  log.flush();
  assert.ok(lines.length <= 30, `${lines.length} lines`);
  assert.match(lines.at(-1)!, /^\d+ messages from further addresses were not taken$/);
  log.flush();
  assert.ok(lines.length <= 30, "nothing is told twice");
});
