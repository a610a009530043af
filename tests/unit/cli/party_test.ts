/** The party of `--from`, as a From header and as an error. */
import assert from "node:assert/strict";
import { partyOf } from "../../../src/cli/phone/party.ts";

Deno.test("a caller is written as in a From header, quotes in the name escaped", () => {
  const table = [
    ["sip:a@b", { uri: "sip:a@b" }],
    ["Ann Example <sip:a@b>", { uri: "sip:a@b", displayName: "Ann Example" }],
    ['"Ann" <sip:a@b>', { uri: "sip:a@b", displayName: "Ann" }],
    [String.raw`"Bö \"b\" \\" <sip:a@b>`, { uri: "sip:a@b", displayName: String.raw`Bö "b" \ ` }],
    ['"" <sip:a@b>', { uri: "sip:a@b" }],
    // The phone knows whose number it is.
    ["Ann <600>", { uri: "600", displayName: "Ann" }],
  ] as const;
  for (const [text, expected] of table) {
    const name = "displayName" in expected ? { displayName: expected.displayName.trim() } : {};
    assert.deepEqual(partyOf(text), { uri: expected.uri, ...name });
  }
});

Deno.test("what is no caller says how one is written", () => {
  assert.throws(() => partyOf('"Ann <sip:a@b>'), { code: "usage" });
});
