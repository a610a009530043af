/**
 * The one table of everything that the screen can do: what it is called, its keys, when it is
 * possible, and what it does. Hints, the `?` page, the palette, the card and the manual are made of
 * it.
 *
 * An action that is missing here, or that no union names, does not compile.
 */
import type { ActionName, AppState } from "../model/mod.ts";
import type { Action } from "./action.ts";
import { CALL_ACTIONS } from "./call_actions.ts";
import { CONTACT_ACTIONS } from "./contact_actions.ts";
import { LIST_ACTIONS } from "./list_actions.ts";
import { PROGRAM_ACTIONS } from "./program_actions.ts";
import type { StringKey } from "../look/mod.ts";

export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  ...LIST_ACTIONS,
  ...CALL_ACTIONS,
  ...CONTACT_ACTIONS,
  ...PROGRAM_ACTIONS,
};

/** What it would do now. */
export function doesNow(name: ActionName, state: AppState): StringKey {
  const { does } = ACTIONS[name];
  return typeof does === "string" ? does : does.now(state);
}

/** Its name where there is no now. */
export function nameOfAction(name: ActionName): StringKey {
  const { does } = ACTIONS[name];
  return typeof does === "string" ? does : does.name;
}

/** Why it is impossible now. */
export function whyNot(name: ActionName, state: AppState): StringKey | undefined {
  return ACTIONS[name].disabled?.(state);
}
