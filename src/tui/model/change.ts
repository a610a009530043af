/**
 * How the state of the screen changes: one value in, one value out.
 *
 *     key ─► keymap ─► action ─► Controller ─┐
 *     phone's events ─► Link ────────────────┼─► Change ─► change(state, …) ─► views
 *     resize, clock ─────────────────────────┘
 *
 * Pure. What changes nothing gives the same value again, and nothing is drawn.
 */
import type { CallLevels } from "../../core/ports/media_port.ts";
import { headsetNotice } from "./log_lines.ts";
import { type PhoneNews, takeNews, withLevels } from "./phone_model.ts";
import type { AppState, Overlay, Ownership, Purpose, Records, Screen, Undo } from "./state.ts";
import type { Role, ThemeName } from "../look/theme.ts";
import { tourAfter } from "./tour.ts";
import type { ViewName } from "./view_names.ts";

export type Change =
  | { type: "news"; news: PhoneNews }
  | { type: "levels"; levels: readonly CallLevels[] }
  | { type: "records"; records: Partial<Records> }
  | { type: "name"; uri: string; name: string }
  | { type: "resize"; columns: number; rows: number }
  | { type: "tick"; at: number }
  | { type: "view"; view: ViewName }
  | { type: "field"; text: string }
  | { type: "purpose"; purpose: Purpose }
  | { type: "search" }
  | { type: "move"; to: number }
  | { type: "overlay"; overlay: Overlay | undefined }
  | { type: "say"; text: string; role: Role }
  | { type: "quiet" }
  | { type: "undoable"; step: Undo }
  | { type: "undone" }
  | { type: "theme"; theme: ThemeName }
  | { type: "station"; ownership: Ownership; name: string };

/** How long a message stays, ms. */
export const MESSAGE_MS = 8_000;
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
      return { ...state, records: { ...state.records, ...by.records } };
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
  { type: "news" | "levels" | "records" | "name" | "tick" | "station" }
>;

function changeScreen({ screen, now }: AppState, by: ScreenChange): Screen {
  switch (by.type) {
    case "resize":
      return { ...screen, size: { columns: by.columns, rows: by.rows } };
    case "view":
      return {
        ...screen,
        ...(typeof screen.purpose === "object" ? { purpose: "dial", field: "" } : {}),
        view: by.view,
        message: undefined,
      };
    case "field":
      return typed(screen, by.text);
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
function purposeOf(screen: Screen, purpose: Purpose): Pick<Screen, "purpose" | "view" | "field"> {
  if (purpose === "transfer") return { purpose, view: "phone", field: "" };
  if (purpose === "dial") return { purpose, view: screen.view, field: "" };
  return { purpose, view: "contacts", field: purpose.rename.name };
}

/** Who fits what is typed is seen in these views; typed elsewhere, it leads to the phone. */
function whereFound(view: ViewName): ViewName {
  return view === "contacts" || view === "history" ? view : "phone";
}

function typed(screen: Screen, text: string): Screen {
  const field = text.slice(0, MAX_FIELD);
  return {
    ...screen,
    field,
    ...(typeof screen.purpose === "object"
      ? {}
      : { index: { ...screen.index, [whereFound(screen.view)]: 0 } }),
    ...(field === "" ? { searching: false } : { view: whereFound(screen.view) }),
  };
}

function afterNews(state: AppState, news: PhoneNews): AppState {
  const at = news.type === "event" ? news.event.at : news.at;
  const { overlay } = state.screen;
  const next = withNotice(at > state.now ? { ...state, now: at } : state, news);
  const padIsOver = overlay?.name === "pad" &&
    !state.phone.calls.some(({ view }) => view.id === overlay.call);
  const noneToTransfer = state.screen.purpose === "transfer" && state.phone.calls.length === 0;
  const ends = news.type === "attached" ||
    news.type === "event" && news.event.type === "call.ended";
  const undo = ends ? stillUndoable(state) : state.screen.undo;
  if (!padIsOver && !noneToTransfer && undo === state.screen.undo) return next;
  const screen: Screen = {
    ...next.screen,
    undo,
    ...(padIsOver ? { overlay: undefined } : {}),
    ...(noneToTransfer ? { purpose: "dial", field: "" } : {}),
  };
  return { ...next, screen };
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
