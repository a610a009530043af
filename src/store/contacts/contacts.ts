/**
 * The address book: contacts in the store, with an index in memory that answers at once.
 *
 *     add, update, remove, import ──► SQLite ──► ContactDirectory ──► search, lookUp, nameFor
 *
 * The index is loaded when it is first asked, and again when another process has changed the store.
 * Not on the real-time path; an import of 10,000 contacts blocks the thread for about a second.
 */
import { OffhookError } from "../../base/mod.ts";
import { type Contact, type ContactCard, type ContactDraft, toContact } from "./contact.ts";
import { deleteContact, readContacts, readExtra, writeCard } from "./contact_rows.ts";
import {
  ContactDirectory,
  type ContactHit,
  type ContactMatch,
  type SearchOptions,
} from "./directory.ts";
import { mergeCards, shareAddress } from "./merge.ts";
import type { NumberPlan } from "./phone_number.ts";
import type { Database, SqlValue } from "../database/mod.ts";

export interface ContactsOptions {
  /** How numbers are dialled here; decides which spellings are one number. Default: none. */
  plan?: NumberPlan;
  /** Ids of new contacts. Default: random UUIDs. */
  newId?: () => string;
}

export interface ContactFilter {
  group?: string;
  favourite?: boolean;
  /** An id, or a whole name. */
  named?: string;
}

/** What an import did; the ids are those in the store. */
export interface ImportResult {
  added: string[];
  /** Joined with a contact that was there: same id, or same name and number. */
  merged: string[];
  /** Were there already, with everything. */
  unchanged: string[];
}

export class Contacts {
  readonly #database: Database;
  readonly #plan: NumberPlan;
  readonly #newId: () => string;
  #directory: ContactDirectory | undefined;
  #dataVersion: SqlValue = null;

  constructor(database: Database, options: ContactsOptions = {}) {
    this.#database = database;
    this.#plan = options.plan ?? {};
    this.#newId = options.newId ?? (() => crypto.randomUUID());
  }

  get(id: string): Contact | undefined {
    return this.#loaded().get(id);
  }

  /** A contact with everything that is kept of it. */
  card(id: string): ContactCard | undefined {
    const contact = this.get(id);
    return contact === undefined ? undefined : { contact, extra: readExtra(this.#database, id) };
  }

  /** Favourites first, then by name. */
  list(filter: ContactFilter = {}): Contact[] {
    const { group, favourite, named } = filter;
    return this.#loaded().list((contact) =>
      (named === undefined || contact.id === named || contact.name === named) &&
      (group === undefined || contact.groups.includes(group)) &&
      (favourite === undefined || contact.favourite === favourite)
    );
  }

  /** Names of the groups with how many contacts they have, in the order of their names. */
  groups(): { name: string; size: number }[] {
    return this.#database.all<{ name: string; size: number }>(
      "SELECT name, count(*) AS size FROM contact_groups GROUP BY name ORDER BY name",
    ).map(({ name, size }) => ({ name, size }));
  }

  /** @throws OffhookError `usage` for a contact with neither name nor address */
  add(draft: ContactDraft): Contact {
    const contact = toContact(this.#newId(), draft);
    this.#write({ contact, extra: [] });
    return contact;
  }

  /**
   * Changes what `changes` names, and nothing else.
   *
   * @throws OffhookError `not-found` for an unknown id, `usage` when neither name nor address is left
   */
  update(id: string, changes: ContactDraft): Contact {
    const before = this.get(id);
    if (before === undefined) throw noSuchContact(id);
    const contact = toContact(id, { ...before, ...changes });
    this.#write({ contact, extra: readExtra(this.#database, id) });
    return contact;
  }

  /** @returns false when there was no such contact */
  remove(id: string): boolean {
    const directory = this.#loaded();
    const removed = deleteContact(this.#database, id);
    directory.remove(id);
    return removed;
  }

  /** Best first. See contacts/fuzzy.ts for what a score means. */
  search(query: string, options?: SearchOptions): ContactHit[] {
    return this.#loaded().search(query, options);
  }

  /** Whose URI or number this is. */
  lookUp(uri: string): ContactMatch | undefined {
    return this.#loaded().lookUp(uri);
  }

  /** What to show for a caller instead of, or beside, what the network says. */
  nameFor(uri: string): string | undefined {
    return this.lookUp(uri)?.contact.name;
  }

  /** Takes all cards in, or on an error none. Duplicates, also among the cards, are joined. */
  import(cards: Iterable<ContactCard>): ImportResult {
    const result: ImportResult = { added: [], merged: [], unchanged: [] };
    try {
      this.#database.transaction(() => {
        for (const card of cards) this.#importOne(card, result);
      });
    } catch (error) {
      // The index has taken in what the roll-back has undone.
      this.#directory = undefined;
      throw error;
    }
    return result;
  }

  /** For export, in the order of {@link list}. */
  *cards(filter: ContactFilter = {}): Generator<ContactCard, void> {
    for (const contact of this.list(filter)) {
      yield { contact, extra: readExtra(this.#database, contact.id) };
    }
  }

  #importOne(card: ContactCard, result: ImportResult): void {
    const id = card.contact.id === "" ? this.#newId() : card.contact.id;
    const incoming = { contact: toContact(id, card.contact), extra: card.extra };
    const twin = this.#twinOf(incoming.contact);
    if (twin === undefined) {
      this.#write(incoming);
      result.added.push(id);
      return;
    }
    const existing = { contact: twin, extra: readExtra(this.#database, twin.id) };
    const merged = mergeCards(existing, incoming, this.#plan);
    if (JSON.stringify(merged) === JSON.stringify(existing)) {
      result.unchanged.push(twin.id);
      return;
    }
    this.#write(merged);
    result.merged.push(twin.id);
  }

  /** Two people may have one name, and a household one number: only both together are a duplicate. */
  #twinOf(contact: Contact): Contact | undefined {
    const directory = this.#loaded();
    return directory.get(contact.id) ??
      directory.named(contact.name).find((other) =>
        contact.addresses.length === 0 || other.addresses.length === 0 ||
        shareAddress(contact, other, this.#plan)
      );
  }

  #write(card: ContactCard): void {
    const directory = this.#loaded();
    this.#database.transaction(() => writeCard(this.#database, card));
    directory.set(card.contact);
  }

  #loaded(): ContactDirectory {
    // Changes only when another connection has committed; the one writer never sees it change.
    const version = this.#database.readOnly ? this.#database.pragma("data_version") : null;
    if (this.#directory === undefined || version !== this.#dataVersion) {
      this.#directory = new ContactDirectory(this.#plan);
      for (const contact of readContacts(this.#database)) this.#directory.set(contact);
      this.#dataVersion = version;
    }
    return this.#directory;
  }
}

function noSuchContact(id: string): OffhookError {
  return new OffhookError("not-found", `there is no contact with the id "${id}"`, {
    hint: "Search for the contact by name; ids are in the JSON of the list.",
    data: { id },
  });
}
