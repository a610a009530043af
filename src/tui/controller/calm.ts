/**
 * Letters do nothing for a moment after a call came, went or moved, so that what is being typed does
 * not act on it.
 *
 *     Store ─ other calls, another one in front ─► inert ─ 700 ms without a letter ─► not inert
 */
import { TypeAhead } from "../../base/time/mod.ts";
import {
  frontCall,
  isRinging,
  type PhoneModel,
  type ScreenStore,
  type Timers,
} from "../model/mod.ts";

export class Calm {
  readonly #store: ScreenStore;
  readonly #timers: Timers;
  readonly #typeAhead = new TypeAhead();
  readonly #stopListening: () => void;
  #calls: string;
  #stop: () => void = () => {};

  constructor(store: ScreenStore, timers: Timers) {
    this.#store = store;
    this.#timers = timers;
    this.#calls = meaningOf(store.get().phone);
    this.#stopListening = store.subscribe(() => this.#look());
  }

  close(): void {
    this.#stopListening();
    this.#stop();
  }

  /** A letter was typed. @returns whether it does nothing */
  drops(): boolean {
    const dropped = this.#typeAhead.drops(this.#timers.now());
    if (dropped) this.#wait();
    return dropped;
  }

  #look(): void {
    const calls = meaningOf(this.#store.get().phone);
    if (calls === this.#calls) return;
    this.#calls = calls;
    this.#typeAhead.changed(this.#timers.now());
    this.#wait();
  }

  #wait(): void {
    this.#stop();
    const ms = this.#typeAhead.until - this.#timers.now();
    this.#stop = this.#timers.after(
      ms,
      () => this.#store.dispatch({ type: "inert", inert: false }),
    );
    this.#store.dispatch({ type: "inert", inert: true });
  }
}

/** What letters mean: which calls there are, in which part of their life, and which is in front. */
function meaningOf(phone: PhoneModel): string {
  const calls = phone.calls.map(({ view }) => {
    const part = isRinging(view) ? "rings" : view.answeredAt === undefined ? "dials" : "talks";
    return `${view.id} ${view.state === "ending" ? "ends" : part}`;
  });
  return [...calls, frontCall(phone)?.view.id].join(", ");
}
