/** When two programs fight for a headset, and which is left to the other. */
import assert from "node:assert/strict";
import { HeadsetContests } from "../../../src/station/desk/headset_contests.ts";

const MINUTE = 60_000;

Deno.test("two fights close together are too many; a quiet time forgets the first", () => {
  const contests = new HeadsetContests<string>();
  assert.equal(contests.fought("desk", 0), false);
  assert.equal(contests.fought("other", 1), false, "each headset counts for itself");
  assert.equal(contests.fought("desk", 11 * MINUTE), false);
  assert.equal(contests.fought("desk", 12 * MINUTE), true);
});

Deno.test("what was left stays so until it is unplugged or wanted back", () => {
  const contests = new HeadsetContests<string>();
  contests.fought("desk", 0);
  contests.leave("desk");
  contests.leave("other");
  contests.fought("desk", 60 * MINUTE);
  assert.ok(contests.isLeft("desk"));
  contests.delete("other");
  assert.ok(!contests.isLeft("other"));
  contests.clear();
  assert.ok(!contests.isLeft("desk"));
  assert.equal(contests.fought("desk", 60 * MINUTE), false);
});
