/** The palette's list: every action, found by letters, impossible ones with the reason. Pure. */
import { ACTIONS, doesNow, whyNot } from "../act/mod.ts";
import { ACTION_NAMES, type ActionName, type AppState, fitOf } from "../model/mod.ts";
import { keyLabel, type Keymap } from "./keymap.ts";
import type { Words } from "../look/mod.ts";

export interface PaletteEntry {
  action: ActionName;
  title: string;
  keys: string;
  /** Why it is impossible now. */
  why?: string;
}

/** Not offered: what only moves about in the palette itself. */
const INSIDE: ReadonlySet<ActionName> = new Set([
  "palette",
  "up",
  "down",
  "pageUp",
  "pageDown",
  "clear",
]);

/** So many letters name what harms; fewer may have been meant for something else. */
const MEANT = 3;

/** Best first, the impossible last; what harms is never first by itself. */
export function paletteEntries(
  state: AppState,
  words: Words,
  keymap: Keymap,
  query: string,
): PaletteEntry[] {
  const rank = (name: ActionName) =>
    whyNot(name, state) !== undefined ? 2 : ACTIONS[name].harms && query.length < MEANT ? 1 : 0;
  return ACTION_NAMES.filter((name) => !INSIDE.has(name))
    .map((name) => {
      const title = words.t(doesNow(name, state));
      return { name, title, rank: rank(name), fit: fitOf(query, title, name) };
    })
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => a.rank - b.rank || b.fit - a.fit)
    .map(({ name, title }): PaletteEntry => {
      const why = whyNot(name, state);
      const keys = keymap.keysOf(name).slice(0, 2).map(keyLabel).join(" ");
      return { action: name, title, keys, ...(why === undefined ? {} : { why: words.t(why) }) };
    });
}

/** The row that is chosen: the one that somebody moved to, wherever it stands now, else the first. */
export function paletteRow(entries: readonly PaletteEntry[], chosen?: ActionName): number {
  return Math.max(0, entries.findIndex(({ action }) => action === chosen));
}
