/**
 * The phone as lines: for screen readers, braille displays and whoever likes it plain.
 *
 *     line ─► command, number or choice ─► Controller, the same as the keys'
 *     change ─► announcements ─► lines, appended
 *
 * Nothing is drawn over, there is no second screen, and the cursor stands where one types. Letters
 * are those of the key table. Not on the real-time path.
 */
import type { ActionName } from "./actions.ts";
import { announcements, callSentence } from "./announce.ts";
import type { Controller } from "./controller.ts";
import { verdictOf } from "./quality.ts";
import { asTyped, findHits } from "./search.ts";
import { type AppState, nameOf, type ViewName, VIEWS } from "./state.ts";
import type { StringKey, Words } from "./strings.ts";
import { clean, shortAddress } from "./text.ts";
import { tourText } from "./tour_text.ts";
import { registrationText } from "./views/accounts.ts";
import { verdictText, whoOf } from "./widgets.ts";

export interface ReaderOptions {
  controller: Controller;
  words: Words;
  write(text: string): void;
}

interface Choice {
  text: string;
  run(): void;
}

const CHOICES = 9;

export class Reader {
  readonly #options: ReaderOptions;
  #state: AppState;
  #choices: readonly Choice[] = [];
  #stop: () => void = () => {};

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#state = options.controller.store.get();
  }

  begin(): void {
    const { store } = this.#options.controller;
    this.#line(this.#t("reader.welcome"));
    this.#where();
    this.#tour(store.get()).forEach((text) => this.#line(text));
    this.#stop = store.subscribe(() => this.#look(store.get()));
    this.#prompt();
  }

  end(): void {
    this.#stop();
  }

  /** One line that was typed. */
  take(line: string): void {
    const text = clean(line).trim();
    const choices = this.#choices;
    this.#choices = [];
    const chosen = choices[Number(text) - 1];
    if (/^\d{1,2}$/.test(text) && chosen !== undefined) chosen.run();
    else if (text !== "") this.#command(text);
    this.#prompt();
  }

  #command(text: string): void {
    const [first = "", ...rest] = text.split(/\s+/);
    const argument = rest.join(" ");
    if (first === "?" || first === "help") return this.#help();
    if (first.startsWith("/")) return this.#search(text.slice(1).trim());
    if (this.#isLetter(first) && this.#letter(first.toLowerCase(), argument)) return;
    if (rest.length === 0 && this.#word(first.toLowerCase())) return;
    if (/\d|@|:/.test(text) && asTyped(text) !== undefined) return this.#dial(text);
    this.#search(text);
  }

  #isLetter(text: string): boolean {
    return /^\p{L}$/u.test(text);
  }

  /** The letters of the key table; `t` and `d` take what follows. */
  #letter(letter: string, argument: string): boolean {
    const { controller } = this.#options;
    const action = controller.keymap.find(letter, ["call", "free"]);
    if (action === undefined) return false;
    if (action === "quit") {
      this.#quit();
      return true;
    }
    if (argument === "") {
      controller.act(action);
      return true;
    }
    if (action === "transfer") this.#transfer(argument);
    else if (action === "pad") this.#digits(argument);
    else return false;
    return true;
  }

  #word(word: string): boolean {
    const view = VIEWS.find((name) => name.startsWith(word) && word.length > 1) ??
      VIEWS.find((name) => this.#t(`view.${name}`).toLowerCase() === word);
    if (word === "redial") this.#options.controller.act("redial");
    else if (word === "dnd") this.#options.controller.act("doNotDisturb");
    else if (view !== undefined) this.#view(view);
    else return false;
    return true;
  }

  #view(view: ViewName): void {
    const state = this.#options.controller.store.get();
    const { words } = this.#options;
    switch (view) {
      case "phone":
        return this.#where();
      case "contacts":
        return this.#offer(
          state.records.contacts.slice(0, CHOICES).flatMap(({ contact, address }) =>
            address === undefined
              ? []
              : [this.#callChoice(`${contact.name}, ${address.value}`, address.value)]
          ),
        );
      case "history":
        return this.#offer(
          state.records.history.slice(0, CHOICES).map((past) => {
            const name = nameOf(state, past.remote) ?? shortAddress(past.remote.uri);
            const outcome = words.t(`outcome.${past.outcome ?? "live"}` as StringKey);
            const when = words.moment(past.startedAt, state.now);
            const direction = words.t(`direction.${past.direction}`);
            return this.#callChoice(`${name}, ${outcome}, ${direction}, ${when}`, past.remote.uri);
          }),
        );
      case "quality":
        return this.#quality(state);
      case "devices":
        return this.#devices(state);
      case "accounts":
        return this.#accounts(state);
      case "log":
        return state.phone.log.slice(-CHOICES).forEach(({ at, text }) =>
          this.#line(`${words.moment(at, state.now)} ${text}`)
        );
    }
  }

  #where(): void {
    const state = this.#options.controller.store.get();
    this.#accounts(state);
    if (state.phone.calls.length === 0) return this.#line(this.#t("call.none"));
    for (const call of state.phone.calls) {
      this.#line(callSentence(state, call, this.#options.words));
    }
  }

  #accounts(state: AppState): void {
    const { accounts } = state.phone;
    if (accounts.length === 0) return this.#line(this.#t("accounts.none.hint"));
    for (const account of accounts) {
      const { registration, id, uri } = account;
      const why = registration.state === "failed" ? `, ${registration.error.message}` : "";
      const text = registrationText(account, this.#options.words, state.now);
      this.#line(`${id}, ${uri}: ${text}${why}`);
    }
  }

  #quality(state: AppState): void {
    const { words } = this.#options;
    if (state.phone.calls.length === 0) return this.#line(this.#t("quality.none"));
    for (const { view, samples } of state.phone.calls) {
      const sides = (["theirs", "ours"] as const).map((side) =>
        `${words.t(`quality.${side}`)}: ${verdictText(verdictOf(samples, side), words)}`
      );
      this.#line(`${whoOf(state, view.remote)}. ${sides.join(". ")}`);
    }
  }

  #devices(state: AppState): void {
    void this.#options.controller.records.devices().then(() => {
      const { devices } = this.#options.controller.store.get().records;
      if ((devices?.devices.length ?? 0) === 0) this.#line(this.#t("devices.none"));
      for (const { name, defaultInput, defaultOutput } of devices?.devices ?? []) {
        const standard = defaultInput || defaultOutput ? `, ${this.#t("devices.default")}` : "";
        this.#line(`${name}${standard}`);
      }
    });
    const { headsets } = state.phone;
    if (headsets.length === 0) this.#line(this.#t("headset.none"));
    for (const { name, attached } of headsets) {
      this.#line(`${name}: ${this.#t(attached ? "headset.attached" : "headset.detached")}`);
    }
  }

  #search(text: string): void {
    const { controller } = this.#options;
    void controller.ask("contacts.search", { query: text, limit: CHOICES }).then((found) => {
      const { history } = controller.store.get().records;
      const hits = findHits(text, found?.hits ?? [], history).slice(0, CHOICES);
      this.#offer(hits.map(({ name, shown, target, kind }) => {
        const parts = [name, shown === name ? "" : shown, this.#t(`hit.${kind}`)];
        return this.#callChoice(parts.filter(Boolean).join(", "), target);
      }));
      this.#prompt();
    });
  }

  #callChoice(text: string, target: string): Choice {
    return { text, run: () => this.#dial(target) };
  }

  #offer(choices: readonly Choice[], question?: string): void {
    if (choices.length === 0) return this.#line(this.#t("reader.nobody"));
    this.#choices = choices;
    choices.forEach(({ text }, at) =>
      this.#line(this.#t("reader.choice", { number: at + 1, text }))
    );
    this.#line(question ?? this.#t("reader.choices", { count: choices.length }));
  }

  #dial(target: string): void {
    void this.#options.controller.ask("dial", { target });
  }

  #transfer(target: string): void {
    const call = this.#options.controller.frontId();
    if (call === undefined) return this.#line(this.#t("why.no-call"));
    void this.#options.controller.ask("transfer", { call, target });
  }

  #digits(digits: string): void {
    const call = this.#options.controller.frontId();
    if (call === undefined) return this.#line(this.#t("why.no-call"));
    void this.#options.controller.ask("dtmf", { call, digits: digits.replace(/\s/g, "") });
  }

  #quit(): void {
    const { controller } = this.#options;
    controller.act("quit");
    const state = controller.store.get();
    if (state.screen.overlay?.name !== "confirm") return;
    const inside = state.ownership === "inside";
    const answer = (name: "first" | "second" | "no", text: StringKey): Choice => ({
      text: this.#t(text),
      run: () => controller.act(`confirm.${name}`),
    });
    this.#line(this.#t(inside ? "confirm.quit.inside" : "confirm.quit"));
    this.#offer([
      answer("first", inside ? "confirm.quit.inside.first" : "confirm.quit.first"),
      ...(inside ? [] : [answer("second", "confirm.quit.second")]),
      answer("no", "confirm.no"),
    ], this.#t("reader.choose"));
  }

  #help(): void {
    const { controller } = this.#options;
    const letters = (["answer", "reject", "hangup", "mute", "hold", "swap", "quit"] as ActionName[])
      .flatMap((name) => {
        const key = controller.keymap.keysOf(name, ["call", "free"])[0];
        return key === undefined ? [] : [`${key} ${this.#t(`action.${name}` as StringKey)}`];
      });
    this.#line(letters.join(", "));
    this.#line(this.#t("reader.help", {
      transfer: controller.keymap.keysOf("transfer", ["call"])[0] ?? "t",
      digits: controller.keymap.keysOf("pad", ["call"])[0] ?? "d",
    }));
    this.#line(VIEWS.join(", "));
  }

  #look(state: AppState): void {
    const before = this.#state;
    this.#state = state;
    const lines = announcements(before, state, this.#options.words);
    if (state.screen.tour !== before.screen.tour) lines.push(...this.#tour(state));
    if (lines.length === 0) return;
    // What is being typed stays on its line: the terminal holds it, the announcement goes below.
    this.#options.write("\r\n");
    for (const line of lines) this.#line(line);
    this.#prompt();
  }

  #tour(state: AppState): string[] {
    const text = tourText(state, this.#options.words, this.#options.controller.keymap);
    return text === undefined ? [] : [text];
  }

  #prompt(): void {
    this.#options.write(`${this.#t("reader.prompt")} `);
  }

  #line(text: string): void {
    this.#options.write(`${clean(text)}\r\n`);
  }

  #t(key: StringKey, filling?: Record<string, string | number>): string {
    return this.#options.words.t(key, filling);
  }
}
