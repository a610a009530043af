/**
 * All contacts in memory, ready for the two questions that must be answered at once: who is calling,
 * and whom do these letters mean.
 *
 *     lookUp(uri):   SIP address equal ─► number equal ─► end of number, if only one contact has it
 *     search(text):  every contact scored (fuzzy.ts) ─► best first, favourites and names break ties
 *
 * Pure. 10,000 contacts are a few MB and some milliseconds a search.
 */
import { fold } from "../database/mod.ts";
import { addressKeys } from "./address.ts";
import { type Contact, type ContactAddress, defaultAddress } from "./contact.ts";
import { type Entry, type EntryAddress, inOrder, suffixKey, toEntry } from "./entry.ts";
import { type NumberPlan, sameSubscriber } from "./phone_number.ts";
import { matchedAddress, type Query, scoreEntry, toQuery } from "./ranking.ts";

/** Whom a URI belongs to. */
export interface ContactMatch {
  contact: Contact;
  address: ContactAddress;
  /** `suffix`: the end of the number is the same, and of no other contact. */
  by: "uri" | "number" | "suffix";
}

export interface ContactHit {
  contact: Contact;
  /** The address that matched, else the one to call by default; none when the contact has none. */
  address?: ContactAddress;
  /** 1–1000, whole; see fuzzy.ts. */
  score: number;
}

export interface SearchOptions {
  /** Default 20. */
  limit?: number;
  /** Only contacts of this group. */
  group?: string;
}

export class ContactDirectory {
  readonly #plan: NumberPlan;
  readonly #entries = new Map<string, Entry>();
  readonly #byUri = new Map<string, Set<Entry>>();
  readonly #byNumber = new Map<string, Set<Entry>>();
  readonly #bySuffix = new Map<string, Set<Entry>>();
  readonly #byName = new Map<string, Set<Entry>>();
  /** Undefined after a change, until somebody asks. */
  #sorted: Entry[] | undefined;

  constructor(plan: NumberPlan) {
    this.#plan = plan;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): Contact | undefined {
    return this.#entries.get(id)?.contact;
  }

  /** Takes the contact in, in place of the one with the same id. */
  set(contact: Contact): void {
    this.remove(contact.id);
    const entry = toEntry(contact, this.#plan);
    this.#entries.set(contact.id, entry);
    this.#sorted = undefined;
    this.#eachKey(entry, (map, key) => {
      const entries = map.get(key);
      if (entries === undefined) map.set(key, new Set([entry]));
      else entries.add(entry);
    });
  }

  remove(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    this.#sorted = undefined;
    this.#eachKey(entry, (map, key) => {
      const entries = map.get(key);
      entries?.delete(entry);
      if (entries?.size === 0) map.delete(key);
    });
    return true;
  }

  /** Favourites first, then by name. */
  list(filter: (contact: Contact) => boolean = () => true): Contact[] {
    return this.#inOrder().map((entry) => entry.contact).filter(filter);
  }

  /** Contacts whose name is the same but for case and diacritics. */
  named(name: string): Contact[] {
    return [...this.#byName.get(fold(name)) ?? []].sort(inOrder).map((entry) => entry.contact);
  }

  lookUp(uri: string): ContactMatch | undefined {
    const { uri: uriKey, number } = addressKeys(uri, this.#plan);
    if (uriKey !== undefined) {
      const match = firstMatch(this.#byUri.get(uriKey), "uri", (a) => a.uriKey === uriKey);
      if (match !== undefined) return match;
    }
    if (number === undefined) return undefined;
    return firstMatch(this.#byNumber.get(number), "number", (a) => a.numberKey === number) ??
      this.#bySuffixOnly(number);
  }

  /** Best first; an empty query gives the list. */
  search(text: string, options: SearchOptions = {}): ContactHit[] {
    const { limit = 20, group } = options;
    const query = toQuery(text, this.#plan);
    const found: Entry[][] = [];
    // Entries come in order, so that each score's list is in order: nothing is left to sort.
    for (const entry of this.#inOrder()) {
      if (group !== undefined && !entry.contact.groups.includes(group)) continue;
      const score = query === undefined ? 1 : scoreEntry(query, entry);
      if (score > 0) (found[score] ??= []).push(entry);
    }
    const hits: ContactHit[] = [];
    for (let score = found.length - 1; score > 0 && hits.length < limit; score--) {
      for (const entry of (found[score] ?? []).slice(0, limit - hits.length)) {
        hits.push(toHit(entry, score, query));
      }
    }
    return hits;
  }

  #inOrder(): Entry[] {
    return this.#sorted ??= [...this.#entries.values()].sort(inOrder);
  }

  #bySuffixOnly(number: string): ContactMatch | undefined {
    const key = suffixKey(number);
    if (key === undefined) return undefined;
    const same = (address: EntryAddress) =>
      address.numberKey !== undefined && sameSubscriber(address.numberKey, number);
    const candidates = [...this.#bySuffix.get(key) ?? []]
      .filter((entry) => entry.addresses.some(same));
    // A wrong name is worse than none.
    return candidates.length === 1 ? firstMatch(candidates, "suffix", same) : undefined;
  }

  #eachKey(entry: Entry, visit: (map: Map<string, Set<Entry>>, key: string) => void): void {
    visit(this.#byName, entry.nameKey);
    for (const { uriKey, numberKey, suffixKey } of entry.addresses) {
      if (uriKey !== undefined) visit(this.#byUri, uriKey);
      if (numberKey !== undefined) visit(this.#byNumber, numberKey);
      if (suffixKey !== undefined) visit(this.#bySuffix, suffixKey);
    }
  }
}

function toHit(entry: Entry, score: number, query: Query | undefined): ContactHit {
  const { contact } = entry;
  const matched = query === undefined ? undefined : matchedAddress(query, entry);
  const address = matched ?? defaultAddress(contact);
  return { contact, score, ...(address === undefined ? {} : { address }) };
}

function firstMatch(
  entries: Iterable<Entry> | undefined,
  by: ContactMatch["by"],
  matches: (address: EntryAddress) => boolean,
): ContactMatch | undefined {
  const entry = [...entries ?? []].sort(inOrder)[0];
  const address = entry?.addresses.find(matches)?.address;
  return entry === undefined || address === undefined
    ? undefined
    : { contact: entry.contact, address, by };
}
