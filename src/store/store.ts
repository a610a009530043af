/**
 * The store as the station uses it: one file, opened for writing, with what is in it.
 *
 *     openStore ─► openDatabase ─► calls that a killed phone left live are ended ─► Store
 */
import { Contacts, type ContactsOptions } from "./contacts/mod.ts";
import { openDatabase, type OpenOptions, type StoreNotice } from "./database/mod.ts";
import { History } from "./history/mod.ts";

export interface Store {
  history: History;
  contacts: Contacts;
  /** What a person should be told of the opening. */
  notices: StoreNotice[];
  /** Closes and lets go of the lock; a second call does nothing. */
  close(): void;
}

/** @throws OffhookError as {@link openDatabase} */
export function openStore(options: OpenOptions & ContactsOptions): Store {
  const { database, notices, close } = openDatabase(options);
  try {
    const history = new History(database);
    if (options.mode === "write") {
      const interrupted = history.closeInterrupted();
      if (interrupted > 0) notices.push({ kind: "interrupted", message: ended(interrupted) });
    }
    return { history, contacts: new Contacts(database, options), notices, close };
  } catch (error) {
    close();
    throw error;
  }
}

function ended(calls: number): string {
  const what = calls === 1 ? "a call was" : `${calls} calls were`;
  return `${what} live when the phone last stopped; when it ended is not known`;
}
