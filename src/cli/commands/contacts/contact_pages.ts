/** Contacts in as many messages as they need. */
import type {
  Contact,
  ContactCard,
  ContactFilter,
  ImportedContacts,
  Records,
} from "../../../control/contract/mod.ts";

/** Characters of JSON in one request: a character has up to three bytes, a message 2^20. */
const BATCH = 250_000;
/** Cards of one request. */
const MOST = 100;

export function listContacts(records: Records, filter: ContactFilter): Promise<Contact[]> {
  return everyPage(async (cursor) => {
    const { contacts, next } = await records.request("contacts.list", { ...filter, ...cursor });
    return { items: contacts, next };
  });
}

export function exportCards(records: Records, filter: ContactFilter): Promise<ContactCard[]> {
  return everyPage(async (cursor) => {
    const { cards, next } = await records.request("contacts.export", { ...filter, ...cursor });
    return { items: cards, next };
  });
}

async function everyPage<T>(
  ask: (cursor: { cursor?: string }) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor = {};;) {
    const { items, next } = await ask(cursor);
    all.push(...items);
    if (next === null) return all;
    cursor = { cursor: next };
  }
}

export async function importCards(
  records: Records,
  cards: readonly ContactCard[],
): Promise<ImportedContacts> {
  const all: ImportedContacts = { added: [], merged: [], unchanged: [] };
  for (const batch of batchesOf(cards)) {
    const { added, merged, unchanged } = await records.request("contacts.import", { cards: batch });
    all.added.push(...added);
    all.merged.push(...merged);
    all.unchanged.push(...unchanged);
  }
  return all;
}

function* batchesOf(cards: readonly ContactCard[]): Generator<ContactCard[]> {
  let batch: ContactCard[] = [];
  let size = 0;
  for (const card of cards) {
    const more = JSON.stringify(card).length;
    if (batch.length > 0 && (batch.length === MOST || size + more > BATCH)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(card);
    size += more;
  }
  if (batch.length > 0) yield batch;
}
