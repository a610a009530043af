/**
 * What keys do while a window is on top: the palette, the page of keys, the digit pad, a question.
 *
 *     act(name) ─► taken by the window? ─► yes: done      no: the window closes, the action goes on
 */
import { isDigit } from "../../core/media/mod.ts";
import { type Desk, removeContact } from "../act/mod.ts";
import {
  type ActionName,
  type AnswerName,
  edited,
  type KeyName,
  type Overlay,
} from "../model/mod.ts";
import { type Keymap, paletteEntries, type PaletteEntry, paletteRow } from "../keys/mod.ts";

type Of<Name extends Overlay["name"]> = Extract<Overlay, { name: Name }>;

export class Windows {
  readonly #desk: Desk;
  readonly #keymap: Keymap;
  readonly #act: (name: ActionName) => void;

  constructor(desk: Desk, keymap: Keymap, act: (name: ActionName) => void) {
    this.#desk = desk;
    this.#keymap = keymap;
    this.#act = act;
  }

  get #overlay(): Overlay | undefined {
    return this.#desk.store.get().screen.overlay;
  }

  /** @returns whether the window on top took it */
  act(name: ActionName): boolean {
    const overlay = this.#overlay;
    if (overlay?.name === "palette") return this.#palette(name, overlay);
    if (overlay?.name === "help") return this.#help(name, overlay);
    if (overlay?.name !== "confirm" || name !== "quit") return false;
    this.#desk.program.leave("leave");
    return true;
  }

  /** A choice of the question. */
  answer(name: AnswerName): void {
    const overlay = this.#overlay;
    const { ownership } = this.#desk.store.get();
    if (overlay?.name !== "confirm") return;
    const second = overlay.about === "quit" && ownership === "started";
    if (name === "confirm.second" && !second) return;
    this.#desk.open(undefined);
    if (name === "confirm.no") return;
    if (overlay.about === "remove-contact") {
      return void removeContact(this.#desk, overlay.contact);
    }
    const ends = overlay.about === "end-station" || ownership === "inside" ||
      name === "confirm.second";
    this.#desk.program.leave(ends ? "end" : "leave");
  }

  /** A row of the palette was clicked. */
  choose(index: number): void {
    const overlay = this.#overlay;
    if (overlay?.name === "palette") this.#choose(overlay, this.#entries(overlay)[index]);
  }

  /** Text, typed or pasted. @returns whether the window on top took it */
  type(text: string): boolean {
    const overlay = this.#overlay;
    if (overlay?.name === "palette") {
      this.#desk.open({ name: "palette", query: overlay.query + text });
    } else if (overlay?.name === "pad") {
      for (const key of text) this.#digit(overlay.call, key);
    }
    return overlay !== undefined;
  }

  /** @returns whether the window on top took it before any action could */
  key(key: KeyName): boolean {
    const overlay = this.#overlay;
    if (overlay?.name === "pad") return this.#digit(overlay.call, key);
    if (overlay?.name !== "palette") return false;
    const { query } = overlay;
    const line = edited({ text: query, caret: query.length }, key);
    if (line === undefined) return false;
    if (line.text !== query) this.#desk.open({ name: "palette", query: line.text });
    return true;
  }

  /** @returns whether it is one: then it is sent into the call */
  #digit(call: string, key: KeyName): boolean {
    const digit = key.toUpperCase();
    const overlay = this.#overlay;
    if (overlay?.name !== "pad" || !isDigit(digit)) return false;
    this.#desk.open({ ...overlay, sent: (overlay.sent + digit).slice(-40) });
    void this.#desk.ask("dtmf", { call, digits: digit });
    return true;
  }

  #entries({ query }: Of<"palette">): PaletteEntry[] {
    return paletteEntries(this.#desk.store.get(), this.#desk.words, this.#keymap, query);
  }

  #choose(overlay: Of<"palette">, entry: PaletteEntry | undefined): void {
    if (entry !== undefined) this.#desk.open({ ...overlay, chosen: entry.action });
  }

  #palette(name: ActionName, overlay: Of<"palette">): boolean {
    const entries = this.#entries(overlay);
    const at = paletteRow(entries, overlay.chosen);
    switch (name) {
      case "up":
      case "down":
        this.#choose(overlay, entries[at + (name === "up" ? -1 : 1)]);
        return true;
      case "clear":
        this.#desk.open(undefined);
        return true;
      case "go": {
        const entry = entries[at];
        if (entry === undefined) return true;
        this.#desk.open(undefined);
        this.#act(entry.action);
        return true;
      }
      default:
        this.#desk.open(undefined);
        return false;
    }
  }

  #help(name: ActionName, overlay: Of<"help">): boolean {
    const page = Math.max(1, this.#desk.store.get().screen.size.rows - 4);
    const steps: Partial<Record<ActionName, number>> = {
      up: -1,
      down: 1,
      pageUp: -page,
      pageDown: page,
    };
    const step = steps[name];
    const top = Math.max(0, overlay.top + (step ?? 0));
    this.#desk.open(step === undefined ? undefined : { ...overlay, top });
    return step !== undefined || name === "clear" || name === "help";
  }
}
