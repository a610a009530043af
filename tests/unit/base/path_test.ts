/** Paths are what Node makes of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { posix } from "node:path";
import { dirname, isAbsolute, join, resolve } from "../../../src/base/path/mod.ts";

const part = fc.constantFrom(
  "",
  "a",
  "b c",
  ".",
  "..",
  "...",
  "/",
  "//",
  "x/y",
  "../z/",
  "/r",
  "\n",
);
const path = fc.array(part, { maxLength: 5 }).map((parts) => parts.join("/"));
const loose = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(""));

Deno.test("join, resolve, dirname and isAbsolute agree with Node's", () => {
  fc.assert(
    fc.property(path, fc.oneof(path, loose), (one, other) => {
      assert.equal(join(one, other), posix.join(one, other));
      assert.equal(join(one), posix.join(one));
      assert.equal(resolve(`/${one}`, other), posix.resolve(`/${one}`, other));
      // Of several slashes in a row Node keeps some.
      const single = other.replaceAll(/\/+/g, "/");
      assert.equal(dirname(single), posix.dirname(single), JSON.stringify(single));
      assert.equal(isAbsolute(other), posix.isAbsolute(other));
    }),
    { numRuns: 3_000 },
  );
});
