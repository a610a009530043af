/** Who writes contacts: the station that runs, else this process. */
import type {
  Contact,
  ContactCard,
  ContactDraft,
  ImportedContacts,
} from "../../../control/contract/mod.ts";
import type { RemotePhone } from "../../../control/client/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { Store } from "../../../store/mod.ts";
import type { ContactStationValues } from "./command.ts";
import type { Io } from "../../process/mod.ts";
import { reachStation, writeStore } from "../../station/mod.ts";

export interface ContactBook {
  add(draft: ContactDraft): Promise<Contact>;
  /** What is not named stays. @throws OffhookError when there is no such contact */
  update(id: string, changes: ContactDraft): Promise<Contact>;
  remove(id: string): Promise<boolean>;
  import(cards: ContactCard[]): Promise<ImportedContacts>;
}

/** Cards of one request: far below the largest message. */
const BATCH = 100;

/** @throws OffhookError `no-station` with `--socket`, when none answers */
export async function withContactBook(
  values: ContactStationValues,
  io: Io,
  run: (book: ContactBook) => Promise<ExitCode>,
): Promise<ExitCode> {
  const phone = await connected(values, io);
  if (phone === undefined) {
    return await run({
      add: (draft) => write(io, ({ contacts }) => contacts.add(draft)),
      update: (id, changes) => write(io, ({ contacts }) => contacts.update(id, changes)),
      remove: (id) => write(io, ({ contacts }) => contacts.remove(id)),
      import: (cards) => write(io, ({ contacts }) => contacts.import(cards)),
    });
  }
  try {
    return await run(remoteBook(phone));
  } finally {
    await phone.close();
  }
}

function write<T>(io: Io, change: (store: Store) => T): Promise<T> {
  return writeStore(io, change);
}

function remoteBook(phone: RemotePhone): ContactBook {
  return {
    add: async (draft) => (await phone.request("contacts.add", draft)).contact,
    update: async (id, changes) =>
      (await phone.request("contacts.update", { id, changes })).contact,
    remove: async (id) => (await phone.request("contacts.remove", { id })).removed,
    async import(cards) {
      const all: ImportedContacts = { added: [], merged: [], unchanged: [] };
      for (let at = 0; at < cards.length; at += BATCH) {
        const batch = cards.slice(at, at + BATCH);
        const { added, merged, unchanged } = await phone.request("contacts.import", {
          cards: batch,
        });
        all.added.push(...added);
        all.merged.push(...merged);
        all.unchanged.push(...unchanged);
      }
      return all;
    },
  };
}

async function connected(values: ContactStationValues, io: Io): Promise<RemotePhone | undefined> {
  try {
    return await reachStation(values, io);
  } catch (error) {
    const absent = error instanceof OffhookError && error.code === "no-station";
    if (absent && values.socket === undefined) return undefined;
    throw error;
  }
}
