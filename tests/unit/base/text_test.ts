/** Nothing that others chose drives a terminal, and JSON loses none of it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { clean, cleanLines, jsonText, LONGEST_LINE, oneLine } from "../../../src/base/text.ts";
import { assertHarmless, HOSTILE, HOSTILE_LINES, MARK } from "../../support/hostile.ts";

/** Any UTF-16, also halves of a pair, and often what terminals act on. */
const anyText = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom(...HOSTILE_LINES),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  ),
).map((parts) => parts.join(""));

Deno.test("a line is one harmless line, whatever it was", () => {
  fc.assert(fc.property(anyText, (text) => {
    const line = clean(text);
    assertHarmless(line);
    assert.doesNotMatch(line, /[\n\t]/);
    assert.equal(clean(line), line, "cleaning twice changes nothing");
  }));
});

Deno.test("lines stay lines, and nothing else of control is left", () => {
  fc.assert(fc.property(anyText, (text) => {
    const lines = cleanLines(text);
    assertHarmless(lines);
    assert.equal(lines.split("\n").length, text.replaceAll("\r\n", "\n").split("\n").length);
  }));
});

Deno.test("JSON is harmless in every form, and reads back as it was", () => {
  fc.assert(fc.property(anyText, fc.constantFrom(undefined, 2), (text, space) => {
    const json = jsonText({ [text]: [text] }, space);
    assertHarmless(json);
    assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ [text]: [text] })));
  }));
  assert.equal(jsonText("\u009b\u202e\u{e0041}"), '"\\u009b\\u202e\\udb40\\udc41"');
});

Deno.test("names in every script stay as they are", () => {
  for (const name of ["Zoë Müller", "李小龍", "שרה", "محمد", "🙂 Ann", "Ünï©ode · “quoted”"]) {
    assert.equal(clean(name), name);
    assert.equal(cleanLines(name), name);
    assert.equal(jsonText(name), JSON.stringify(name));
  }
});

Deno.test("control is told by a mark, line ends by a blank, what is invisible goes", () => {
  assert.equal(clean("a\u001b[2Jb\u009bc\ud800d"), "a\ufffd[2Jb\ufffdc\ufffdd");
  assert.equal(clean("one\r\n   two\tthree"), "one two three");
  assert.equal(clean("a\u202eb\u200bc\ufeffd"), "abcd");
  assert.equal(cleanLines("one\r\ntwo\r"), "one\ntwo\ufffd");
  assert.ok(clean(HOSTILE).startsWith(`${MARK}\ufffd]0;title\ufffd`));
});

Deno.test("a line has a longest length, which no character is halved at", () => {
  for (const cut of [clean, oneLine]) {
    assert.equal(cut("x".repeat(LONGEST_LINE)).length, LONGEST_LINE);
    assert.equal(cut("x".repeat(1_000_000)), `${"x".repeat(LONGEST_LINE - 1)}…`);
    assert.equal(cut("ab🙂cd", 4), "ab…");
  }
});
