/** Who could be kept as a contact now. Pure. */
import { frontCall } from "./phone_model.ts";
import { asTyped } from "./search.ts";
import { type AppState, chosenIndex, historyShown } from "./state.ts";

/** Whom `addContact` would keep now. */
export interface Keepable {
  uri: string;
  displayName?: string | undefined;
}

/** What is typed, else the chosen call of the past, else who is on the line. */
export function keepable(state: AppState): Keepable | undefined {
  const { screen, records, phone } = state;
  if (screen.purpose !== "dial") return undefined;
  const typed = screen.field.trim();
  if (typed !== "" && screen.view !== "history") {
    return asTyped(typed) === undefined ? undefined : { uri: typed };
  }
  if (screen.view === "history") return historyShown(state)[chosenIndex(state)]?.remote;
  const front = frontCall(phone);
  if (front !== undefined) return front.view.remote;
  return screen.view === "phone" ? records.history[chosenIndex(state)]?.remote : undefined;
}
