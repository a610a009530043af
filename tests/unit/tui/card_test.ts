/** The card and the manual say what the keys are now. */
import assert from "node:assert/strict";
import { ACTION_NAMES } from "../../../src/tui/model/action_names.ts";
import { cardMarkdown, keysManual } from "../../../src/tui/card.ts";
import { keyLabel, keymapOf } from "../../../src/tui/keys/keymap.ts";

const words = (text: string) =>
  text.replace(/\s+/g, " ").replace(/-{2,}/g, "-").replace(/ \|/g, "|");

Deno.test("docs/card.md is current (deno run -P=setup tools/make_card.ts)", async () => {
  const committed = await Deno.readTextFile(new URL("../../../docs/card.md", import.meta.url));
  assert.equal(words(committed), words(cardMarkdown()));
});

Deno.test("the card and the manual have every key of every action", () => {
  const keymap = keymapOf();
  const card = cardMarkdown();
  const manual = keysManual().replaceAll("\\-", "-");
  for (const name of ACTION_NAMES) {
    for (const key of keymap.keysOf(name)) {
      assert.ok(card.includes(`<kbd>${keyLabel(key)}</kbd>`), `${key} on the card`);
      assert.ok(manual.includes(keyLabel(key)), `${key} in the manual`);
    }
  }
});
