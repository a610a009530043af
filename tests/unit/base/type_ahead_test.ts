/** Letters wait after a change, and act as soon as they may. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SETTLE_MS, TypeAhead } from "../../../src/base/time/type_ahead.ts";

Deno.test("letters do nothing for 700 ms after a change, and act then", () => {
  const typeAhead = new TypeAhead();
  assert.equal(typeAhead.drops(0), false);
  typeAhead.changed(1_000);
  assert.equal(typeAhead.drops(1_000 + SETTLE_MS), false);
  typeAhead.changed(2_000);
  assert.equal(typeAhead.drops(2_000), true);
  assert.equal(typeAhead.drops(2_000 + SETTLE_MS), false);
});

Deno.test("a word that began before the end of the wait acts with none of its letters, typed slowly or fast", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: SETTLE_MS - 1 }),
    fc.array(fc.integer({ min: 0, max: SETTLE_MS - 1 }), { maxLength: 30 }),
    (first, gaps) => {
      const typeAhead = new TypeAhead();
      typeAhead.changed(0);
      let at = first;
      assert.equal(typeAhead.drops(at), true);
      for (const gap of gaps) assert.equal(typeAhead.drops(at += gap), true);
      assert.equal(typeAhead.drops(at + SETTLE_MS), false);
    },
  ));
});
