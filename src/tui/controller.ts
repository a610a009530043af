/**
 * What keys and choices do.
 *
 *     KeyEvent ─► keymap ─► action ─► request to the phone ─► (events bring the change)
 *                                 └─► Change of the screen
 *
 * It never draws, and what it asks of the phone it does not assume to have happened: events tell. An
 * action that is impossible says why.
 */
import { type ErrorJson, OffhookError } from "../core/errors.ts";
import type { MethodName, Methods, Phone } from "../control/phone.ts";
import { type ActionName, ACTIONS, type AnswerName, goesTo } from "./actions.ts";
import { CallActions } from "./call_actions.ts";
import { type Keymap, layersOf } from "./keymap.ts";
import type { KeyEvent } from "./keys.ts";
import { List } from "./list_actions.ts";
import { paletteEntries } from "./palette.ts";
import { frontCall } from "./phone_model.ts";
import type { Records } from "./records.ts";
import { isTyping, type Overlay, type Undo, type ViewName, VIEWS } from "./state.ts";
import type { Store } from "./store.ts";
import type { Filling, StringKey, Words } from "./strings.ts";
import { clean, withoutLast } from "./text.ts";
import { THEMES } from "./theme.ts";
import type { Timers } from "./timers.ts";

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
}

export class Controller {
  readonly store: Store;
  readonly words: Words;
  readonly keymap: Keymap;
  readonly #options: ControllerOptions;
  readonly #calls: CallActions;
  readonly #list: List;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.store = options.store;
    this.words = options.words;
    this.keymap = options.keymap;
    this.#calls = new CallActions(this);
    this.#list = new List(this);
  }

  get records(): Records {
    return this.#options.records;
  }

  /** One key or paste. */
  press(event: KeyEvent): void {
    this.store.dispatch({ type: "tick", at: this.#options.timers.now() });
    if (event.type === "paste") return this.#paste(event.text);
    const state = this.store.get();
    const { overlay } = state.screen;
    const layers = layersOf(state);
    const action = this.keymap.find(event.key, layers);
    if (overlay?.name === "pad" && this.#padKey(overlay, event.key)) return;
    if (action !== undefined) return this.act(action);
    this.#type(event.key);
  }

  /** An action, by its key or from the palette. */
  act(name: ActionName | AnswerName): void {
    const state = this.store.get();
    const { overlay } = state.screen;
    if (isAnswer(name)) return this.#answer(name);
    if (overlay?.name === "palette" && this.#actInPalette(name, overlay)) return;
    if (overlay?.name === "help" && this.#actInHelp(name, overlay)) return;
    if (overlay?.name === "confirm" && name === "quit") return this.#leave("leave");
    const why = ACTIONS[name].off(state);
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

  undoable(step: Undo): void {
    this.store.dispatch({ type: "undoable", step });
  }

  open(overlay: Overlay | undefined): void {
    this.store.dispatch({ type: "overlay", overlay });
  }

  /** Puts text into the field and looks who fits. */
  setField(text: string): void {
    this.store.dispatch({ type: "field", text });
    void this.records.search(text);
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
      case "endStation":
        return this.#endStation();
      case "search":
        return this.store.dispatch({ type: "search" });
      case "erase":
        return this.setField(withoutLast(this.store.get().screen.field));
      case "clear":
        return this.#clear();
      case "undo":
        return this.#undo();
      case "doNotDisturb":
        return this.#doNotDisturb();
      case "refresh":
        return void this.records.refresh();
      default:
        if (!this.#calls.perform(name)) this.#list.perform(name);
    }
  }

  #go(): void {
    const state = this.store.get();
    switch (goesTo(state)) {
      case "answer":
        return void this.#calls.perform("answer");
      case "register":
        return void this.#list.perform("register");
      case "ladder":
        return this.#list.ladder();
      case "dial":
      case "call":
        return this.#list.dialChosen();
      case "transfer":
        return this.#list.transferChosen();
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
    const state = this.store.get();
    const { screen } = state;
    const character = key === "space" ? " " : key;
    if ([...character].length !== 1) return;
    if (screen.overlay?.name === "palette") {
      return this.open({ ...screen.overlay, query: screen.overlay.query + character, index: 0 });
    }
    if (screen.overlay !== undefined) return;
    const dials = /^[0-9*#+]$/.test(character);
    const letterInCall = !dials && !isTyping(state) && state.phone.calls.length > 0;
    if (letterInCall) return this.say("hint.letters");
    if (character === " " && screen.field === "") return;
    this.setField(screen.field + clean(character));
  }

  #paste(text: string): void {
    const { screen } = this.store.get();
    const line = clean(text).trim().replace(/\s+/g, " ");
    if (line === "") return;
    if (screen.overlay?.name === "palette") {
      return this.open({ ...screen.overlay, query: screen.overlay.query + line });
    }
    if (screen.overlay?.name === "pad") {
      return void [...line].forEach((key) => this.#padKey(screen.overlay!, key));
    }
    if (screen.overlay === undefined) this.setField(screen.field + line);
  }

  #padKey(overlay: Overlay, key: string): boolean {
    const digit = key.toUpperCase();
    if (overlay.name !== "pad" || !/^[0-9*#A-D]$/.test(digit)) return false;
    const now = this.store.get().screen.overlay;
    const sent = now?.name === "pad" ? now.sent : overlay.sent;
    this.open({ ...overlay, sent: (sent + digit).slice(-40) });
    void this.ask("dtmf", { call: overlay.call, digits: digit });
    return true;
  }

  #clear(): void {
    const { screen } = this.store.get();
    if (screen.overlay !== undefined) return this.open(undefined);
    if (screen.purpose === "transfer") {
      return this.store.dispatch({ type: "purpose", purpose: "dial" });
    }
    if (isTyping(this.store.get())) return this.setField("");
    if (this.store.get().records.ladder !== undefined && screen.view === "log") {
      return this.records.closeLadder();
    }
    if (screen.view !== "phone") this.#view("view.phone");
  }

  #actInPalette(name: ActionName, overlay: Extract<Overlay, { name: "palette" }>): boolean {
    const entries = paletteEntries(this.store.get(), this.words, this.keymap, overlay.query);
    const last = Math.max(0, entries.length - 1);
    switch (name) {
      case "up":
        this.open({ ...overlay, index: Math.max(0, overlay.index - 1) });
        return true;
      case "down":
        this.open({ ...overlay, index: Math.min(last, overlay.index + 1) });
        return true;
      case "erase":
        this.open({ ...overlay, query: withoutLast(overlay.query), index: 0 });
        return true;
      case "clear":
        this.open(undefined);
        return true;
      case "go": {
        const entry = entries[Math.min(overlay.index, last)];
        if (entry === undefined) return true;
        this.open(undefined);
        this.act(entry.action);
        return true;
      }
      default:
        this.open(undefined);
        return false;
    }
  }

  #actInHelp(name: ActionName, overlay: Extract<Overlay, { name: "help" }>): boolean {
    const page = Math.max(1, this.store.get().screen.size.rows - 4);
    const steps: Partial<Record<ActionName, number>> = {
      up: -1,
      down: 1,
      pageUp: -page,
      pageDown: page,
    };
    const step = steps[name];
    if (step !== undefined) this.open({ ...overlay, top: Math.max(0, overlay.top + step) });
    else this.open(undefined);
    return step !== undefined || name === "clear" || name === "help";
  }

  #quit(): void {
    const { phone, ownership } = this.store.get();
    const asks = ownership !== "found" && phone.calls.length > 0 && phone.link.state === "up";
    if (asks) return this.open({ name: "confirm", about: "quit" });
    this.#leave(ownership === "found" ? "leave" : "end");
  }

  #endStation(): void {
    this.open({ name: "confirm", about: "end-station" });
  }

  #answer(name: AnswerName): void {
    const { screen, ownership } = this.store.get();
    if (screen.overlay?.name !== "confirm") return;
    const { about } = screen.overlay;
    const second = about === "quit" && ownership === "started";
    if (name === "confirm.second" && !second) return;
    this.open(undefined);
    if (name === "confirm.no") return;
    if (about === "remove-contact") return this.#list.removeChosen();
    const ends = about === "end-station" || ownership === "inside" || name === "confirm.second";
    this.#leave(ends ? "end" : "leave");
  }

  #leave(how: Leaving): void {
    this.#options.leave(how);
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

  #undo(): void {
    const step = this.store.get().screen.undo.at(-1);
    if (step === undefined) return;
    this.store.dispatch({ type: "undone" });
    void this.#takeBack(step).then((done) => {
      if (done !== undefined) this.say("undo.done");
    });
  }

  async #takeBack(step: Undo): Promise<unknown> {
    switch (step.kind) {
      case "mute":
        return await this.ask("mute", { call: step.call, muted: step.muted });
      case "hold":
        return await this.ask(step.held ? "hold" : "resume", { call: step.call });
      case "do-not-disturb":
        return await this.ask("doNotDisturb", { on: step.on });
      case "contact-removed": {
        const { id: _, ...draft } = step.contact;
        const { name, addresses, organisation, note, favourite } = draft;
        const added = await this.ask("contacts.add", {
          name,
          addresses,
          organisation,
          note,
          favourite,
        });
        await this.records.contacts();
        return added;
      }
      case "contact-added": {
        const removed = await this.ask("contacts.remove", { id: step.id });
        await this.records.contacts();
        return removed;
      }
    }
  }
}

function isAnswer(name: string): name is AnswerName {
  return name.startsWith("confirm.");
}
