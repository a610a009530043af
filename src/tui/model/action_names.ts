/**
 * Everything that the screen can do, by name, and when a key means something. The table of what each
 * name stands for is in `act/actions.ts`.
 */
import type { Names } from "../../base/names/mod.ts";

/** In the order of the palette and of the `?` page. */
export const ACTION_NAMES = [
  "go",
  "answer",
  "hangup",
  "reject",
  "silence",
  "mute",
  "hold",
  "swap",
  "transfer",
  "followTransfer",
  "refuseTransfer",
  "pad",
  "record",
  "louder",
  "softer",
  "highPass",
  "noiseSuppression",
  "agc",
  "echo",
  "redial",
  "search",
  "up",
  "down",
  "pageUp",
  "pageDown",
  "otherNumber",
  "clear",
  "favourite",
  "addContact",
  "renameContact",
  "removeContact",
  "view.phone",
  "view.contacts",
  "view.history",
  "view.quality",
  "view.devices",
  "view.accounts",
  "view.log",
  "view.next",
  "view.previous",
  "help",
  "palette",
  "undo",
  "doNotDisturb",
  "register",
  "ping",
  "refresh",
  "theme",
  "suspend",
  "startStation",
  "endStation",
  "quit",
] as const satisfies Names<52>;
export type ActionName = typeof ACTION_NAMES[number];

/** Choices of a question; only there. */
export type AnswerName = "confirm.first" | "confirm.second" | "confirm.no";

export const ACTION_GROUPS = ["calls", "dialling", "views", "program"] as const satisfies Names<4>;
export type Group = (typeof ACTION_GROUPS)[number];

/** When a key means something; see `keys/keymap.ts`. */
export type Layer =
  | "always"
  | "main"
  | "idle"
  | "free"
  | "call"
  | "pad"
  | "palette"
  | "help"
  | "confirm"
  | "choose";

/** `m`, `?`, `enter`, `f2`, `ctrl+k`, `alt+m`, `shift+tab`. */
export type KeyName = string;

/** The key that hints name comes first. */
export type LayerKeys = Partial<Record<Layer, readonly KeyName[]>>;
