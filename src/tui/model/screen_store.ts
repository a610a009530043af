/**
 * The state of the screen, with those who want to know of its changes. One instance a screen.
 */
import { type Change, change } from "./change.ts";
import type { AppState } from "./state.ts";

export class ScreenStore {
  #state: AppState;
  readonly #listeners = new Set<() => void>();
  readonly #levelListeners = new Set<() => void>();

  constructor(state: AppState) {
    this.#state = state;
  }

  readonly get = (): AppState => this.#state;

  /** Listeners are called only when something is different now. */
  readonly dispatch = (by: Change): void => {
    const next = change(this.#state, by);
    if (next === this.#state) return;
    this.#state = next;
    const levelsAlone = by.type === "levels" && this.#levelListeners.size > 0;
    for (const listener of [...levelsAlone ? this.#levelListeners : this.#listeners]) listener();
  };

  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Of changes of level meters alone; while somebody is told of these, the others are not. */
  readonly subscribeLevels = (listener: () => void): () => void => {
    this.#levelListeners.add(listener);
    return () => this.#levelListeners.delete(listener);
  };
}
