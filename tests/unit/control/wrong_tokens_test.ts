/** Guessing is slow, from one source; others, and those who are right, do not wait. */
import assert from "node:assert/strict";
import { WrongTokens } from "../../../src/control/server/wrong_tokens.ts";

Deno.test("each wrong token waits twice as long, up to five seconds, for its source alone", () => {
  let now = 0;
  const wrong = new WrongTokens(() => now);
  const waits = Array.from({ length: 8 }, () => wrong.add("192.0.2.1"));
  assert.deepEqual(waits, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  assert.equal(wrong.add("192.0.2.2"), 200);
  now = 59_000;
  assert.equal(wrong.add("192.0.2.1"), 5000);
  now += 60_001;
  assert.equal(wrong.add("192.0.2.1"), 200, "forgotten");
});

Deno.test("a million sources take no more memory than a thousand", () => {
  const wrong = new WrongTokens(() => 0);
  wrong.add("first");
  for (let source = 0; source < 1_000; source++) wrong.add(`${source}`);
  assert.equal(wrong.add("first"), 200, "the oldest was let go");
  assert.equal(wrong.add("999"), 400);
});
