/**
 * A letter that was meant for something else must not take the phone off the line: where the station
 * ends with the screen, the letter of `quit` is pressed twice.
 */
import type { AppState, KeyName, Timers } from "../model/mod.ts";

/** ms in which the second press has to come. */
const SECOND_MS = 2_000;

export class SecondPress {
  readonly #timers: Timers;
  #first = -Infinity;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** @returns whether this press of the key of `quit` is to be followed by another */
  isWanted(key: KeyName, state: AppState): boolean {
    if ([...key].length > 1 || !endsReachable(state)) return false;
    const now = this.#timers.now();
    if (now - this.#first <= SECOND_MS) return false;
    this.#first = now;
    return true;
  }
}

/** Whether leaving would make people unable to call here. With calls there is a question anyway. */
function endsReachable({ ownership, phone }: AppState): boolean {
  return ownership === "started" && phone.link.state === "up" && phone.calls.length === 0 &&
    phone.accounts.some(({ registration }) => registration.state === "registered");
}
