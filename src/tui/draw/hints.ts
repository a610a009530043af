/** The keys that matter now, in one row, from the same table as the keys. Pure. */
import { ACTIONS, doesNow, whyNot } from "../act/mod.ts";
import { ACTION_NAMES, type ActionName } from "../model/mod.ts";
import { keyLabel, layersOf } from "../keys/mod.ts";
import type { Cell, Row } from "./rows.ts";
import { width } from "../look/mod.ts";
import type { Stage } from "./widgets.ts";

interface Hint {
  key: string;
  title: string;
  action: ActionName;
}

function hintsOf({ state, words, keymap }: Stage): Hint[] {
  const layers = layersOf(state);
  const { overlay } = state.screen;
  if (overlay?.name === "confirm") return [];
  if (overlay !== undefined) {
    // What is on top is left or used; the keys of calls are said on the page itself.
    return ([["go", "action.choose"], ["clear", "action.clear"]] as const).flatMap(
      ([name, title]) => {
        const [key] = keymap.keysOf(name, [overlay.name]);
        return key === undefined
          ? []
          : [{ key: keyLabel(key), title: words.t(title), action: name }];
      },
    );
  }
  const order = (name: ActionName) => ACTIONS[name].hint?.(state);
  // What is impossible now is no key to press; `?` and the palette say why.
  const possible = (name: ActionName) => whyNot(name, state) === undefined;
  return ACTION_NAMES.filter((name) => order(name) !== undefined && possible(name))
    .sort((a, b) => order(a)! - order(b)!)
    .flatMap((name): Hint[] => {
      const [key] = layers.flatMap((layer) => keymap.keysOf(name, [layer]));
      if (key === undefined) return [];
      const title = words.t(doesNow(name, state));
      return [{ key: keyLabel(key), title, action: name }];
    });
}

/** As many as fit; help and the way out always do. */
export function hintRow(stage: Stage): Row {
  const { columns } = stage;
  const hints = hintsOf(stage);
  const cells: Cell[] = [];
  let room = columns;
  for (const { key, title, action } of hints) {
    const taken = width(key) + 1 + width(title) + 2;
    if (taken - 2 > room) continue;
    room -= taken;
    const act = { action };
    cells.push({ text: key, role: "key", act });
    cells.push({ text: ` ${title}`, role: "dim", act }, { text: "  " });
  }
  return cells.slice(0, -1);
}
