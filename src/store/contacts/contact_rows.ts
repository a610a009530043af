/**
 * Contacts as rows of `contacts`, `contact_addresses` and `contact_groups`, and back. Not on the
 * real-time path.
 */
import type { Database } from "../database/mod.ts";
import type { Contact, ContactCard } from "./contact.ts";

interface ContactRow {
  id: string;
  name: string;
  given_name: string;
  family_name: string;
  organisation: string;
  note: string;
  favourite: number;
}

interface AddressRow {
  contact: string;
  value: string;
  /** JSON array. */
  labels: string;
  preferred: number;
}

interface GroupRow {
  contact: string;
  name: string;
}

const COLUMNS = "id, name, given_name, family_name, organisation, note, favourite";

/** Every contact, in no particular order. */
export function readContacts(database: Database): Contact[] {
  const contacts = new Map<string, Contact>();
  for (const row of database.all<ContactRow>(`SELECT ${COLUMNS} FROM contacts`)) {
    contacts.set(row.id, {
      id: row.id,
      name: row.name,
      givenName: row.given_name,
      familyName: row.family_name,
      organisation: row.organisation,
      addresses: [],
      groups: [],
      note: row.note,
      favourite: row.favourite !== 0,
    });
  }
  const addresses = database.all<AddressRow>(
    "SELECT contact, value, labels, preferred FROM contact_addresses ORDER BY contact, position",
  );
  for (const { contact, value, labels, preferred } of addresses) {
    const address = { value, labels: JSON.parse(labels), preferred: preferred !== 0 };
    contacts.get(contact)?.addresses.push(address);
  }
  const groups = database.all<GroupRow>(
    "SELECT contact, name FROM contact_groups ORDER BY contact, position",
  );
  for (const { contact, name } of groups) contacts.get(contact)?.groups.push(name);
  return [...contacts.values()];
}

/** The vCard lines of a contact that only other programs understand. */
export function readExtra(database: Database, id: string): string[] {
  const row = database.get<{ extra: string }>("SELECT extra FROM contacts WHERE id = ?", id);
  return row === undefined ? [] : JSON.parse(row.extra);
}

/** Inside a transaction of the caller: several rows belong together. */
export function writeCard(database: Database, { contact, extra }: ContactCard): void {
  const { id } = contact;
  database.run(
    `INSERT INTO contacts (${COLUMNS}, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, given_name = excluded.given_name,
       family_name = excluded.family_name, organisation = excluded.organisation,
       note = excluded.note, favourite = excluded.favourite, extra = excluded.extra`,
    id,
    contact.name,
    contact.givenName,
    contact.familyName,
    contact.organisation,
    contact.note,
    contact.favourite ? 1 : 0,
    JSON.stringify(extra),
  );
  database.run("DELETE FROM contact_addresses WHERE contact = ?", id);
  contact.addresses.forEach(({ value, labels, preferred }, position) => {
    database.run(
      "INSERT INTO contact_addresses (contact, position, value, labels, preferred) VALUES (?, ?, ?, ?, ?)",
      id,
      position,
      value,
      JSON.stringify(labels),
      preferred ? 1 : 0,
    );
  });
  database.run("DELETE FROM contact_groups WHERE contact = ?", id);
  contact.groups.forEach((name, position) => {
    database.run(
      "INSERT INTO contact_groups (contact, position, name) VALUES (?, ?, ?)",
      id,
      position,
      name,
    );
  });
}

export function deleteContact(database: Database, id: string): boolean {
  return database.run("DELETE FROM contacts WHERE id = ?", id) > 0;
}
