/** Columns hold, whatever a name is made of. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { layOut } from "../../../src/tui/draw/rows.ts";
import { assertHarmless } from "../../support/hostile.ts";
import { cellText, clip, fit, shortAddress, width, wrap } from "../../../src/tui/look/text.ts";

const NAMES = [
  "Bob",
  "李小龍",
  "محمد بن سلمان",
  "שרה \u202eevil",
  "👩‍👩‍👧‍👦 family",
  "👍🏽 Ann",
  "🇩🇪 Berlin",
  "e\u0301clair",
  "tab\tnew\nline\u001b[31m",
  "❤️ x",
];

Deno.test("a row is exactly as wide as the screen, whoever calls", () => {
  for (const name of NAMES) {
    for (const columns of [1, 7, 12, 40, 80]) {
      const row = [{ text: "● " }, { text: name, grow: true }, { text: " 0:12", drop: 1 }];
      const spans = layOut(row, columns);
      const total = spans.reduce((sum, { text }) => sum + width(text), 0);
      assert.equal(total, columns, `${name} in ${columns}`);
    }
  }
});

Deno.test("nothing that moves the cursor or turns the direction is left", () => {
  for (const name of NAMES) {
    assertHarmless(cellText(name));
  }
  assert.equal(cellText("🇩🇪 Berlin"), "DE Berlin");
});

Deno.test("any text fits any width", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(60), (text, columns) => {
      assert.equal(width(fit(cellText(text), columns)), columns);
      assert.ok(width(clip(cellText(text), columns)) <= columns);
    }),
    { numRuns: 300 },
  );
});

Deno.test("words are wrapped whole, and addresses shortened to what people say", () => {
  assert.deepEqual(wrap("one two  three", 8), ["one two", "three"]);
  assert.equal(shortAddress("sip:600@127.0.0.1:5560;transport=tcp"), "600");
  assert.equal(shortAddress("tel:+4930123"), "+4930123");
  assert.equal(shortAddress("sip:example.test"), "example.test");
  assert.equal(shortAddress("sip:a%20b@x"), "a b");
});
