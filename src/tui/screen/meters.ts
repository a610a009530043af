/**
 * Asks the phone for level meters while meters are on screen, and at no other time.
 *
 *     call with sound in front, phone view, station there ─► levels ─► Store        else: stopped
 */
import type { Phone } from "../../control/contract/mod.ts";
import { type AppState, frontCall, type ScreenStore } from "../model/mod.ts";

export class Meters {
  readonly #store: ScreenStore;
  readonly #phone: () => Phone | undefined;
  readonly #stopListening: () => void;
  /** Whom the meters come from now. */
  #from: Phone | undefined;
  #stop: () => void = () => {};

  constructor(store: ScreenStore, phone: () => Phone | undefined) {
    this.#store = store;
    this.#phone = phone;
    this.#stopListening = store.subscribe(() => this.#look());
    this.#look();
  }

  close(): void {
    this.#stopListening();
    this.#stop();
  }

  #look(): void {
    const from = showsMeters(this.#store.get()) ? this.#phone() : undefined;
    if (from === this.#from) return;
    this.#stop();
    this.#stop = () => {};
    this.#from = from;
    if (from === undefined) return;
    // A station that knows no meters reports levels once a second, with everything else.
    const asked = from.levels((levels) => {
      if (from === this.#from) this.#store.dispatch({ type: "levels", levels });
    });
    this.#stop = () => void asked.then((stop) => stop(), () => {});
    asked.catch(() => {});
  }
}

function showsMeters({ phone, screen }: AppState): boolean {
  if (phone.link.state !== "up" || screen.view !== "phone" || screen.overlay !== undefined) {
    return false;
  }
  const call = frontCall(phone)?.view;
  return call !== undefined && (call.answeredAt !== undefined || call.state === "early");
}
