/**
 * A contact with everything that looking it up and searching need, worked out once. Pure.
 */
import { compareText, fold, foldExpanded } from "../database/mod.ts";
import { addressKeys } from "./address.ts";
import type { Contact, ContactAddress } from "./contact.ts";
import { DIGIT_LETTER, type SearchText, searchText, searchWords } from "./fuzzy.ts";
import {
  dialledDigits,
  MIN_SUBSCRIBER_DIGITS,
  nationalForm,
  type NumberPlan,
  significantDigits,
} from "./phone_number.ts";

export interface Entry {
  contact: Contact;
  /** Order among equals: favourites first, then by folded name, then by id. */
  sortKey: string;
  nameKey: string;
  /** Letters of everything that can be searched, as in {@link SearchText}: most contacts fail here. */
  letters: number;
  /** The name, and its other usual spelling (`mueller`). */
  names: SearchText[];
  organisation?: SearchText;
  addresses: EntryAddress[];
  /** All words of name, organisation and addresses in one text, likewise. */
  allWords: string;
  /** All numbers of all addresses in one text: what does not occur here fits none of them. */
  numberText: string;
}

export interface EntryAddress {
  address: ContactAddress;
  /** Of a SIP address. */
  text?: SearchText;
  /** Spellings of the number without formatting: as typed, international, national. */
  numbers: string[];
  uriKey?: string;
  numberKey?: string;
  suffixKey?: string;
}

export function toEntry(contact: Contact, plan: NumberPlan): Entry {
  const nameKey = fold(contact.name);
  const expanded = foldExpanded(contact.name);
  const names = expanded === undefined ? [contact.name] : [contact.name, expanded];
  const texts = names.map((name) => searchText(searchWords(name)));
  const words = searchWords(contact.organisation);
  const organisation = words === "" ? undefined : searchText(words);
  const addresses = contact.addresses.map((address) => toEntryAddress(address, plan));
  return {
    contact,
    sortKey: `${contact.favourite ? 0 : 1}${nameKey}\0${contact.id}`,
    nameKey,
    letters: lettersOfAll([...texts, organisation], addresses),
    names: texts,
    ...(organisation === undefined ? {} : { organisation }),
    addresses,
    allWords: [...texts, organisation, ...addresses.map(({ text }) => text)]
      .map((text) => text?.bare ?? "").join("\n"),
    numberText: addresses.flatMap(({ numbers }) => numbers).join(" "),
  };
}

function lettersOfAll(texts: (SearchText | undefined)[], addresses: EntryAddress[]): number {
  let letters = addresses.some(({ numbers }) => numbers.length > 0) ? DIGIT_LETTER : 0;
  for (const text of texts) letters |= text?.letters ?? 0;
  for (const { text } of addresses) letters |= text?.letters ?? 0;
  return letters;
}

function toEntryAddress(address: ContactAddress, plan: NumberPlan): EntryAddress {
  const { uri, number } = addressKeys(address.value, plan);
  // 200@pbx is not 200 elsewhere; an international number is the same behind every gateway.
  const numberKey = uri === undefined || number?.startsWith("+") === true ? number : undefined;
  const suffix = numberKey === undefined ? undefined : suffixKey(numberKey);
  return {
    address,
    numbers: number === undefined ? [] : spellings(address.value, number, plan),
    ...(uri === undefined ? {} : { uriKey: uri, text: searchText(searchWords(uri)) }),
    ...(numberKey === undefined ? {} : { numberKey }),
    ...(suffix === undefined ? {} : { suffixKey: suffix }),
  };
}

function spellings(value: string, canonical: string, plan: NumberPlan): string[] {
  const written = value.replace(/^(?:sips?|tel):|@.*$/gi, "");
  const typed = (dialledDigits(written) ?? canonical).replace(/\D/g, "");
  const national = nationalForm(canonical, plan) ?? typed;
  return [...new Set([typed, canonical.replace(/\D/g, ""), national])];
}

/** What all spellings of a subscriber's number have in common; none for short numbers. */
export function suffixKey(canonical: string): string | undefined {
  const digits = significantDigits(canonical);
  return digits.length < MIN_SUBSCRIBER_DIGITS ? undefined : digits.slice(-MIN_SUBSCRIBER_DIGITS);
}

export function inOrder(a: Entry, b: Entry): number {
  return compareText(a.sortKey, b.sortKey);
}
