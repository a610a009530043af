/** The `[screen]` table of the configuration: how the phone's screen looks, and its keys. */
import { LANGUAGES, THEMES } from "../../base/names/mod.ts";
import * as shape from "./shapes.ts";

/** Which actions and keys there are is the key table's business: `docs/card.md` lists them. */
const keySchema = shape.table({
  action: shape.string().min(1).describe("An action from docs/card.md.").meta({
    examples: ["mute"],
  }),
  keys: shape.array(shape.string().min(1)).describe(
    "Its new keys: a letter, f1 to f12, or ctrl+, alt+ or shift+ with a key.",
  ).meta({ examples: [["u", "f12"]] }),
});

export const screenSchema = shape.table({
  theme: shape.oneOf(THEMES).optional().describe(
    "Colours. Default: none if NO_COLOR is set, otherwise by the terminal's background, otherwise dark.",
  ).meta({ examples: ["light"] }),
  ascii: shape.boolean().default(false).describe("Draw with ASCII characters only."),
  language: shape.oneOf(LANGUAGES).optional().describe("Default: from LANG.").meta({
    examples: ["de"],
  }),
  screen_reader: shape.boolean().default(false).describe(
    "Write lines for a screen reader or braille display instead of a full screen.",
  ),
  mouse: shape.boolean().default(false).describe(
    "Use the mouse: click hints, tabs and rows; hold Shift to select text.",
  ),
  keys: shape.array(keySchema).default([]).describe("Changed keys of actions."),
}).orEmpty().describe("The phone's screen (`offhook tui`).");
