/** Clients that say nothing: few, and in nobody's way. */
import assert from "node:assert/strict";
import { Newcomers } from "../../../src/control/server/newcomers.ts";

Deno.test("the oldest of the source with most strangers makes way", () => {
  const ended: string[] = [];
  const strangers = new Newcomers<string>(4, (stranger) => ended.push(stranger));
  strangers.add("quiet", "192.0.2.7");
  for (const name of ["a", "b", "c", "d"]) strangers.add(name, "192.0.2.66");
  assert.deepEqual(ended, ["a"]);
  strangers.add("another", "192.0.2.8");
  assert.deepEqual(ended, ["a", "b"]);
  strangers.delete("c");
  strangers.add("yet another", "192.0.2.9");
  assert.deepEqual([ended.length, strangers.size], [2, 4]);
});
