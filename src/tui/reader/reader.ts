/**
 * The phone as lines: for screen readers, braille displays and whoever likes it plain.
 *
 *     line ─► command, number or choice ─► Controller, the same as the keys'
 *     change ─► announcements ─► lines, appended
 *
 * Nothing is drawn over, there is no second screen, and the cursor stands where one types. Letters
 * are those of the key table.
 */
import { isTelephoneKey } from "../../core/media/mod.ts";
import { addContact, beginRename, doesNow, removeContact } from "../act/mod.ts";
import {
  type ActionName,
  type AppState,
  asTyped,
  digitsGoTo,
  findHits,
  frontCall,
  lastNumbers,
  type ViewName,
  VIEWS,
} from "../model/mod.ts";
import { announcements } from "./announce.ts";
import type { Controller } from "../controller/mod.ts";
import { type Choice, CHOICES, contactChoices, historyChoices, viewLines } from "./reader_views.ts";
import { cellText, type StringKey, type Words } from "../look/mod.ts";
import { tourText } from "../draw/mod.ts";

export interface ReaderOptions {
  controller: Controller;
  words: Words;
  write(text: string): void;
}

type Run = () => unknown;

/** Commands of a word, besides the views. */
const WORDS: Readonly<Record<string, ActionName>> = {
  start: "startStation",
  dnd: "doNotDisturb",
  louder: "louder",
  softer: "softer",
  undo: "undo",
};

export class Reader {
  readonly #options: ReaderOptions;
  readonly #controller: Controller;
  #state: AppState;
  #choices: readonly Choice<Run>[] = [];
  /** A line is being answered: the prompt comes after that. */
  #taking = false;
  /** What was announced last: the same is not said twice in a row. */
  #said = "";
  #stop: () => void = () => {};

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#controller = options.controller;
    this.#state = options.controller.store.get();
  }

  begin(): void {
    const { store } = this.#controller;
    this.#line(this.#t("reader.welcome"));
    this.#lines(viewLines("phone", store.get(), this.#options.words));
    this.#lines(this.#tour(store.get()));
    this.#stop = store.subscribe(() => this.#look(store.get()));
    this.#prompt();
  }

  end(): void {
    this.#stop();
  }

  /** One line that was typed. The prompt comes when what it asked for is said. */
  async take(line: string): Promise<void> {
    const text = cellText(line).trim();
    const choices = this.#choices;
    this.#choices = [];
    this.#said = "";
    this.#taking = true;
    const chosen = /^\d{1,2}$/.test(text) ? choices[Number(text) - 1] : undefined;
    if (chosen !== undefined) await chosen.chosen();
    else if (typeof this.#controller.store.get().screen.purpose === "object") this.#name(text);
    else if (text !== "") await this.#command(text);
    this.#taking = false;
    this.#prompt();
  }

  async #command(text: string): Promise<void> {
    const [first = "", ...rest] = text.split(/\s+/);
    const argument = rest.join(" ");
    const word = first.toLowerCase();
    if (first === "?" || word === "help") return this.#help();
    if (first.startsWith("/")) return await this.#search(text.slice(1).trim());
    if (/^\p{L}$/u.test(first) && this.#letter(word, argument)) return;
    if (word === "add") return await this.#add(argument);
    if (rest.length === 0 && await this.#word(word)) return;
    const asked = word === "call" && argument !== "" ? argument : undefined;
    if (asked === undefined && this.#digits(text)) return;
    const target = asked ?? text;
    if (/\d|@|:/.test(target) && asTyped(target) !== undefined) return this.#dial(target);
    await this.#search(target);
  }

  /** The letters of the key table; those of transfer and digits take what follows. */
  #letter(letter: string, argument: string): boolean {
    const action = this.#controller.keymap.find(letter, ["call", "free"]);
    if (action === undefined) return false;
    if (action === "quit") this.#quit();
    else if (action === "transfer" || action === "pad") this.#intoCall(action, letter, argument);
    else if (argument !== "") return false;
    else this.#controller.act(action);
    return true;
  }

  /** In an answered call digits go into it. @returns whether they did */
  #digits(text: string): boolean {
    const digits = text.replace(/\s/g, "");
    const call = digits !== "" && [...digits].every(isTelephoneKey)
      ? digitsGoTo(this.#controller.store.get())
      : undefined;
    if (call === undefined) return false;
    void this.#controller.ask("dtmf", { call, digits });
    return true;
  }

  #redial(): void {
    const [last] = lastNumbers(this.#controller.store.get());
    if (last === undefined) this.#line(this.#t("why.no-history"));
    else this.#dial(last);
  }

  #intoCall(action: "transfer" | "pad", key: string, argument: string): void {
    const call = frontCall(this.#controller.store.get().phone)?.view.id;
    if (call === undefined) return this.#line(this.#t("why.no-call"));
    if (argument === "") return this.#line(this.#t("reader.argument", { key }));
    if (action === "transfer") {
      void this.#controller.ask("transfer", { call, target: argument });
    } else {
      void this.#controller.ask("dtmf", { call, digits: argument.replace(/\s/g, "") });
    }
  }

  /** @returns false when it is no command */
  async #word(word: string): Promise<boolean> {
    const view = VIEWS.find((name) => name.startsWith(word) && word.length > 1) ??
      VIEWS.find((name) => this.#t(`view.${name}`).toLowerCase() === word);
    const action = WORDS[word];
    if (action !== undefined) this.#controller.act(action);
    else if (word === "redial") this.#redial();
    else if (word === "rename" || word === "remove") this.#chooseContact(word);
    else if (view !== undefined) await this.#view(view);
    else return false;
    return true;
  }

  async #view(view: ViewName): Promise<void> {
    const { store, records } = this.#controller;
    const { words } = this.#options;
    if (view === "contacts") return this.#offerCalls(contactChoices(store.get()));
    if (view === "history") return this.#offerCalls(historyChoices(store.get(), words));
    if (view === "devices") await records.devices();
    this.#lines(viewLines(view, store.get(), words));
  }

  async #search(text: string): Promise<void> {
    const found = await this.#controller.ask("contacts.search", { query: text, limit: CHOICES });
    const { history } = this.#controller.store.get().records;
    const hits = findHits(text, found?.hits ?? [], history).slice(0, CHOICES);
    this.#offerCalls(hits.map(({ name, shown, target, kind }) => {
      const parts = [name, shown === name ? "" : shown, this.#t(`hit.${kind}`)];
      return { text: parts.filter(Boolean).join(", "), chosen: target };
    }));
  }

  #offerCalls(choices: readonly Choice<string>[]): void {
    this.#offer(
      choices.map(({ text, chosen }) => ({ text, chosen: () => this.#dial(chosen) })),
      this.#t("reader.choices", { count: choices.length }),
    );
  }

  #offer(choices: readonly Choice<Run>[], question: string): void {
    if (choices.length === 0) return this.#line(this.#t("reader.nobody"));
    this.#choices = choices;
    choices.forEach(({ text }, at) =>
      this.#line(this.#t("reader.choice", { number: at + 1, text }))
    );
    this.#line(question);
  }

  #dial(target: string): void {
    void this.#controller.ask("dial", { target });
  }

  /** Keeps who is on the line, else whom the last call was with. */
  async #add(name: string): Promise<void> {
    await addContact(this.#controller, name === "" ? undefined : name);
  }

  #chooseContact(what: "rename" | "remove"): void {
    const { contacts } = this.#controller.store.get().records;
    const choices = contacts.slice(0, CHOICES).map(({ contact }) => ({
      text: contact.name,
      chosen: () => {
        if (what === "remove") return removeContact(this.#controller, contact);
        beginRename(this.#controller, contact);
        this.#line(this.#t("reader.name", { name: contact.name }));
      },
    }));
    this.#offer(choices, this.#t("reader.choose"));
  }

  /** The answer to `rename`; nothing leaves the name as it was. */
  #name(text: string): void {
    if (text === "") return this.#controller.act("clear");
    this.#controller.setField(text);
    this.#controller.act("go");
  }

  #quit(): void {
    const controller = this.#controller;
    controller.act("quit");
    const state = controller.store.get();
    if (state.screen.overlay?.name !== "confirm") return;
    const inside = state.ownership === "inside";
    const answer = (name: "first" | "second" | "no", text: StringKey): Choice<Run> => ({
      text: this.#t(text),
      chosen: () => controller.act(`confirm.${name}`),
    });
    this.#line(this.#t(inside ? "confirm.quit.inside" : "confirm.quit"));
    this.#offer([
      answer("first", inside ? "confirm.quit.inside.first" : "confirm.quit.first"),
      ...(inside ? [] : [answer("second", "confirm.quit.second")]),
      answer("no", "confirm.no"),
    ], this.#t("reader.choose"));
  }

  #help(): void {
    const { keymap } = this.#controller;
    const letters = ([
      "answer",
      "reject",
      "hangup",
      "mute",
      "hold",
      "swap",
      "record",
      "followTransfer",
      "refuseTransfer",
      "quit",
    ] as ActionName[])
      .flatMap((name) => {
        const key = keymap.keysOf(name, ["call", "free"])[0];
        if (key === undefined) return [];
        return [`${key} ${this.#t(doesNow(name, this.#controller.store.get()))}`];
      });
    this.#line(letters.join(", "));
    this.#line(this.#t("reader.help", {
      transfer: keymap.keysOf("transfer", ["call"])[0] ?? "t",
      digits: keymap.keysOf("pad", ["call"])[0] ?? "d",
    }));
    this.#line(VIEWS.join(", "));
  }

  #look(state: AppState): void {
    const before = this.#state;
    this.#state = state;
    const lines = announcements(
      before,
      state,
      this.#options.words,
      (name) => this.#controller.keyOf(name),
    );
    if (state.screen.tour !== before.screen.tour) lines.push(...this.#tour(state));
    const fresh = lines.filter((line) => line !== this.#said);
    if (fresh.length === 0) return;
    this.#said = fresh.at(-1)!;
    if (this.#taking) return this.#lines(fresh);
    // What is being typed stays on its line: the terminal holds it, the announcement goes below.
    this.#options.write("\r\n");
    this.#lines(fresh);
    this.#prompt();
  }

  #tour(state: AppState): string[] {
    const text = tourText(state, this.#options.words, this.#controller.keymap);
    return text === undefined ? [] : [text];
  }

  #prompt(): void {
    this.#options.write(`${this.#t("reader.prompt")} `);
  }

  #lines(texts: readonly string[]): void {
    texts.forEach((text) => this.#line(text));
  }

  #line(text: string): void {
    this.#options.write(`${cellText(text)}\r\n`);
  }

  #t(key: StringKey, filling?: Record<string, string | number>): string {
    return this.#options.words.t(key, filling);
  }
}
