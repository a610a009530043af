/**
 * Everything that the screen shows, as one value, and what is read off it. `change.ts` changes it.
 *
 * Pure. What the station knows is only copied here; what is typed and chosen lives here alone.
 */
import type { ErrorJson } from "../../base/mod.ts";
import type { ThemeName } from "../../base/names/mod.ts";
import type {
  Contact,
  ContactAddress,
  ContactCard,
  ContactDraft,
  ContactHit,
  HeadsetList,
  LadderMessage,
  PastCall,
  SoundDevices,
} from "../../control/contract/mod.ts";
import type { SpeechSettings } from "../../core/media/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import type { ActionName } from "./action_names.ts";
import { frontCall, NO_PHONE, type PhoneModel } from "./phone_model.ts";
import { shortAddress, type StringKey, type TextRole } from "../look/mod.ts";
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
  /** `chosen`: the row, once somebody moved to it; by name, because the list moves. */
  | { name: "palette"; query: string; chosen?: ActionName }
  | { name: "pad"; call: CallId; sent: string }
  | { name: "confirm" } & ScreenQuestion;

export type ScreenQuestion =
  | { about: "quit" }
  | { about: "end-station" }
  | { about: "remove-contact"; contact: Contact };

export interface ScreenMessage {
  text: string;
  role: TextRole;
  /** ms since the epoch; gone after {@link MESSAGE_MS}. */
  at: number;
}

/** How the last thing is taken back. */
export type Undo =
  | { kind: "mute"; call: CallId; muted: boolean }
  | { kind: "hold"; call: CallId; held: boolean }
  | { kind: "do-not-disturb"; on: boolean }
  | { kind: "speech"; speech: Partial<SpeechSettings> }
  | { kind: "contact-removed"; card: ContactCard }
  | { kind: "contact-added"; id: string }
  | { kind: "contact-changed"; id: string; changes: ContactDraft }
  | { kind: "swap" };

/** What the field is for: a number or a name to look for, where to transfer to, a contact's name. */
export type Purpose = "dial" | "transfer" | { rename: Contact };

export interface ShownRecords {
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
  /** Where in it one types, in UTF-16 code units. */
  caret: number;
  /** Which of the last numbers stands in the field, and what was typed before it. */
  recall: { at: number; draft: string } | undefined;
  purpose: Purpose;
  /** `/` was pressed: letters are typed though a call is on. */
  searching: boolean;
  /** A call has just come, gone or moved: letters do nothing for a moment. */
  inert: boolean;
  /** The ringing call of which was said that there is no sound for it. */
  warned: CallId | undefined;
  /** Row of the list in front, by view; the phone view's is the hit. */
  index: Readonly<Record<ViewName, number>>;
  /** The number of the chosen contact that is called instead of its first. */
  number: string | undefined;
  overlay: Overlay | undefined;
  message: ScreenMessage | undefined;
  undo: readonly Undo[];
  theme: ThemeName;
  /** Step of the tour; absent: there is none. */
  tour?: number;
}

export interface AppState {
  phone: PhoneModel;
  records: ShownRecords;
  screen: Screen;
  ownership: Ownership;
  /** A station that died can be started from here. */
  startable: boolean;
  /** What the station calls itself: shown with the accounts. */
  stationName: string;
  /** ms since the epoch, as last told; moves only while something on screen needs it. */
  now: number;
}

export function firstState(options: {
  columns: number;
  rows: number;
  theme: ThemeName;
  ownership: Ownership;
  now: number;
  tour?: boolean;
  startable?: boolean;
}): AppState {
  const { columns, rows, theme, ownership, now, tour = false, startable = false } = options;
  return {
    phone: NO_PHONE,
    records: { history: [], contacts: [], hits: [], names: new Map() },
    screen: {
      size: { columns, rows },
      view: "phone",
      field: "",
      caret: 0,
      recall: undefined,
      purpose: "dial",
      searching: false,
      inert: false,
      warned: undefined,
      number: undefined,
      index: { phone: 0, contacts: 0, history: 0, quality: 0, devices: 0, accounts: 0, log: 0 },
      overlay: undefined,
      message: undefined,
      undo: [],
      theme,
      ...(tour ? { tour: 0 } : {}),
    },
    ownership,
    startable,
    stationName: "",
    now,
  };
}

/** Whether what is typed goes into the field, letters too. */
export function isTyping({ screen }: AppState): boolean {
  return screen.field !== "" || screen.searching || screen.purpose !== "dial";
}

/** Digits mean what they say, also over a list that they filter, until another row is chosen. */
export function dialsTyped(state: AppState): boolean {
  const { view, field, purpose } = state.screen;
  if (purpose !== "dial" || field === "") return false;
  return view === "phone" || /^[\d+*#]/.test(field) && state.screen.index[view] === 0;
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
function contactsShown({ records }: AppState): readonly ContactHit[] {
  return records.contacts;
}

/** History under what is typed. */
export function historyShown({ records, screen }: AppState): readonly PastCall[] {
  const wanted = screen.field.toLocaleLowerCase();
  if (wanted === "" || screen.purpose !== "dial") return records.history;
  return records.history.filter(({ remote }) =>
    `${remote.displayName ?? ""} ${remote.uri} ${records.names.get(remote.uri) ?? ""}`
      .toLocaleLowerCase().includes(wanted)
  );
}

/** How the far side of a call is called here: address book, then what it says of itself. */
export function nameOf(
  { records }: Pick<AppState, "records">,
  remote: { uri: string; displayName?: string; contact?: string },
): string | undefined {
  const own = records.names.get(remote.uri);
  if (own !== undefined && own !== "") return own;
  // Of a call that comes in the station says it at once, before it is looked up.
  return remote.contact ?? remote.displayName;
}

/** Why nothing can be asked of the phone now. */
export function lost({ phone }: AppState): StringKey | undefined {
  return phone.link.state === "up" ? undefined : "why.lost";
}

/** The call that takes digits as DTMF: an answered one, while nothing else is being typed. */
export function digitsGoTo(state: AppState): CallId | undefined {
  const view = frontCall(state.phone)?.view;
  const takes = view?.answeredAt !== undefined && view.state !== "ending" && !view.hold.local;
  return takes && !isTyping(state) && lost(state) === undefined ? view.id : undefined;
}

/** Numbers that were called last, newest first, each once, as they would be typed. */
export function lastNumbers({ records, phone }: AppState): readonly string[] {
  const [account, ...others] = phone.accounts;
  const own = others.length > 0 ? undefined : account?.uri.replace(/^[^@]*@/, "");
  const called = records.history.filter(({ direction }) => direction === "outgoing");
  return [
    ...new Set(
      called.map(({ remote: { uri } }) =>
        own !== undefined && uri.endsWith(`@${own}`) ? shortAddress(uri) : uri
      ),
    ),
  ];
}

/** Whether Up and Down go through the last numbers: from the top of the list on. */
export function canRecall(state: AppState): boolean {
  const { screen, phone } = state;
  if (screen.view !== "phone" || typeof screen.purpose === "object") return false;
  if (lastNumbers(state).length === 0) return false;
  return chosenIndex(state) === 0 || !isTyping(state) && phone.calls.length > 0;
}

/** The contact that the cursor is on. */
export function chosenContact(state: AppState): Contact | undefined {
  return state.records.contacts[chosenIndex(state)]?.contact;
}

/** What can be called of a contact. */
export function numbersOf(contact: Contact | undefined): readonly string[] {
  return contact?.addresses.map(({ value }: ContactAddress) => value) ?? [];
}

/** The number of the chosen contact that Enter calls. */
export function chosenNumber(state: AppState): string | undefined {
  const { number } = state.screen;
  if (number !== undefined && numbersOf(chosenContact(state)).includes(number)) return number;
  return state.records.contacts[chosenIndex(state)]?.address?.value;
}
