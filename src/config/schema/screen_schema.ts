/** The `[screen]` table of the configuration: how the phone's screen looks, and its keys. */
import { LANGUAGES, THEMES } from "../../base/names/mod.ts";
import { z } from "zod";

/** Which actions and keys there are is the key table's business: `docs/card.md` lists them. */
const keySchema = z.strictObject({
  action: z.string().min(1).describe("An action from docs/card.md.").meta({
    examples: ["mute"],
  }),
  keys: z.array(z.string().min(1)).describe(
    "Its new keys: a letter, f1 to f12, or ctrl+, alt+ or shift+ with a key.",
  ).meta({ examples: [["u", "f12"]] }),
});

export const screenSchema = z.strictObject({
  theme: z.enum(THEMES).optional().describe(
    "Colours. Default: none if NO_COLOR is set, otherwise by the terminal's background, otherwise dark.",
  ).meta({ examples: ["light"] }),
  ascii: z.boolean().default(false).describe("Draw with ASCII characters only."),
  language: z.enum(LANGUAGES).optional().describe("Default: from LANG.").meta({
    examples: ["de"],
  }),
  screen_reader: z.boolean().default(false).describe(
    "Write lines for a screen reader or braille display instead of a full screen.",
  ),
  mouse: z.boolean().default(false).describe(
    "Use the mouse: click hints, tabs and rows; hold Shift to select text.",
  ),
  keys: z.array(keySchema).default([]).describe("Changed keys of actions."),
}).prefault({}).describe("The phone's screen (`offhook tui`).");
