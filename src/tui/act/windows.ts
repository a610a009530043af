/**
 * What keys do while a window is on top: the palette, the page of keys, the digit pad, a question.
 *
 *     act(name) ─► taken by the window? ─► yes: done      no: the window closes, the action goes on
 */
import type { ActionName, AnswerName } from "../keys/actions.ts";
import type { Controller, Leaving } from "./controller.ts";
import { paletteEntries } from "../keys/palette.ts";
import type { Overlay } from "../model/state.ts";
import { withoutLast } from "../look/text.ts";

type Of<Name extends Overlay["name"]> = Extract<Overlay, { name: Name }>;

export class Windows {
  readonly #controller: Controller;
  readonly #leave: (how: Leaving) => void;

  constructor(controller: Controller, leave: (how: Leaving) => void) {
    this.#controller = controller;
    this.#leave = leave;
  }

  /** @returns whether the window on top took it */
  act(name: ActionName): boolean {
    const { overlay } = this.#controller.store.get().screen;
    if (overlay?.name === "palette") return this.#palette(name, overlay);
    if (overlay?.name === "help") return this.#help(name, overlay);
    if (overlay?.name !== "confirm" || name !== "quit") return false;
    this.#leave("leave");
    return true;
  }

  /** A choice of the question. */
  answer(name: AnswerName): void {
    const { screen, ownership } = this.#controller.store.get();
    if (screen.overlay?.name !== "confirm") return;
    const { about } = screen.overlay;
    const second = about === "quit" && ownership === "started";
    if (name === "confirm.second" && !second) return;
    this.#controller.open(undefined);
    if (name === "confirm.no") return;
    if (about === "remove-contact") return this.#controller.contacts.removeChosen();
    const ends = about === "end-station" || ownership === "inside" || name === "confirm.second";
    this.#leave(ends ? "end" : "leave");
  }

  /** A row of the palette was clicked. */
  choose(index: number): void {
    const { overlay } = this.#controller.store.get().screen;
    if (overlay?.name === "palette") this.#controller.open({ ...overlay, index });
  }

  /** Text, typed or pasted. @returns whether the window on top took it */
  type(text: string): boolean {
    const { overlay } = this.#controller.store.get().screen;
    if (overlay?.name === "palette") {
      this.#controller.open({ ...overlay, query: overlay.query + text, index: 0 });
    } else if (overlay?.name === "pad") {
      for (const key of text) this.padKey(key);
    }
    return overlay !== undefined;
  }

  /** @returns whether it is a digit, and the pad is on top: it is sent into the call */
  padKey(key: string): boolean {
    const { overlay } = this.#controller.store.get().screen;
    const digit = key.toUpperCase();
    if (overlay?.name !== "pad" || !/^[0-9*#A-D]$/.test(digit)) return false;
    this.#controller.open({ ...overlay, sent: (overlay.sent + digit).slice(-40) });
    void this.#controller.ask("dtmf", { call: overlay.call, digits: digit });
    return true;
  }

  #palette(name: ActionName, overlay: Of<"palette">): boolean {
    const controller = this.#controller;
    const { words, keymap } = controller;
    const entries = paletteEntries(controller.store.get(), words, keymap, overlay.query);
    const last = Math.max(0, entries.length - 1);
    switch (name) {
      case "up":
        controller.open({ ...overlay, index: Math.max(0, overlay.index - 1) });
        return true;
      case "down":
        controller.open({ ...overlay, index: Math.min(last, overlay.index + 1) });
        return true;
      case "erase":
        controller.open({ ...overlay, query: withoutLast(overlay.query), index: 0 });
        return true;
      case "clear":
        controller.open(undefined);
        return true;
      case "go": {
        const entry = entries[Math.min(overlay.index, last)];
        if (entry === undefined) return true;
        controller.open(undefined);
        controller.act(entry.action);
        return true;
      }
      default:
        controller.open(undefined);
        return false;
    }
  }

  #help(name: ActionName, overlay: Of<"help">): boolean {
    const page = Math.max(1, this.#controller.store.get().screen.size.rows - 4);
    const steps: Partial<Record<ActionName, number>> = {
      up: -1,
      down: 1,
      pageUp: -page,
      pageDown: page,
    };
    const step = steps[name];
    const top = Math.max(0, overlay.top + (step ?? 0));
    this.#controller.open(step === undefined ? undefined : { ...overlay, top });
    return step !== undefined || name === "clear" || name === "help";
  }
}
