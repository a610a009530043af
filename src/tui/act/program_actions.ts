/** Actions on the views and on the program itself. */
import { THEMES } from "../../base/names/mod.ts";
import type { Action, Desk } from "./action.ts";
import { type ActionName, type AppState, lost, type ViewName, VIEWS } from "../model/mod.ts";
import type { StringKey } from "../look/mod.ts";
import { undoLast } from "./undo.ts";

const view = (name: ViewName, key: string): Action => ({
  group: "views",
  keys: { always: [key] },
  does: `action.view.${name}`,
  run: (desk) => show(desk, name),
});

const beside = (by: number): Action["run"] => (desk, { screen }) =>
  show(desk, VIEWS[(VIEWS.indexOf(screen.view) + by + VIEWS.length) % VIEWS.length]!);

function show(desk: Desk, next: ViewName): unknown {
  desk.open(undefined);
  desk.store.dispatch({ type: "view", view: next });
  return desk.records.entered(next);
}

export const PROGRAM_ACTIONS = {
  "view.phone": view("phone", "f2"),
  "view.contacts": view("contacts", "f3"),
  "view.history": view("history", "f4"),
  "view.quality": view("quality", "f5"),
  "view.devices": view("devices", "f6"),
  "view.accounts": view("accounts", "f7"),
  "view.log": view("log", "f8"),
  "view.next": {
    group: "views",
    keys: { main: ["tab"] },
    does: "action.view.next",
    hint: () => 8,
    run: beside(1),
  },
  "view.previous": {
    group: "views",
    keys: { main: ["shift+tab"] },
    does: "action.view.previous",
    run: beside(-1),
  },
  help: {
    group: "program",
    keys: { free: ["?"], always: ["f1"] },
    does: "action.help",
    hint: () => 7.5,
    run: (desk) => desk.open({ name: "help", top: 0 }),
  },
  palette: {
    group: "program",
    keys: { free: [":"], idle: ["ctrl+k"] },
    does: "action.palette",
    hint: () => 7.6,
    run: (desk) => desk.open({ name: "palette", query: "" }),
  },
  undo: {
    group: "program",
    keys: { always: ["alt+u"] },
    does: "action.undo",
    disabled: (state) => state.screen.undo.length === 0 ? "why.no-undo" : lost(state),
    run: undoLast,
  },
  doNotDisturb: {
    group: "program",
    keys: { always: ["f10"] },
    does: "action.doNotDisturb",
    disabled: lost,
    run: doNotDisturb,
  },
  refresh: {
    group: "program",
    keys: { main: ["ctrl+l"] },
    does: "action.refresh",
    run: (desk) => {
      desk.program.repaint();
      return desk.records.refresh();
    },
  },
  theme: {
    group: "program",
    keys: { idle: ["ctrl+y"] },
    does: "action.theme",
    run: (desk, { screen }) => {
      const theme = THEMES[(THEMES.indexOf(screen.theme) + 1) % THEMES.length]!;
      desk.store.dispatch({ type: "theme", theme });
    },
  },
  suspend: {
    group: "program",
    keys: { always: ["ctrl+z"] },
    does: "action.suspend",
    run: (desk) => desk.program.suspend(),
  },
  endStation: {
    group: "program",
    keys: {},
    does: "action.endStation",
    harms: true,
    disabled: (state): StringKey | undefined =>
      state.ownership === "inside" ? "why.no-station" : lost(state),
    run: (desk) => desk.open({ name: "confirm", about: "end-station" }),
  },
  quit: {
    group: "program",
    keys: { free: ["q"], always: ["ctrl+c"], confirm: ["ctrl+c"] },
    does: "action.quit",
    harms: true,
    hint: () => 9,
    run: quit,
  },
} satisfies Partial<Record<ActionName, Action>>;

function quit(desk: Desk, { phone, ownership }: AppState): void {
  const asks = ownership !== "found" && phone.calls.length > 0 && phone.link.state === "up";
  if (asks) return desk.open({ name: "confirm", about: "quit" });
  desk.program.leave(ownership === "found" ? "leave" : "end");
}

async function doNotDisturb(desk: Desk, { phone }: AppState): Promise<void> {
  const on = !phone.doNotDisturb;
  if (await desk.ask("doNotDisturb", { on }) === undefined) return;
  desk.undoable({ kind: "do-not-disturb", on: !on });
  desk.say(on ? "dnd.now-on" : "dnd.now-off");
}
