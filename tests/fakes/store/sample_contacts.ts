/** Address books for tests. */
import { Contacts } from "../../../src/store/contacts/contacts.ts";
import type { ContactDraft } from "../../../src/store/contacts/contact.ts";
import type { NumberPlan } from "../../../src/store/contacts/phone_number.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { NOON } from "./temporary_store.ts";

export const GERMANY: NumberPlan = { countryCode: "49", nationalPrefix: "0" };

/** In memory; ids are `new-1`, `new-2`, … */
export function emptyContacts(plan: NumberPlan = GERMANY): Contacts {
  const { database } = openDatabase({ path: ":memory:", mode: "write", now: () => NOON });
  let count = 0;
  return new Contacts(database, { plan, newId: () => `new-${++count}` });
}

export function contactsOf(...drafts: ContactDraft[]): Contacts {
  const contacts = emptyContacts();
  for (const draft of drafts) contacts.add(draft);
  return contacts;
}

/** A contact with these addresses and nothing else. */
export function named(name: string, ...addresses: string[]): ContactDraft {
  return { name, addresses: addresses.map((value) => ({ value })) };
}
