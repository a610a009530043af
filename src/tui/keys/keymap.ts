/**
 * Keys as data: the keys of the table of actions, and of questions, with what is remapped; behind the
 * hints, the `?` page, the palette, `docs/card.md` and the manual.
 *
 *     key ─► layers that are active now ─► binding ─► action (possible? else why not)
 *
 * A layer is a condition under which a key means something:
 *
 *     always    whatever is in front, but questions          Alt+letter, F keys, Ctrl
 *     main      a view is in front
 *     idle      … and nothing is being typed                 Ctrl+letter: a line editor's otherwise
 *     free      … and no call has just come, gone or moved   q ? : /
 *     call      … and a call is on                           a x m h …
 *     pad, palette, help, confirm                            the windows on top
 *     choose    a question whose first answer does no harm
 *
 * Digits, `*`, `#` and `+` are never bound: they dial, or are sent into the call. Pure.
 */
import { OffhookError } from "../../base/mod.ts";
import { isTelephoneKey } from "../../core/media/mod.ts";
import {
  ACTION_NAMES,
  type ActionName,
  type AnswerName,
  type AppState,
  isTyping,
  type KeyName,
  type Layer,
  type LayerKeys,
} from "../model/mod.ts";
import { ACTIONS } from "../act/mod.ts";

export interface KeyBinding {
  layer: Layer;
  key: KeyName;
  action: ActionName | AnswerName;
}

const ANSWERS: Readonly<Record<AnswerName, LayerKeys>> = {
  "confirm.first": { confirm: ["1"], choose: ["enter", "y"] },
  "confirm.second": { confirm: ["2"] },
  "confirm.no": { confirm: ["escape", "n"] },
};

/** Layers that can be active together; the rest never meet. */
export const MEETING: readonly (readonly Layer[])[] = [
  ["always", "main"],
  ["always", "main", "idle"],
  ["always", "main", "idle", "free"],
  ["always", "main", "idle", "free", "call"],
  ["always", "pad"],
  ["always", "palette"],
  ["always", "help"],
  ["confirm"],
  ["choose", "confirm"],
];

/** What a person wrote in `[[screen.keys]]`: action → keys. */
export type Remapping = Readonly<Record<string, readonly string[]>>;

export class Keymap {
  readonly bindings: readonly KeyBinding[];
  readonly #byKey = new Map<string, KeyBinding["action"]>();

  constructor(bindings: readonly KeyBinding[]) {
    this.bindings = bindings;
    for (const { layer, key, action } of bindings) this.#byKey.set(`${layer} ${key}`, action);
  }

  /** What a key does now; undefined: nothing, or it is text. */
  find(key: KeyName, layers: readonly Layer[]): KeyBinding["action"] | undefined {
    for (const layer of layers) {
      const action = this.#byKey.get(`${layer} ${key}`);
      if (action !== undefined) return action;
    }
    return undefined;
  }

  /** The keys of an action in these layers, the one to show first. */
  keysOf(action: KeyBinding["action"], layers?: readonly Layer[]): KeyName[] {
    const keys = this.bindings.filter((binding) =>
      binding.action === action && (layers === undefined || layers.includes(binding.layer))
    ).map(({ key }) => key);
    return [...new Set(keys)];
  }
}

/** The layers that are active, the most special first. */
export function layersOf(state: AppState): readonly Layer[] {
  const { overlay } = state.screen;
  if (overlay?.name === "confirm") {
    // Leaving a station of our own with its calls is the one answer that ends nothing.
    const harmless = overlay.about === "quit" && state.ownership === "started";
    return harmless ? ["choose", "confirm"] : ["confirm"];
  }
  if (overlay !== undefined) return [overlay.name, "always"];
  if (isTyping(state)) return ["main", "always"];
  if (state.screen.inert) return ["idle", "main", "always"];
  return state.phone.calls.length === 0
    ? ["free", "idle", "main", "always"]
    : ["call", "free", "idle", "main", "always"];
}

/** The keys as they come, or as the configuration changes them. @throws OffhookError `config-invalid` */
export function keymapOf(remapping: Remapping = {}): Keymap {
  const table: Record<string, LayerKeys> = { ...ANSWERS };
  for (const name of ACTION_NAMES) table[name] = ACTIONS[name].keys;
  for (const [name, keys] of Object.entries(remapping)) {
    const action = ACTION_NAMES.find((known) => known === name);
    if (action === undefined) {
      throw invalid(`screen.keys: ${name}`, "is no action", `Actions: ${ACTION_NAMES.join(", ")}.`);
    }
    table[action] = remapped(action, keys);
  }
  const bindings = Object.entries(table).flatMap(([action, keys]) =>
    Object.entries(keys).flatMap(([layer, names]) =>
      names.map((key): KeyBinding => ({
        layer: layer as Layer,
        key,
        action: action as ActionName,
      }))
    )
  );
  const clash = clashOf(bindings);
  if (clash !== undefined) {
    const [one, other] = clash;
    throw invalid(
      `screen.keys: ${other.action}`,
      `"${other.key}" is also ${one.action}`,
      `Give ${one.action} another key, too.`,
    );
  }
  return new Keymap(bindings);
}

/** A single letter acts where it cannot be meant as text; every other key acts everywhere. */
function remapped(action: ActionName, keys: readonly string[]): LayerKeys {
  const own = ACTIONS[action].keys;
  const letters = keys.filter((key) => [...key].length === 1);
  const others = keys.filter((key) => [...key].length > 1);
  for (const key of keys) {
    if (isDialled(key)) {
      throw invalid(
        `screen.keys: ${action}`,
        `"${key}" always dials`,
        "Choose a letter, F key or Ctrl.",
      );
    }
    if (!isKeyName(key)) {
      throw invalid(`screen.keys: ${action}`, `"${key}" is not a key`, `Allowed: ${KEY_SYNTAX}.`);
    }
  }
  const calls = own.call !== undefined ? "call" : "free";
  const wide = own.always !== undefined ? "always" : own.idle !== undefined ? "idle" : "main";
  // Windows on top keep their own keys.
  const { main: _m, idle: _i, free: _f, call: _c, always: _a, ...overlays } = own;
  return {
    ...overlays,
    ...(letters.length > 0 ? { [calls]: letters } : {}),
    ...(others.length > 0 ? { [wide]: others } : {}),
  };
}

/** Two bindings of one key that could both be meant. */
export function clashOf(bindings: readonly KeyBinding[]): [KeyBinding, KeyBinding] | undefined {
  for (const layers of MEETING) {
    const seen = new Map<KeyName, KeyBinding>();
    for (const binding of bindings) {
      if (!layers.includes(binding.layer)) continue;
      const other = seen.get(binding.key);
      if (other !== undefined && other.action !== binding.action) return [other, binding];
      seen.set(binding.key, binding);
    }
  }
  return undefined;
}

const NAMED = [
  "enter",
  "escape",
  "tab",
  "backspace",
  "delete",
  "up",
  "down",
  "left",
  "right",
  "pageup",
  "pagedown",
  "home",
  "end",
  "space",
];

const KEY_SYNTAX = `a character, ${NAMED.join(", ")}, f1 to f12, and these with ctrl+, ` +
  "alt+ or shift+ before them";

export function isKeyName(key: string): boolean {
  const bare = key.replace(/^(?:ctrl\+|alt\+|shift\+)+(?=.)/, "");
  return [...bare].length === 1 || NAMED.includes(bare) || /^f(?:[1-9]|1[0-2])$/.test(bare);
}

/** What dials in every view. */
export function isDialled(key: string): boolean {
  return key === "+" || isTelephoneKey(key);
}

/** How a key is written for people: `Ctrl-K`, `Enter`, `m`. */
export function keyLabel(key: KeyName): string {
  return key.split(/\+(?=.)/).map((part) =>
    part.length === 1 ? part : part[0]!.toUpperCase() + part.slice(1)
  ).map((part, index, all) =>
    all.length > 1 && index === all.length - 1 ? part.toUpperCase() : part
  )
    .map((part) => LABELS[part.toLowerCase()] ?? part).join("-");
}

const LABELS: Readonly<Record<string, string>> = {
  escape: "Esc",
  pageup: "PgUp",
  pagedown: "PgDn",
  tab: "Tab",
  up: "Up",
  down: "Down",
};

function invalid(path: string, what: string, hint: string): OffhookError {
  return new OffhookError("config-invalid", `${path}: ${what}`, { hint, data: { path } });
}
