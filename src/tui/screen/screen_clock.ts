/**
 * Tells the time to the screen only while something on it shows time: each second with a call, a
 * countdown or a message, else each minute.
 */
import { type AppState, type ScreenStore, type Timers } from "../model/mod.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

export class ScreenClock {
  readonly #store: ScreenStore;
  readonly #timers: Timers;
  readonly #stopListening: () => void;
  #stop: () => void = () => {};
  #every = 0;

  constructor(store: ScreenStore, timers: Timers) {
    this.#store = store;
    this.#timers = timers;
    this.#stopListening = store.subscribe(() => this.#set());
    this.#set();
  }

  close(): void {
    this.#stopListening();
    this.#stop();
    this.#every = -1;
  }

  #set(): void {
    const every = needsSeconds(this.#store.get()) ? SECOND : MINUTE;
    if (every === this.#every || this.#every < 0) return;
    this.#every = every;
    this.#stop();
    this.#await(every);
  }

  #await(every: number): void {
    const now = this.#timers.now();
    this.#stop = this.#timers.after(every - (now % every), () => {
      if (this.#every !== every) return;
      this.#await(every);
      this.#store.dispatch({ type: "tick", at: this.#timers.now() });
    });
  }
}

function needsSeconds({ phone, screen }: AppState): boolean {
  return phone.calls.length > 0 || screen.message !== undefined || phone.link.state === "lost" ||
    phone.accounts.some(({ retryAt }) => retryAt !== undefined);
}
