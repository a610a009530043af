/** What was probably meant by a mistyped word. */
import assert from "node:assert/strict";
import { editDistance, nearest } from "../../../src/base/nearest.ts";

Deno.test("edit distance counts swapped neighbours once", () => {
  assert.equal(editDistance("udp", "upd"), 1);
  assert.equal(editDistance("", "tcp"), 3);
  assert.equal(editDistance("kitten", "sitting"), 3);
});

Deno.test("nearest finds typos and beginnings, and says nothing when nothing is near", () => {
  const words = ["transport", "server", "user", "register", "tls"];
  assert.equal(nearest("transprot", words), "transport");
  assert.equal(nearest("SERVER", words), "server");
  assert.equal(nearest("trans", words), "transport");
  assert.equal(nearest("colour", words), undefined);
  assert.equal(nearest("x", words), undefined);
});
