/** Switches of what our sound passes before it is sent: in the palette, without keys of their own. */
import { ECHO_WAYS, type SpeechSwitch } from "../../core/media/mod.ts";
import type { Action, Desk } from "./action.ts";
import { type AppState, lost } from "../model/mod.ts";

export function speechSwitch(filter: SpeechSwitch): Action {
  return {
    group: "calls",
    keys: {},
    does: `action.${filter}`,
    disabled: lost,
    run: (desk, state) => turn(desk, state, filter),
  };
}

async function turn(desk: Desk, { phone }: AppState, filter: SpeechSwitch): Promise<void> {
  const on = !phone.speech[filter];
  if (await desk.ask("speech", { speech: { [filter]: on } }) === undefined) return;
  desk.undoable({ kind: "speech", speech: { [filter]: !on } });
  desk.say(`speech.${filter}.${on ? "on" : "off"}`);
}

/** The next way against echo, and after the last the first. */
export const ECHO_SWITCH: Action = {
  group: "calls",
  keys: {},
  does: "action.echo",
  disabled: lost,
  run: async (desk, { phone }) => {
    const before = phone.speech.echo;
    const echo = ECHO_WAYS[(ECHO_WAYS.indexOf(before) + 1) % ECHO_WAYS.length]!;
    if (await desk.ask("speech", { speech: { echo } }) === undefined) return;
    desk.undoable({ kind: "speech", speech: { echo: before } });
    desk.say(`speech.echo.${echo}`);
  },
};
