/**
 * The state of the screen, with those who want to know of its changes. One instance a screen.
 */
import { type Change, change } from "./change.ts";
import type { AppState } from "./state.ts";

export class Store {
  #state: AppState;
  readonly #listeners = new Set<() => void>();

  constructor(state: AppState) {
    this.#state = state;
  }

  readonly get = (): AppState => this.#state;

  /** Listeners are called only when something is different now. */
  readonly dispatch = (by: Change): void => {
    const next = change(this.#state, by);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  };

  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
