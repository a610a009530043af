/** As many digits as a machine dials, and no more. */
import assert from "node:assert/strict";
import { DigitRate } from "../../../src/base/time/digit_rate.ts";

Deno.test("forty digits at once and twenty a second count", () => {
  const rate = new DigitRate();
  const counted = (digits: number, now: number) =>
    Array.from({ length: digits }, () => rate.take(now)).filter(Boolean).length;
  assert.equal(counted(1_000, 0), 40);
  assert.equal(counted(1_000, 1_000), 20);
  assert.equal(counted(1_000, 60_000), 40, "what was not used is not saved up");
  assert.equal(counted(1, 0), 0, "a clock that goes back gives none");
});
