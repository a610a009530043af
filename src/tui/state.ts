/**
 * Everything that the screen shows, as one value, and how it changes.
 *
 *     key ─► keymap ─► action ─► Controller ─┐
 *     phone's events ─► Link ────────────────┼─► Change ─► change(state, …) ─► views
 *     resize, clock ─────────────────────────┘
 *
 * Pure. What the station knows is only copied here; what is typed and chosen lives here alone.
 */
import type {
  Contact,
  ContactHit,
  LadderMessage,
  PastCall,
  SoundDevices,
} from "../control/records.ts";
import type { HeadsetList } from "../control/headsets.ts";
import type { ErrorJson } from "../core/errors.ts";
import type { CallLevels } from "../core/media_port.ts";
import type { CallId } from "../core/sip_port.ts";
import { NO_PHONE, type PhoneModel, type PhoneNews, takeNews, withLevels } from "./phone_model.ts";
import type { Role, ThemeName } from "./theme.ts";
import { tourAfter } from "./tour.ts";
import type { ViewName } from "./view_names.ts";

export { type ViewName, VIEWS } from "./view_names.ts";

/** What the phone at the other end of the control API is to this screen. */
export type Ownership =
  /** Was running before: it stays when we leave. */
  | "found"
  /** We started it in the background: asked about when a call is on. */
  | "started"
  /** In this process (demo, tour): it ends with us. */
  | "inside";

/** A line of the one list that letters search. */
export interface Hit {
  kind: "typed" | "contact" | "history";
  name: string;
  /** What would be dialled. */
  target: string;
  /** Number or address as a person reads it. */
  shown: string;
  favourite: boolean;
}

export type Overlay =
  | { name: "help"; top: number }
  | { name: "palette"; query: string; index: number }
  | { name: "pad"; call: CallId; sent: string }
  | { name: "confirm"; about: ConfirmTopic };

export type ConfirmTopic = "quit" | "end-station" | "remove-contact";

export interface Message {
  text: string;
  role: Role;
  /** ms since the epoch; gone after {@link MESSAGE_MS}. */
  at: number;
}

/** How the last thing is taken back. */
export type Undo =
  | { kind: "mute"; call: CallId; muted: boolean }
  | { kind: "hold"; call: CallId; held: boolean }
  | { kind: "do-not-disturb"; on: boolean }
  | { kind: "contact-removed"; contact: Contact }
  | { kind: "contact-added"; id: string };

export interface Records {
  history: readonly PastCall[];
  /** Why there is none. */
  historyError?: ErrorJson;
  contacts: readonly ContactHit[];
  contactsError?: ErrorJson;
  /** What fits the field. */
  hits: readonly Hit[];
  devices?: SoundDevices;
  devicesError?: ErrorJson;
  headsets?: HeadsetList;
  ladder?: { sipCallId: string; messages: readonly LadderMessage[] };
  /** Name of the address book by URI of who is on the line. */
  names: ReadonlyMap<string, string>;
}

export interface Screen {
  size: { columns: number; rows: number };
  view: ViewName;
  /** What is typed: a number, an address, letters to search. */
  field: string;
  /** What the field is for. */
  purpose: "dial" | "transfer";
  /** `/` was pressed: letters are typed though a call is on. */
  searching: boolean;
  /** Row of the list in front, by view; the phone view's is the hit. */
  index: Readonly<Record<ViewName, number>>;
  overlay: Overlay | undefined;
  message: Message | undefined;
  undo: readonly Undo[];
  theme: ThemeName;
  /** Step of the tour; absent: there is none. */
  tour?: number;
}

export interface AppState {
  phone: PhoneModel;
  records: Records;
  screen: Screen;
  ownership: Ownership;
  /** What the station calls itself: shown with the accounts. */
  stationName: string;
  /** ms since the epoch, as last told; moves only while something on screen needs it. */
  now: number;
}

export type Change =
  | { type: "news"; news: PhoneNews }
  | { type: "levels"; levels: readonly CallLevels[] }
  | { type: "records"; records: Partial<Records> }
  | { type: "name"; uri: string; name: string }
  | { type: "resize"; columns: number; rows: number }
  | { type: "tick"; at: number }
  | { type: "view"; view: ViewName }
  | { type: "field"; text: string }
  | { type: "purpose"; purpose: Screen["purpose"] }
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

export function firstState(options: {
  columns: number;
  rows: number;
  theme: ThemeName;
  ownership: Ownership;
  now: number;
  tour?: boolean;
}): AppState {
  const { columns, rows, theme, ownership, now, tour = false } = options;
  return {
    phone: NO_PHONE,
    records: { history: [], contacts: [], hits: [], names: new Map() },
    screen: {
      size: { columns, rows },
      view: "phone",
      field: "",
      purpose: "dial",
      searching: false,
      index: { phone: 0, contacts: 0, history: 0, quality: 0, devices: 0, accounts: 0, log: 0 },
      overlay: undefined,
      message: undefined,
      undo: [],
      theme,
      ...(tour ? { tour: 0 } : {}),
    },
    ownership,
    stationName: "",
    now,
  };
}

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
      return { ...screen, view: by.view, message: undefined };
    case "field":
      return typed(screen, by.text);
    case "purpose":
      return { ...screen, purpose: by.purpose, view: "phone", field: "", searching: false };
    case "search":
      return { ...screen, searching: true };
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

function typed(screen: Screen, text: string): Screen {
  const field = text.slice(0, MAX_FIELD);
  return {
    ...screen,
    field,
    index: { ...screen.index, [screen.view]: 0 },
    ...(field === "" ? { searching: false } : {}),
  };
}

function afterNews(state: AppState, news: PhoneNews): AppState {
  const at = news.type === "event" ? news.event.at : news.at;
  const { overlay } = state.screen;
  const next = at > state.now ? { ...state, now: at } : state;
  const padIsOver = overlay?.name === "pad" &&
    !state.phone.calls.some(({ view }) => view.id === overlay.call);
  const noneToTransfer = state.screen.purpose === "transfer" && state.phone.calls.length === 0;
  if (!padIsOver && !noneToTransfer) return next;
  const screen: Screen = {
    ...state.screen,
    ...(padIsOver ? { overlay: undefined } : {}),
    ...(noneToTransfer ? { purpose: "dial", field: "" } : {}),
  };
  return { ...next, screen };
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

/** Whether what is typed goes into the field, letters too. */
export function isTyping({ screen }: AppState): boolean {
  return screen.field !== "" || screen.searching || screen.purpose === "transfer";
}

/** How many rows the list in front has. */
export function listLength(state: AppState): number {
  const { screen, records, phone } = state;
  switch (screen.view) {
    case "phone":
      return isTyping(state) ? records.hits.length : records.history.length;
    case "contacts":
      return contactsShown(state).length;
    case "history":
      return historyShown(state).length;
    case "quality":
      return phone.calls.length + phone.ended.length;
    case "devices":
      return records.devices?.devices.length ?? 0;
    case "accounts":
      return phone.accounts.length;
    case "log":
      return phone.log.length;
  }
}

/** The row that is chosen, inside the list whatever happened to it. */
export function chosenIndex(state: AppState): number {
  const { screen } = state;
  return Math.max(0, Math.min(screen.index[screen.view], listLength(state) - 1));
}

/** Contacts under what is typed: the station has searched them. */
export function contactsShown({ records }: AppState): readonly ContactHit[] {
  return records.contacts;
}

/** History under what is typed. */
export function historyShown({ records, screen }: AppState): readonly PastCall[] {
  const wanted = screen.field.toLocaleLowerCase();
  if (wanted === "" || screen.purpose === "transfer") return records.history;
  return records.history.filter(({ remote }) =>
    `${remote.displayName ?? ""} ${remote.uri} ${records.names.get(remote.uri) ?? ""}`
      .toLocaleLowerCase().includes(wanted)
  );
}

/** How the far side of a call is called here: address book, then what it says of itself. */
export function nameOf(
  { records }: Pick<AppState, "records">,
  remote: { uri: string; displayName?: string },
): string | undefined {
  const own = records.names.get(remote.uri);
  if (own !== undefined && own !== "") return own;
  return remote.displayName;
}
