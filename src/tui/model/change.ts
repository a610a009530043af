/**
 * How the state of the screen changes: one value in, one value out.
 *
 *     key ─► keymap ─► action ─► Controller ─┐
 *     phone's events ─► Link ────────────────┼─► Change ─► change(state, …) ─► views
 *     resize, clock ─────────────────────────┘
 *
 * Pure. What changes nothing gives the same value again, and nothing is drawn.
 */
import type { ThemeName } from "../../base/names/mod.ts";
import type { CallId, CallLevels } from "../../core/ports/mod.ts";
import type { Line } from "./line_editor.ts";
import { headsetNotice } from "./log_lines.ts";
import { type PhoneNews, takeNews, withLevels } from "./phone_model.ts";
import {
  type AppState,
  chosenContact,
  chosenNumber,
  lastNumbers,
  numbersOf,
  type Overlay,
  type Ownership,
  type Purpose,
  type Screen,
  type ShownRecords,
  type Undo,
} from "./state.ts";
import type { TextRole } from "../look/mod.ts";
import { tourAfter } from "./tour.ts";
import type { ViewName } from "./view_names.ts";

export type Change =
  | { type: "news"; news: PhoneNews }
  | { type: "levels"; levels: readonly CallLevels[] }
  | { type: "records"; records: Partial<ShownRecords> }
  | { type: "name"; uri: string; name: string }
  | { type: "resize"; columns: number; rows: number }
  | { type: "tick"; at: number }
  | { type: "view"; view: ViewName }
  /** Puts a text into the field; an empty one takes the focus from it. */
  | { type: "field"; text: string }
  /** Typed in the field: it keeps the focus also when it is empty again. */
  | { type: "edit"; line: Line }
  | { type: "recall"; by: 1 | -1 }
  | { type: "inert"; inert: boolean }
  | { type: "warned"; call: CallId }
  | { type: "otherNumber" }
  | { type: "purpose"; purpose: Purpose }
  | { type: "search" }
  | { type: "move"; to: number }
  | { type: "overlay"; overlay: Overlay | undefined }
  | { type: "say"; text: string; role: TextRole }
  | { type: "quiet" }
  | { type: "undoable"; step: Undo }
  | { type: "undone" }
  | { type: "theme"; theme: ThemeName }
  | { type: "station"; ownership: Ownership; name: string };

/** How long a message stays, ms. */
const MESSAGE_MS = 8_000;
const UNDO_STEPS = 20;
const MAX_FIELD = 200;

export function change(state: AppState, by: Change): AppState {
  const next = changed(state, by);
  if (next.screen.tour === undefined || next === state) return next;
  const tour = tourAfter(next)!;
  return tour === next.screen.tour ? next : { ...next, screen: { ...next.screen, tour } };
}

function changed(state: AppState, by: Change): AppState {
  switch (by.type) {
    case "news":
      return afterNews({ ...state, phone: takeNews(state.phone, by.news) }, by.news);
    case "levels": {
      const phone = withLevels(state.phone, by.levels);
      return phone === state.phone ? state : { ...state, phone };
    }
    case "records":
      return withRecords(state, by.records);
    case "recall":
      return recalled(state, by.by);
    case "otherNumber": {
      const numbers = numbersOf(chosenContact(state));
      const at = numbers.indexOf(chosenNumber(state) ?? "") + 1;
      return { ...state, screen: { ...state.screen, number: numbers[at] ?? numbers[0] } };
    }
    case "name":
      return withName(state, by.uri, by.name);
    case "tick":
      return ticked(state, by.at);
    case "station":
      return { ...state, ownership: by.ownership, stationName: by.name };
    default: {
      const screen = changeScreen(state, by);
      return screen === state.screen ? state : { ...state, screen };
    }
  }
}

type ScreenChange = Exclude<
  Change,
  { type: "news" | "levels" | "records" | "recall" | "otherNumber" | "name" | "tick" | "station" }
>;

function changeScreen({ screen, now, phone }: AppState, by: ScreenChange): Screen {
  switch (by.type) {
    case "resize": {
      const { columns, rows } = by;
      const same = screen.size.columns === columns && screen.size.rows === rows;
      return same ? screen : { ...screen, size: { columns, rows } };
    }
    case "view":
      return {
        ...screen,
        ...(typeof screen.purpose === "object" ? { purpose: "dial", field: "", caret: 0 } : {}),
        view: by.view,
        message: undefined,
      };
    case "field":
      return typed(screen, { text: by.text, caret: by.text.length }, false);
    case "edit":
      // Letters that go on after the last one was erased must not act on the call.
      return typed(screen, by.line, screen.searching || phone.calls.length > 0);
    case "inert":
      return by.inert === screen.inert ? screen : { ...screen, inert: by.inert };
    case "warned":
      return { ...screen, warned: by.call };
    case "purpose":
      return { ...screen, ...purposeOf(screen, by.purpose), searching: false };
    case "search":
      return { ...screen, searching: true, view: whereFound(screen.view) };
    case "move":
      return { ...screen, index: { ...screen.index, [screen.view]: by.to } };
    case "overlay":
      return { ...screen, overlay: by.overlay };
    case "say":
      return { ...screen, message: { text: by.text, role: by.role, at: now } };
    case "quiet":
      return screen.message === undefined ? screen : { ...screen, message: undefined };
    case "undoable":
      return { ...screen, undo: [...screen.undo, by.step].slice(-UNDO_STEPS) };
    case "undone":
      return { ...screen, undo: screen.undo.slice(0, -1) };
    case "theme":
      return { ...screen, theme: by.theme };
  }
}

/** A transfer is chosen in the phone view, a name written among the contacts. */
function purposeOf(
  screen: Screen,
  purpose: Purpose,
): Pick<Screen, "purpose" | "view" | "field" | "caret" | "recall"> {
  const field = typeof purpose === "object" ? purpose.rename.name : "";
  const line = { field, caret: field.length, recall: undefined };
  if (purpose === "transfer") return { purpose, view: "phone", ...line };
  if (purpose === "dial") return { purpose, view: screen.view, ...line };
  return { purpose, view: "contacts", ...line };
}

/** Who fits what is typed is seen in these views; typed elsewhere, it leads to the phone. */
function whereFound(view: ViewName): ViewName {
  return view === "contacts" || view === "history" ? view : "phone";
}

/** @param focused the field keeps the focus also when it is empty */
function typed(screen: Screen, { text, caret }: Line, focused: boolean): Screen {
  const field = text.slice(0, MAX_FIELD);
  const moved = field === screen.field;
  return {
    ...screen,
    field,
    caret: Math.min(caret, field.length),
    ...(moved ? {} : { recall: undefined }),
    ...(moved || typeof screen.purpose === "object"
      ? {}
      : { index: { ...screen.index, [whereFound(screen.view)]: 0 } }),
    ...(field === "" ? { searching: focused } : { view: whereFound(screen.view) }),
  };
}

/** One of the last numbers comes into the field; below the newest is what was typed before. */
function recalled(state: AppState, by: 1 | -1): AppState {
  const { field, recall = { at: -1, draft: field } } = state.screen;
  const numbers = lastNumbers(state);
  const at = Math.min(recall.at + by, numbers.length - 1);
  const text = at < 0 ? recall.draft : numbers[at] ?? "";
  const screen = typed(state.screen, { text, caret: text.length }, state.screen.searching);
  return {
    ...state,
    screen: { ...screen, recall: at < 0 ? undefined : { at, draft: recall.draft } },
  };
}

/** The cursor stays on the call that it was on when newer ones come on top. */
function withRecords(state: AppState, found: Partial<ShownRecords>): AppState {
  const records = { ...state.records, ...found };
  if (found.history === undefined) return { ...state, records };
  const index = { ...state.screen.index };
  for (const view of ["phone", "history"] as const) {
    const id = index[view] === 0 ? undefined : state.records.history[index[view]]?.id;
    const to = found.history.findIndex((past) => past.id === id);
    if (to >= 0) index[view] = to;
  }
  return { ...state, records, screen: { ...state.screen, index } };
}

function afterNews(state: AppState, news: PhoneNews): AppState {
  const at = news.type === "event" ? news.event.at : news.at;
  const { overlay } = state.screen;
  const next = withNotice(at > state.now ? { ...state, now: at } : state, news);
  const padIsOver = overlay?.name === "pad" &&
    !state.phone.calls.some(({ view }) => view.id === overlay.call);
  const { purpose, field, searching } = state.screen;
  const none = state.phone.calls.length === 0;
  // What was typed already keeps its meaning: it must not become a number to call.
  const noneToTransfer = none && purpose === "transfer" && field === "";
  const unfocused = none && searching && field === "" && ends(news);
  const undo = ends(news) ? stillUndoable(state) : state.screen.undo;
  if (!padIsOver && !noneToTransfer && !unfocused && undo === state.screen.undo) return next;
  const screen: Screen = {
    ...next.screen,
    undo,
    ...(padIsOver ? { overlay: undefined } : {}),
    ...(noneToTransfer ? { purpose: "dial" } : {}),
    ...(unfocused ? { searching: false } : {}),
  };
  return { ...next, screen };
}

/** A call may be over. */
function ends(news: PhoneNews): boolean {
  return news.type === "attached" || news.type === "event" && news.event.type === "call.ended";
}

/** A call that is over cannot be muted or held again, and one alone not be swapped. */
function stillUndoable({ screen, phone }: AppState): readonly Undo[] {
  const kept = screen.undo.filter((step) => {
    if (step.kind === "swap") return phone.calls.length > 1;
    return !("call" in step) || phone.calls.some(({ view }) => view.id === step.call);
  });
  return kept.length === screen.undo.length ? screen.undo : kept;
}

/** A headset that does not do what the person asked says so; lamps that are right again need no word. */
function withNotice(state: AppState, news: PhoneNews): AppState {
  if (news.type !== "event" || news.event.type !== "headset-notice") return state;
  if (news.event.notice === "outside-write") return state;
  const message = { text: headsetNotice(news.event), role: "warn" as const, at: state.now };
  return { ...state, screen: { ...state.screen, message } };
}

function ticked(state: AppState, at: number): AppState {
  const { message } = state.screen;
  const expired = message !== undefined && at - message.at > MESSAGE_MS;
  return {
    ...state,
    now: Math.max(state.now, at),
    ...(expired ? { screen: { ...state.screen, message: undefined } } : {}),
  };
}

function withName(state: AppState, uri: string, name: string): AppState {
  const kept = [...state.records.names].slice(-200);
  const names = new Map([...kept, [uri, name] as const]);
  return { ...state, records: { ...state.records, names } };
}
