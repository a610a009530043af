/** The `[screen]` table of the configuration: how the phone's screen looks, and its keys. */
import { z } from "zod";

/** Which actions and keys there are is the key table's business: `docs/card.md` lists them. */
const keySchema = z.strictObject({
  action: z.string().min(1).describe("An action, as docs/card.md names it.").meta({
    examples: ["mute"],
  }),
  keys: z.array(z.string().min(1)).describe(
    "The keys that it has instead: a letter, f1 to f12, ctrl+, alt+ or shift+ and a key.",
  ).meta({ examples: [["u", "f12"]] }),
});

export const screenSchema = z.strictObject({
  theme: z.enum(["dark", "light", "contrast", "none"]).optional().describe(
    "Colours; absent: none with NO_COLOR, else what the terminal says of its background, else dark.",
  ).meta({ examples: ["light"] }),
  ascii: z.boolean().default(false).describe("Draw with ASCII characters only."),
  language: z.enum(["en", "de", "es"]).optional().describe("Absent: what LANG says.").meta({
    examples: ["de"],
  }),
  screen_reader: z.boolean().default(false).describe(
    "Lines for a screen reader or braille display instead of a full screen.",
  ),
  mouse: z.boolean().default(false).describe(
    "Clicks on hints, tabs and rows act; the terminal then selects text only with Shift held.",
  ),
  keys: z.array(keySchema).default([]).describe("Other keys for actions."),
}).prefault({}).describe("The phone's screen (`offhook tui`).");
