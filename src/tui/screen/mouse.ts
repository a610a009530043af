/**
 * The mouse, for who likes it (`mouse = true`): a click on a hint, a tab or the keys of a banner acts;
 * on a row it chooses, on the chosen row it is Enter; the wheel moves in the list. Pure.
 *
 *     click ─► the frame as it stands ─► span in that column ─► action or choice
 *
 * Off by default: a terminal that reports its mouse selects text only with Shift held.
 */
import { type Act, frameRows, spanAt, type Stage } from "../draw/mod.ts";
import { type MouseEvent, paletteEntries, paletteRow } from "../keys/mod.ts";
import { chosenIndex } from "../model/mod.ts";

/** What it does now; undefined: nothing is there. */
export function meantBy({ what, column, row }: MouseEvent, stage: Stage): Act | undefined {
  if (what !== "click") return { action: what === "wheel-up" ? "up" : "down" };
  const clicked = frameRows(stage)[row];
  const act = clicked === undefined ? undefined : spanAt(clicked, column, stage.columns)?.act;
  if (act === undefined || !("choose" in act)) return act;
  return act.choose === chosenNow(stage) ? { action: "go" } : act;
}

function chosenNow({ state, words, keymap }: Stage): number {
  const { overlay } = state.screen;
  if (overlay?.name !== "palette") return chosenIndex(state);
  return paletteRow(paletteEntries(state, words, keymap, overlay.query), overlay.chosen);
}
