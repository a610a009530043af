/** Actions on the list in front: moving in it, and what is done with the chosen row. */
import type { ActionName } from "../keys/actions.ts";
import type { Controller } from "./controller.ts";
import { frontCall } from "../model/phone_model.ts";
import {
  type AppState,
  chosenIndex,
  dialsTyped,
  historyShown,
  isTyping,
  listLength,
} from "../model/state.ts";

export class List {
  readonly #controller: Controller;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  perform(name: ActionName): void {
    const controller = this.#controller;
    const state = controller.store.get();
    const page = Math.max(1, state.screen.size.rows - 10);
    switch (name) {
      case "up":
        return this.#move(-1);
      case "down":
        return this.#move(1);
      case "pageUp":
        return this.#move(-page);
      case "pageDown":
        return this.#move(page);
      case "register":
        return void this.#register(state);
    }
  }

  /** Calls what is chosen in front, or what is typed. */
  dialChosen(): void {
    const target = targetOf(this.#controller.store.get());
    if (target === undefined) return;
    void this.#controller.ask("dial", { target }).then((dialled) => {
      // What could not be dialled stays in the field, to be mended.
      if (dialled === undefined) return;
      this.#controller.setField("");
      this.#controller.store.dispatch({ type: "view", view: "phone" });
    });
  }

  transferChosen(): void {
    const state = this.#controller.store.get();
    const call = frontCall(state.phone);
    const target = targetOf(state);
    if (call === undefined || target === undefined) return;
    void this.#controller.ask("transfer", { call: call.view.id, target }).then((done) => {
      if (done !== undefined) this.#controller.store.dispatch({ type: "purpose", purpose: "dial" });
    });
  }

  ladder(): void {
    const state = this.#controller.store.get();
    const line = state.phone.log[state.phone.log.length - 1 - chosenIndex(state)];
    if (line?.call !== undefined) void this.#controller.records.ladder(line.call);
  }

  #move(by: number): void {
    const { store } = this.#controller;
    const state = store.get();
    const to = Math.max(0, Math.min(listLength(state) - 1, chosenIndex(state) + by));
    store.dispatch({ type: "move", to });
  }

  async #register(state: AppState): Promise<void> {
    const { accounts } = state.phone;
    const chosen = state.screen.view === "accounts" ? accounts[chosenIndex(state)] : undefined;
    const which = chosen === undefined ? accounts : [chosen];
    for (const { id } of which) await this.#controller.ask("register", { account: id });
  }
}

/** What Enter would call; undefined: nothing. */
function targetOf(state: AppState): string | undefined {
  const { screen, records } = state;
  const index = chosenIndex(state);
  if (screen.view === "phone" && isTyping(state)) {
    return records.hits[index]?.target ?? nothingToTyped(screen.field);
  }
  if (dialsTyped(state)) return screen.field.trim();
  const chosen = screen.view === "contacts"
    ? records.contacts[index]?.address?.value
    : screen.view === "history"
    ? historyShown(state)[index]?.remote.uri
    : records.history[index]?.remote.uri;
  return chosen ?? nothingToTyped(screen.field);
}

function nothingToTyped(field: string): string | undefined {
  return field.trim() === "" ? undefined : field.trim();
}
