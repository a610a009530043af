/**
 * Keys as data: the one table behind the hints, the `?` page, the palette, remapping, `docs/card.md`
 * and the manual.
 *
 *     key ─► layers that are active now ─► binding ─► action (possible? else why not)
 *
 * A layer is a condition under which a key means something:
 *
 *     always    whatever is in front, but questions          Alt+letter, F keys, Ctrl
 *     main      a view is in front
 *     free      … and nothing is being typed                 q ? : /
 *     call      … and a call is on                           a x m h …
 *     pad, palette, help, confirm                            the windows on top
 *
 * Digits, `*`, `#` and `+` are never bound: they dial at any time. Pure.
 */
import { OffhookError } from "../../base/errors.ts";
import { ACTION_NAMES, type ActionName, type AnswerName } from "./actions.ts";
import { type AppState, isTyping } from "../model/state.ts";

export type Layer =
  | "always"
  | "main"
  | "free"
  | "call"
  | "pad"
  | "palette"
  | "help"
  | "confirm";

/** `m`, `?`, `enter`, `f2`, `ctrl+k`, `alt+m`, `shift+tab`. */
export type KeyName = string;

export interface Binding {
  layer: Layer;
  key: KeyName;
  action: ActionName | AnswerName;
}

type Keys = Partial<Record<Layer, readonly KeyName[]>>;

/** Shown first: the key that hints name. */
const TABLE: Readonly<Record<ActionName | AnswerName, Keys>> = {
  go: { main: ["enter"], palette: ["enter"] },
  answer: { call: ["a"], always: ["alt+a"] },
  hangup: { call: ["x"], always: ["alt+x"] },
  reject: { call: ["n"], always: ["alt+n"] },
  mute: { call: ["m"], always: ["alt+m", "f9"] },
  hold: { call: ["h"], always: ["alt+h"] },
  swap: { call: ["s"], always: ["alt+s"] },
  transfer: { call: ["t"], always: ["alt+t"] },
  pad: { call: ["d"], always: ["alt+d"] },
  record: { call: ["r"], always: ["alt+r"] },
  louder: { call: ["="], always: ["alt+up"] },
  softer: { call: ["-"], always: ["alt+down"] },
  redial: { main: ["ctrl+r"] },
  search: { free: ["/"] },
  up: { main: ["up"], palette: ["up"], help: ["up"] },
  down: { main: ["down"], palette: ["down"], help: ["down"] },
  pageUp: { main: ["pageup"], help: ["pageup"] },
  pageDown: { main: ["pagedown"], help: ["pagedown"] },
  erase: { main: ["backspace", "delete"], palette: ["backspace", "delete"] },
  clear: {
    main: ["escape"],
    pad: ["escape", "enter"],
    palette: ["escape"],
    help: ["escape", "q", "?", "enter"],
  },
  favourite: { main: ["ctrl+f"] },
  addContact: { main: ["ctrl+t"] },
  renameContact: { main: ["ctrl+e"] },
  removeContact: { main: ["ctrl+d"] },
  "view.phone": { always: ["f2"] },
  "view.contacts": { always: ["f3"] },
  "view.history": { always: ["f4"] },
  "view.quality": { always: ["f5"] },
  "view.devices": { always: ["f6"] },
  "view.accounts": { always: ["f7"] },
  "view.log": { always: ["f8"] },
  "view.next": { main: ["tab"] },
  "view.previous": { main: ["shift+tab"] },
  help: { free: ["?"], always: ["f1"] },
  palette: { free: [":"], always: ["ctrl+k"] },
  undo: { main: ["ctrl+u"], always: ["alt+u"] },
  doNotDisturb: { main: ["ctrl+n"] },
  register: { main: ["ctrl+g"] },
  refresh: { main: ["ctrl+l"] },
  theme: { main: ["ctrl+y"] },
  suspend: { always: ["ctrl+z"] },
  endStation: {},
  quit: { free: ["q"], always: ["ctrl+c"], confirm: ["ctrl+c"] },
  "confirm.first": { confirm: ["1", "enter", "y"] },
  "confirm.second": { confirm: ["2"] },
  "confirm.no": { confirm: ["escape", "n"] },
};

/** Layers that can be active together; the rest never meet. */
export const MEETING: readonly (readonly Layer[])[] = [
  ["always", "main"],
  ["always", "main", "free"],
  ["always", "main", "free", "call"],
  ["always", "pad"],
  ["always", "palette"],
  ["always", "help"],
  ["confirm"],
];

/** What a person wrote in `[[screen.keys]]`: action → keys. */
export type Remapping = Readonly<Record<string, readonly string[]>>;

export class Keymap {
  readonly bindings: readonly Binding[];
  readonly #byKey = new Map<string, Binding["action"]>();

  constructor(bindings: readonly Binding[]) {
    this.bindings = bindings;
    for (const { layer, key, action } of bindings) this.#byKey.set(`${layer} ${key}`, action);
  }

  /** What a key does now; undefined: nothing, or it is text. */
  find(key: KeyName, layers: readonly Layer[]): Binding["action"] | undefined {
    for (const layer of layers) {
      const action = this.#byKey.get(`${layer} ${key}`);
      if (action !== undefined) return action;
    }
    return undefined;
  }

  /** The keys of an action in these layers, the one to show first. */
  keysOf(action: Binding["action"], layers?: readonly Layer[]): KeyName[] {
    const keys = this.bindings.filter((binding) =>
      binding.action === action && (layers === undefined || layers.includes(binding.layer))
    ).map(({ key }) => key);
    return [...new Set(keys)];
  }
}

/** The layers that are active, the most special first. */
export function layersOf(state: AppState): readonly Layer[] {
  const { overlay } = state.screen;
  if (overlay?.name === "confirm") return ["confirm"];
  if (overlay !== undefined) return [overlay.name, "always"];
  if (isTyping(state)) return ["main", "always"];
  return state.phone.calls.length === 0
    ? ["free", "main", "always"]
    : ["call", "free", "main", "always"];
}

/** The keys as they come, or as the configuration changes them. @throws OffhookError `config-invalid` */
export function keymapOf(remapping: Remapping = {}): Keymap {
  const table: Record<string, Keys> = { ...TABLE };
  for (const [name, keys] of Object.entries(remapping)) {
    const action = ACTION_NAMES.find((known) => known === name);
    if (action === undefined) {
      throw invalid(`screen.keys: ${name}`, "is no action", `Actions: ${ACTION_NAMES.join(", ")}.`);
    }
    table[action] = remapped(action, keys);
  }
  const bindings = Object.entries(table).flatMap(([action, keys]) =>
    Object.entries(keys).flatMap(([layer, names]) =>
      names.map((key): Binding => ({
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
function remapped(action: ActionName, keys: readonly string[]): Keys {
  const own = TABLE[action];
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
      throw invalid(`screen.keys: ${action}`, `"${key}" is no key`, `Allowed: ${KEY_SYNTAX}.`);
    }
  }
  const calls = own.call !== undefined ? "call" : "free";
  const wide = own.always !== undefined ? "always" : "main";
  // Windows on top keep their own keys.
  const { main: _m, free: _f, call: _c, always: _a, ...overlays } = own;
  return {
    ...overlays,
    ...(letters.length > 0 ? { [calls]: letters } : {}),
    ...(others.length > 0 ? { [wide]: others } : {}),
  };
}

/** Two bindings of one key that could both be meant. */
export function clashOf(bindings: readonly Binding[]): [Binding, Binding] | undefined {
  for (const layers of MEETING) {
    const seen = new Map<KeyName, Binding>();
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

export const KEY_SYNTAX = `a character, ${NAMED.join(", ")}, f1 to f12, and these with ctrl+, ` +
  "alt+ or shift+ before them";

export function isKeyName(key: string): boolean {
  const bare = key.replace(/^(?:ctrl\+|alt\+|shift\+)+(?=.)/, "");
  return [...bare].length === 1 || NAMED.includes(bare) || /^f(?:[1-9]|1[0-2])$/.test(bare);
}

/** What dials in every view. */
export function isDialled(key: string): boolean {
  return /^[0-9*#+]$/.test(key);
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
