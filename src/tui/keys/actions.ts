/**
 * Every action there is: what it is called, where it stands, and when it is possible.
 *
 * One table for the hints, the `?` page, the palette, the card and the manual. Pure.
 */
import { keepable } from "../model/keepable.ts";
import { frontCall, isRinging, ringingCall } from "../model/phone_model.ts";
import { type AppState, chosenIndex, dialsTyped, isTyping, listLength } from "../model/state.ts";
import type { StringKey } from "../look/strings.ts";
import { type ViewName, VIEWS } from "../model/view_names.ts";

export const ACTION_NAMES = [
  "go",
  "answer",
  "hangup",
  "reject",
  "mute",
  "hold",
  "swap",
  "transfer",
  "pad",
  "record",
  "louder",
  "softer",
  "redial",
  "search",
  "up",
  "down",
  "pageUp",
  "pageDown",
  "erase",
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
  "refresh",
  "theme",
  "suspend",
  "endStation",
  "quit",
] as const;
export type ActionName = typeof ACTION_NAMES[number];

/** Choices of a question; only there. */
export type AnswerName = "confirm.first" | "confirm.second" | "confirm.no";

export type Group = "calls" | "dialling" | "views" | "program";
export const GROUPS: readonly Group[] = ["calls", "dialling", "views", "program"];

export interface Action {
  group: Group;
  /** What it would do now. */
  title: StringKey | ((state: AppState) => StringKey);
  /** Its name on the card and in the manual, where there is no now. */
  name: StringKey;
  /** Why it is impossible now; undefined: possible. */
  off(state: AppState): StringKey | undefined;
  /** Order among the hints, small first; absent: not hinted. */
  hint?: (state: AppState) => number | undefined;
}

const always = () => undefined;

function action(
  name: ActionName,
  group: Group,
  rest: Partial<Pick<Action, "title" | "off" | "hint" | "name">> = {},
): Action {
  const key = `action.${name}` as StringKey;
  return { group, title: key, name: key, off: always, ...rest };
}

const inCall = (state: AppState) =>
  lost(state) ?? (talking(state) === undefined ? "why.no-call" : undefined);

const answered = (state: AppState) => {
  const call = talking(state);
  if (call === undefined) return inCall(state);
  return call.view.answeredAt === undefined ? "why.not-answered" : lost(state);
};

function talking({ phone }: AppState) {
  const call = frontCall(phone);
  return call === undefined || isRinging(call.view) || call.view.state === "ending"
    ? undefined
    : call;
}

function lost({ phone }: AppState): StringKey | undefined {
  return phone.link.state === "up" ? undefined : "why.lost";
}

const ringing = (state: AppState) =>
  lost(state) ?? (ringingCall(state.phone) === undefined ? "why.not-ringing" : undefined);

const whileCall = (order: number) => (state: AppState) =>
  talking(state) === undefined ? undefined : order;

const inContacts = (order: number) => ({ screen }: AppState) =>
  screen.view === "contacts" && screen.purpose === "dial" ? order : undefined;

function contactChosen(state: AppState): StringKey | undefined {
  if (state.screen.view !== "contacts") return "why.not-here";
  return listLength(state) === 0 ? "why.no-contact" : lost(state);
}

function canAdd(state: AppState): StringKey | undefined {
  return lost(state) ?? (keepable(state) === undefined ? "why.nobody-to-add" : undefined);
}

function goOff(state: AppState): StringKey | undefined {
  if (goesTo(state) === undefined) {
    return isTyping(state) ? "why.nothing-typed" : "why.nothing-chosen";
  }
  return lost(state);
}

export type GoesTo = "answer" | "dial" | "transfer" | "rename" | "call" | "register" | "ladder";

/** What Enter means now. */
export function goesTo(state: AppState): GoesTo | undefined {
  const { screen, phone } = state;
  if (screen.purpose !== "dial") {
    if (screen.field.trim() === "") return undefined;
    return screen.purpose === "transfer" ? "transfer" : "rename";
  }
  if (dialsTyped(state)) return "dial";
  if (screen.view === "phone" && isTyping(state)) return undefined;
  if (!isTyping(state) && ringingCall(phone) !== undefined) return "answer";
  if (listLength(state) === 0) {
    return screen.field !== "" && (screen.view === "contacts" || screen.view === "history")
      ? "dial"
      : undefined;
  }
  switch (screen.view) {
    case "phone":
      // A stray Enter in a call must not place another one.
      return phone.calls.length === 0 ? "call" : undefined;
    case "contacts":
      return state.records.contacts[chosenIndex(state)]?.address === undefined ? undefined : "call";
    case "history":
      return "call";
    case "accounts":
      return "register";
    case "log":
      return "ladder";
    default:
      return undefined;
  }
}

const GO_TITLES: Readonly<Record<GoesTo, StringKey>> = {
  answer: "action.go.answer",
  dial: "action.go",
  transfer: "action.go.transfer",
  rename: "action.go.rename",
  call: "action.go.call",
  register: "action.go.register",
  ladder: "action.go.ladder",
};

const moves = (state: AppState) => listLength(state) > 0 ? undefined : "why.nothing-chosen";

const viewActions = Object.fromEntries(
  VIEWS.map((view) => [`view.${view}`, action(`view.${view}`, "views")]),
) as Record<`view.${ViewName}`, Action>;

export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  go: action("go", "calls", {
    title: (state) => GO_TITLES[goesTo(state) ?? "dial"],
    name: "action.go.title",
    off: goOff,
    // What answers has a key of its own, which is hinted.
    hint: (state) => [undefined, "answer"].includes(goesTo(state)) ? undefined : 1,
  }),
  answer: action("answer", "calls", {
    off: ringing,
    hint: (state) => ringingCall(state.phone) === undefined ? undefined : 0,
  }),
  hangup: action("hangup", "calls", {
    off: (state) => state.phone.calls.length === 0 ? "why.no-call" : lost(state),
    hint: whileCall(2),
  }),
  reject: action("reject", "calls", {
    off: ringing,
    hint: (state) => ringingCall(state.phone) === undefined ? undefined : 1.5,
  }),
  mute: action("mute", "calls", {
    title: (state) => talking(state)?.view.muted ? "action.unmute" : "action.mute",
    off: inCall,
    hint: whileCall(3),
  }),
  hold: action("hold", "calls", {
    title: (state) => talking(state)?.view.hold.local ? "action.resume" : "action.hold",
    off: answered,
    hint: whileCall(4),
  }),
  swap: action("swap", "calls", {
    off: (state) =>
      inCall(state) ??
        (state.phone.calls.filter(({ view }) => !isRinging(view)).length < 2
          ? "why.one-call"
          : undefined),
    hint: (state) => state.phone.calls.length > 1 ? 4.5 : undefined,
  }),
  transfer: action("transfer", "calls", { off: answered, hint: whileCall(5) }),
  pad: action("pad", "calls", {
    off: (state) => inCall(state) ?? (talking(state)?.view.codec ? undefined : "why.not-answered"),
    hint: whileCall(6),
  }),
  record: action("record", "calls", {
    title: (state) => isRecorded(state) ? "action.record.stop" : "action.record",
    off: answered,
    hint: whileCall(6.2),
  }),
  louder: action("louder", "calls", { off: lost }),
  softer: action("softer", "calls", { off: lost }),
  redial: action("redial", "calls", {
    off: (state) =>
      lost(state) ??
        (state.records.history.some(({ direction }) => direction === "outgoing")
          ? undefined
          : "why.no-history"),
    hint: (state) => state.phone.calls.length === 0 && !isTyping(state) ? 6.5 : undefined,
  }),
  search: action("search", "dialling", { hint: whileCall(7.8) }),
  up: action("up", "dialling", { off: moves }),
  down: action("down", "dialling", { off: moves }),
  pageUp: action("pageUp", "dialling", { off: moves }),
  pageDown: action("pageDown", "dialling", { off: moves }),
  erase: action("erase", "dialling", {
    off: ({ screen }) => screen.field === "" ? "why.nothing-typed" : undefined,
  }),
  clear: action("clear", "dialling", {
    hint: (state) => isTyping(state) ? 2.5 : undefined,
  }),
  favourite: action("favourite", "dialling", {
    off: contactChosen,
    hint: inContacts(6),
  }),
  addContact: action("addContact", "dialling", {
    off: canAdd,
    hint: ({ screen }) => screen.view === "history" && screen.purpose === "dial" ? 6 : undefined,
  }),
  renameContact: action("renameContact", "dialling", {
    off: contactChosen,
    hint: inContacts(6.1),
  }),
  removeContact: action("removeContact", "dialling", {
    off: contactChosen,
    hint: inContacts(6.2),
  }),
  ...viewActions,
  "view.next": action("view.next", "views", { hint: () => 8 }),
  "view.previous": action("view.previous", "views"),
  help: action("help", "program", { hint: () => 7.5 }),
  palette: action("palette", "program", { hint: () => 7.6 }),
  undo: action("undo", "program", {
    off: (state) => state.screen.undo.length === 0 ? "why.no-undo" : lost(state),
  }),
  doNotDisturb: action("doNotDisturb", "program", { off: lost }),
  register: action("register", "program", {
    off: (state) =>
      lost(state) ?? (state.phone.accounts.length === 0 ? "why.no-account" : undefined),
  }),
  refresh: action("refresh", "program", { off: lost }),
  theme: action("theme", "program"),
  suspend: action("suspend", "program"),
  endStation: action("endStation", "program", {
    off: (state) => state.ownership === "inside" ? "why.no-station" : lost(state),
  }),
  quit: action("quit", "program", { hint: () => 9 }),
};

export function titleOf(name: ActionName, state: AppState): StringKey {
  const { title } = ACTIONS[name];
  return typeof title === "function" ? title(state) : title;
}

function isRecorded(state: AppState): boolean {
  return (talking(state)?.view.recording.name ?? "off") !== "off";
}
