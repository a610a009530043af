/** History and contacts of a phone that no station serves: in memory, for as long as it lives. */
import type { LocalPhone } from "../../control/local/mod.ts";
import { openStore } from "../../store/mod.ts";
import { historyLog } from "../history/mod.ts";

/** @returns lets go of them */
export function keepRecords(phone: Pick<LocalPhone, "provide" | "subscribe">): () => void {
  const { history, contacts, close } = openStore({
    path: ":memory:",
    mode: "write",
    now: Date.now,
  });
  phone.provide({ history, contacts });
  let open = true;
  const log = historyLog(history, () => {});
  void phone.subscribe((event) => {
    if (open) log(event);
  });
  return () => {
    open = false;
    close();
  };
}
