/** The palette's list: every action, found by letters, impossible ones with the reason. Pure. */
import { ACTION_NAMES, type ActionName, ACTIONS, titleOf } from "./actions.ts";
import { keyLabel, type Keymap } from "./keymap.ts";
import { fitOf } from "../model/search.ts";
import type { AppState } from "../model/state.ts";
import type { Words } from "../look/strings.ts";

export interface PaletteEntry {
  action: ActionName;
  title: string;
  keys: string;
  /** Why it is impossible now. */
  why?: string;
}

/** Not offered: what only moves about in the palette itself. */
const INSIDE: ReadonlySet<ActionName> = new Set([
  "up",
  "down",
  "pageUp",
  "pageDown",
  "erase",
  "clear",
]);

/** Best first; with nothing typed what is possible, in the order of the table. */
export function paletteEntries(
  state: AppState,
  words: Words,
  keymap: Keymap,
  query: string,
): PaletteEntry[] {
  return ACTION_NAMES.filter((name) => !INSIDE.has(name) && name !== "palette")
    .map((name, order) => {
      const why = ACTIONS[name].off(state);
      const title = words.t(titleOf(name, state));
      const fit = fitOf(query, title, name);
      const entry: PaletteEntry = {
        action: name,
        title,
        keys: keymap.keysOf(name).slice(0, 2).map(keyLabel).join(" "),
        ...(why === undefined ? {} : { why: words.t(why) }),
      };
      return { entry, fit, order };
    })
    .filter(({ fit }) => fit > 0)
    .sort((a, b) =>
      Number(a.entry.why !== undefined) - Number(b.entry.why !== undefined) || b.fit - a.fit ||
      a.order - b.order
    )
    .map(({ entry }) => entry);
}
