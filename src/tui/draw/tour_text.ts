/** What the tour says now, with the keys as they are. Pure. */
import { keyLabel, type Keymap } from "../keys/mod.ts";
import { type AppState, STEPS } from "../model/mod.ts";
import type { Words } from "../look/mod.ts";

/** `Tour 2 of 13: Press m …`. */
export function tourText(state: AppState, words: Words, keymap: Keymap): string | undefined {
  const at = state.screen.tour;
  const step = at === undefined ? undefined : STEPS[at];
  if (at === undefined || step === undefined) return undefined;
  const keys = Object.fromEntries(
    step.keys.map((name) => [name.replace("view.", ""), keyLabel(keymap.keysOf(name)[0] ?? ":")]),
  );
  const count = words.t("tour.step", { number: at + 1, all: STEPS.length });
  return `${count} ${words.t(step.text, keys)}`;
}
