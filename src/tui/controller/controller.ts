/**
 * What keys, clicks and choices do.
 *
 *     KeyEvent ─► window on top? ─► field? ─► keymap ─► ACTIONS[…].run ─► request to the phone ─► events
 *                                                └► Change of the screen                  bring the change
 *
 * It never draws, and what it asks of the phone it does not assume to have happened: events tell. An
 * action that is impossible says why.
 */
import { OffhookError, sentences } from "../../base/mod.ts";
import { isTelephoneKey } from "../../core/media/mod.ts";
import type { MethodName, Methods } from "../../control/contract/mod.ts";
import { ACTIONS, type Desk, type MessageRole, type Program, whyNot } from "../act/mod.ts";
import {
  type ActionName,
  type AnswerName,
  digitsGoTo,
  edited,
  inserted,
  isTyping,
  type Line,
  type Overlay,
  type RecordLoader,
  type ScreenStore,
  type Timers,
  type Undo,
} from "../model/mod.ts";
import { Calm } from "./calm.ts";
import {
  isDialled,
  type KeyEvent,
  keyLabel,
  type Keymap,
  layersOf,
  type MouseEvent,
} from "../keys/mod.ts";
import type { Act } from "../draw/mod.ts";
import { cellText, type Filling, type StringKey, type Words } from "../look/mod.ts";
import { SecondPress } from "./second_press.ts";
import { Windows } from "./windows.ts";

export interface ControllerOptions {
  store: ScreenStore;
  keymap: Keymap;
  words: Words;
  records: RecordLoader;
  timers: Timers;
  program: Program;
  /** Lines are typed instead of keys. */
  lines?: boolean;
}

/** Said of no key that does nothing here: it is pressed by the way. */
const QUIET: ReadonlySet<ActionName> = new Set(["clear", "up", "down", "otherNumber"]);

export class Controller implements Desk {
  readonly store: ScreenStore;
  readonly words: Words;
  readonly keymap: Keymap;
  readonly #options: ControllerOptions;
  readonly #windows: Windows;
  readonly #calm: Calm;
  readonly #secondPress: SecondPress;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.store = options.store;
    this.words = options.words;
    this.keymap = options.keymap;
    this.#windows = new Windows(this, options.keymap, (name) => this.act(name));
    this.#calm = new Calm(options.store, options.timers);
    this.#secondPress = new SecondPress(options.timers);
  }

  close(): void {
    this.#calm.close();
  }

  get records(): RecordLoader {
    return this.#options.records;
  }

  get program(): Program {
    return this.#options.program;
  }

  /** One key or paste. */
  press(event: Exclude<KeyEvent, MouseEvent>): void {
    this.#tick();
    if (event.type === "paste") return this.#paste(event.text);
    const { key } = event;
    if (this.#windows.key(key) || this.#editKey(key)) return;
    if (event.burst && this.#inCall()) {
      return this.say("hint.letters", { search: this.keyOf("search") });
    }
    const state = this.store.get();
    const action = this.keymap.find(key, layersOf(state));
    if (action === "quit" && this.#secondPress.isWanted(key, state)) {
      return this.say("quit.again", { key: this.keyOf("quit") }, "warn");
    }
    if (action !== undefined) return this.act(action);
    this.#type(key);
  }

  /** What was clicked. */
  click(act: Act): void {
    this.#tick();
    const { overlay, inert } = this.store.get().screen;
    if ("action" in act) {
      // What stood there a moment ago may have been something else.
      if (inert && !isAnswer(act.action) && ACTIONS[act.action].group === "calls") {
        return this.say("hint.inert", { key: this.keyOf("search") });
      }
      return this.act(act.action);
    }
    if (overlay !== undefined) return this.#windows.choose(act.choose);
    this.store.dispatch({ type: "move", to: act.choose });
  }

  /** An action, by its key or from the palette. */
  act(name: ActionName | AnswerName): void {
    if (isAnswer(name)) return this.#windows.answer(name);
    if (this.#windows.act(name)) return;
    const why = whyNot(name, this.store.get());
    if (why !== undefined) {
      if (!QUIET.has(name)) this.say("hint.because", { why: this.words.t(why) }, "warn");
      return;
    }
    this.store.dispatch({ type: "quiet" });
    void ACTIONS[name].run(this, this.store.get());
  }

  say(key: StringKey, filling?: Filling, role: MessageRole = "text"): void {
    this.store.dispatch({ type: "say", text: this.words.t(key, filling), role });
  }

  sayError(error: unknown): void {
    const told = OffhookError.from(error);
    const text = sentences(this.words.error(told), told.hint);
    this.store.dispatch({ type: "say", text, role: "bad" });
  }

  async ask<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] | undefined> {
    const phone = this.program.phone();
    try {
      if (phone === undefined) throw new OffhookError("no-station", this.words.t("why.lost"));
      return await phone.request(method, params);
    } catch (error) {
      this.sayError(error);
      return undefined;
    }
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

  setField(text: string): void {
    this.store.dispatch({ type: "field", text });
    this.#search();
  }

  /** Letters are keys of a call now. */
  #inCall(): boolean {
    return layersOf(this.store.get()).includes("call");
  }

  #tick(): void {
    this.store.dispatch({ type: "tick", at: this.#options.timers.now() });
  }

  /** Keys of a line editor belong to the field while it has text or the focus. */
  #editKey(key: string): boolean {
    const state = this.store.get();
    if (state.screen.overlay !== undefined || !isTyping(state)) return false;
    const line = edited(this.#line(), key);
    if (line !== undefined) this.#edit(line);
    return line !== undefined;
  }

  #line(): Line {
    const { field: text, caret } = this.store.get().screen;
    return { text, caret };
  }

  #edit(line: Line): void {
    const before = this.store.get().screen.field;
    this.store.dispatch({ type: "edit", line });
    if (line.text !== before) this.#search();
  }

  #search(): void {
    const { purpose, field } = this.store.get().screen;
    if (typeof purpose !== "object") void this.records.search(field);
  }

  /** What is neither bound nor a window's: text. */
  #type(key: string): void {
    const character = key === "space" ? " " : key;
    if ([...character].length !== 1 || this.#windows.type(character)) return;
    const state = this.store.get();
    const call = isTelephoneKey(character) ? digitsGoTo(state) : undefined;
    if (call !== undefined) return void this.ask("dtmf", { call, digits: character });
    if (!isTyping(state)) {
      if (!isDialled(character) && !this.#letterIsText()) return;
      if (character === " ") return;
    }
    this.#edit(inserted(this.#line(), cellText(character)));
  }

  /** @returns false when it does nothing: then that is said */
  #letterIsText(): boolean {
    const key = this.keyOf("search");
    if (this.#calm.drops()) this.say("hint.inert", { key });
    else if (this.store.get().phone.calls.length > 0) this.say("hint.letters", { search: key });
    else return true;
    return false;
  }

  #paste(text: string): void {
    const line = cellText(text).trim().replace(/\s+/g, " ");
    if (line === "" || this.#windows.type(line)) return;
    this.#edit(inserted(this.#line(), line));
  }
}

function isAnswer(name: string): name is AnswerName {
  return name.startsWith("confirm.");
}
