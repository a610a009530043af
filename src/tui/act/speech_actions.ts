/** Switches of what our sound passes before it is sent: in the palette, without keys of their own. */
import type { SpeechFilter } from "../../core/media/mod.ts";
import type { Action, Desk } from "./action.ts";
import { type AppState, lost } from "../model/mod.ts";

export function speechSwitch(filter: SpeechFilter): Action {
  return {
    group: "calls",
    keys: {},
    does: `action.${filter}`,
    disabled: lost,
    run: (desk, state) => turn(desk, state, filter),
  };
}

async function turn(desk: Desk, { phone }: AppState, filter: SpeechFilter): Promise<void> {
  const on = !phone.speech[filter];
  if (await desk.ask("speech", { speech: { [filter]: on } }) === undefined) return;
  desk.undoable({ kind: "speech", speech: { [filter]: !on } });
  desk.say(`speech.${filter}.${on ? "on" : "off"}`);
}
