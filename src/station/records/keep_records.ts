/** History and contacts of a phone that no station serves: in memory, for as long as it lives. */
import type { LocalPhone } from "../../control/local/local_phone.ts";
import { openStore } from "../../store/store.ts";
import { historyLog } from "../history/history_log.ts";

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
