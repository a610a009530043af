/**
 * What keys and choices do.
 *
 *     KeyEvent ─► keymap ─► action ─► request to the phone ─► (events bring the change)
 *                                 └─► Change of the screen
 *
 * It never draws, and what it asks of the phone it does not assume to have happened: events tell. An
 * action that is impossible says why.
 */
import { type ErrorJson, OffhookError } from "../../base/errors.ts";
import type { MethodName, Methods, Phone } from "../../control/contract/phone.ts";
import { type ActionName, ACTIONS, type AnswerName, goesTo } from "../keys/actions.ts";
import { CallActions } from "./call_actions.ts";
import { ContactActions } from "./contact_actions.ts";
import { keyLabel, type Keymap, layersOf } from "../keys/keymap.ts";
import type { KeyEvent } from "../keys/keys.ts";
import { List } from "./list_actions.ts";
import type { MouseEvent } from "../keys/mouse_event.ts";
import { frontCall } from "../model/phone_model.ts";
import type { Records } from "../model/records.ts";
import type { Act } from "../draw/rows.ts";
import { isTyping, type Overlay, type Undo, type ViewName, VIEWS } from "../model/state.ts";
import type { Store } from "../model/store.ts";
import type { Filling, StringKey, Words } from "../look/strings.ts";
import { cellText, withoutLast } from "../look/text.ts";
import { THEMES } from "../look/theme.ts";
import type { Timers } from "../model/timers.ts";
import { undoLast } from "./undo.ts";
import { Windows } from "./windows.ts";

/** How the screen is left. */
export type Leaving = "leave" | "end";

export interface ControllerOptions {
  store: Store;
  keymap: Keymap;
  words: Words;
  records: Records;
  timers: Timers;
  phone(): Phone | undefined;
  /** The screen ends; `end`: and the station with it. */
  leave(how: Leaving): void;
  /** Lines are typed instead of keys. */
  lines?: boolean;
  /** The program goes into the background of its shell until `fg`. */
  suspend(): void;
}

export class Controller {
  readonly store: Store;
  readonly words: Words;
  readonly keymap: Keymap;
  readonly contacts: ContactActions;
  readonly #options: ControllerOptions;
  readonly #calls: CallActions;
  readonly #list: List;
  readonly #windows: Windows;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.store = options.store;
    this.words = options.words;
    this.keymap = options.keymap;
    this.#calls = new CallActions(this);
    this.contacts = new ContactActions(this);
    this.#list = new List(this);
    this.#windows = new Windows(this, options.leave);
  }

  get records(): Records {
    return this.#options.records;
  }

  /** One key or paste. */
  press(event: Exclude<KeyEvent, MouseEvent>): void {
    this.store.dispatch({ type: "tick", at: this.#options.timers.now() });
    if (event.type === "paste") return this.#paste(event.text);
    if (this.#windows.padKey(event.key)) return;
    const action = this.keymap.find(event.key, layersOf(this.store.get()));
    if (action !== undefined) return this.act(action);
    this.#type(event.key);
  }

  /** What was clicked. */
  click(act: Act): void {
    this.store.dispatch({ type: "tick", at: this.#options.timers.now() });
    if ("action" in act) return this.act(act.action);
    if (this.store.get().screen.overlay !== undefined) return this.#windows.choose(act.choose);
    this.store.dispatch({ type: "move", to: act.choose });
  }

  /** An action, by its key or from the palette. */
  act(name: ActionName | AnswerName): void {
    if (isAnswer(name)) return this.#windows.answer(name);
    if (this.#windows.act(name)) return;
    const why = ACTIONS[name].off(this.store.get());
    if (why !== undefined) return this.#refuse(name, why);
    this.store.dispatch({ type: "quiet" });
    this.#perform(name);
  }

  say(key: StringKey, filling?: Filling, role: "text" | "good" | "warn" | "bad" = "text"): void {
    this.store.dispatch({ type: "say", text: this.words.t(key, filling), role });
  }

  sayError(error: ErrorJson): void {
    const hint = error.hint === undefined ? "" : ` ${error.hint}`;
    this.store.dispatch({ type: "say", text: `${error.message}.${hint}`, role: "bad" });
  }

  /** Asks the phone; a refusal is said, and gives undefined. */
  async ask<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] | undefined> {
    const phone = this.#options.phone();
    try {
      if (phone === undefined) throw new OffhookError("no-station", this.words.t("why.lost"));
      return await phone.request(method, params);
    } catch (error) {
      this.sayError(OffhookError.from(error).toJSON());
      return undefined;
    }
  }

  /** The call that keys mean now. */
  frontId(): string | undefined {
    return frontCall(this.store.get().phone)?.view.id;
  }

  /** The key of an action, as people write it; the palette's where it has none, its word in lines. */
  keyOf(name: ActionName): string {
    if (this.#options.lines) {
      // A letter is typed as it is; other keys are not, the action's word is.
      return this.keymap.keysOf(name, ["call", "free"])[0] ?? `“${name}”`;
    }
    return keyLabel(this.keymap.keysOf(name)[0] ?? ":");
  }

  undoable(step: Undo): void {
    this.store.dispatch({ type: "undoable", step });
  }

  open(overlay: Overlay | undefined): void {
    this.store.dispatch({ type: "overlay", overlay });
  }

  /** Puts text into the field and looks who fits. */
  setField(text: string): void {
    this.store.dispatch({ type: "field", text });
    if (typeof this.store.get().screen.purpose !== "object") void this.records.search(text);
  }

  #refuse(name: ActionName, why: StringKey): void {
    if (name === "clear" || name === "up" || name === "down" || name === "erase") return;
    this.say("hint.because", { why: this.words.t(why) }, "warn");
  }

  #perform(name: ActionName): void {
    if (name.startsWith("view.")) return this.#view(name);
    switch (name) {
      case "go":
        return this.#go();
      case "help":
        return this.open({ name: "help", top: 0 });
      case "palette":
        return this.open({ name: "palette", query: "", index: 0 });
      case "theme":
        return this.#nextTheme();
      case "quit":
        return this.#quit();
      case "suspend":
        return this.#options.suspend();
      case "endStation":
        return this.open({ name: "confirm", about: "end-station" });
      case "search":
        return this.store.dispatch({ type: "search" });
      case "erase":
        return this.setField(withoutLast(this.store.get().screen.field));
      case "clear":
        return this.#clear();
      case "undo":
        return void undoLast(this);
      case "doNotDisturb":
        return this.#doNotDisturb();
      case "louder":
        return void this.ask("volume", { volume: "up" });
      case "softer":
        return void this.ask("volume", { volume: "down" });
      case "refresh":
        return void this.records.refresh();
      default:
        if (this.#calls.perform(name) || this.contacts.perform(name)) return;
        this.#list.perform(name);
    }
  }

  #go(): void {
    const state = this.store.get();
    switch (goesTo(state)) {
      case "answer":
        return void this.#calls.perform("answer");
      case "register":
        return this.#list.perform("register");
      case "ladder":
        return this.#list.ladder();
      case "dial":
      case "call":
        return this.#list.dialChosen();
      case "transfer":
        return this.#list.transferChosen();
      case "rename":
        return void this.contacts.rename();
    }
  }

  #view(name: ActionName): void {
    const { view } = this.store.get().screen;
    const at = VIEWS.indexOf(view);
    const step = name === "view.next" ? 1 : name === "view.previous" ? -1 : undefined;
    const next = step === undefined
      ? name.slice("view.".length) as ViewName
      : VIEWS[(at + step + VIEWS.length) % VIEWS.length]!;
    this.open(undefined);
    this.store.dispatch({ type: "view", view: next });
    void this.records.entered(next);
  }

  /** What is neither bound nor a window's: text. */
  #type(key: string): void {
    const character = key === "space" ? " " : key;
    if ([...character].length !== 1 || this.#windows.type(character)) return;
    const state = this.store.get();
    const { screen } = state;
    const dials = /^[0-9*#+]$/.test(character);
    const letterInCall = !dials && !isTyping(state) && state.phone.calls.length > 0;
    if (letterInCall) return this.say("hint.letters", { search: this.keyOf("search") });
    if (character === " " && screen.field === "") return;
    this.setField(screen.field + cellText(character));
  }

  #paste(text: string): void {
    const line = cellText(text).trim().replace(/\s+/g, " ");
    if (line === "" || this.#windows.type(line)) return;
    this.setField(this.store.get().screen.field + line);
  }

  #clear(): void {
    const { screen, records } = this.store.get();
    if (screen.overlay !== undefined) return this.open(undefined);
    if (screen.purpose !== "dial") return this.store.dispatch({ type: "purpose", purpose: "dial" });
    if (isTyping(this.store.get())) return this.setField("");
    if (records.ladder !== undefined && screen.view === "log") return this.records.closeLadder();
    if (screen.view !== "phone") this.#view("view.phone");
  }

  #quit(): void {
    const { phone, ownership } = this.store.get();
    const asks = ownership !== "found" && phone.calls.length > 0 && phone.link.state === "up";
    if (asks) return this.open({ name: "confirm", about: "quit" });
    this.#options.leave(ownership === "found" ? "leave" : "end");
  }

  #nextTheme(): void {
    const { theme } = this.store.get().screen;
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
    this.store.dispatch({ type: "theme", theme: next });
  }

  #doNotDisturb(): void {
    const on = !this.store.get().phone.doNotDisturb;
    void this.ask("doNotDisturb", { on }).then((done) => {
      if (done === undefined) return;
      this.undoable({ kind: "do-not-disturb", on: !on });
      this.say(on ? "dnd.now-on" : "dnd.now-off");
    });
  }
}

function isAnswer(name: string): name is AnswerName {
  return name.startsWith("confirm.");
}
