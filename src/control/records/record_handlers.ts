/** The methods that a provider answers, and what is said when there is none. */
import { OffhookError } from "../../base/mod.ts";
import type { ContactsProvider, Methods, PastCallPage, Providers } from "../contract/mod.ts";
import {
  MAX_MESSAGE_BYTES,
  PROVIDED_METHODS,
  type ProvidedMethod,
  type StoreMethod,
} from "../wire/mod.ts";

const MOST_CONTACTS = 1_000;
/** A character has up to three bytes, and the message is more than its items. */
const PAGE_BYTES = MAX_MESSAGE_BYTES / 4;

export type RecordMethod =
  | StoreMethod
  | ProvidedMethod
  | "headsets"
  | "headsets.use";

export type RecordHandlers = {
  [M in RecordMethod]: (
    params: Methods[M]["params"],
  ) => Methods[M]["result"] | Promise<Methods[M]["result"]>;
};

/** @param providers asked at each call: they may come later than the phone */
export function recordHandlers(providers: () => Providers): RecordHandlers {
  const history = () => providers().history ?? missing("history", "Start it without --no-history.");
  const contacts = () => providers().contacts ?? missing("contacts");
  const headsets = () => providers().headsets ?? missing("headsets");
  return {
    history: (query) => named(history().list(query), providers().contacts),
    "contacts.list": ({ cursor, limit = MOST_CONTACTS, ...filter }) => {
      const page = pageOf(contacts().list(filter), ({ id }) => id, limit, cursor);
      return { contacts: page.items, next: page.next };
    },
    "contacts.export": ({ cursor, ...filter }) => {
      const cards = contacts().cards(filter);
      const page = pageOf(cards, ({ contact }) => contact.id, MOST_CONTACTS, cursor);
      return { cards: page.items, next: page.next };
    },
    "contacts.search": ({ query, limit }) => ({
      hits: contacts().search(query, limit === undefined ? {} : { limit }),
    }),
    "contacts.lookUp": ({ uri }) => {
      const contact = contacts().lookUp(uri)?.contact;
      return contact === undefined ? {} : { contact };
    },
    "contacts.add": (draft) => ({ contact: contacts().add(draft) }),
    "contacts.update": ({ id, changes }) => ({ contact: contacts().update(id, changes) }),
    "contacts.remove": ({ id }) => {
      const card = contacts().card(id);
      return { removed: contacts().remove(id), ...(card === undefined ? {} : { card }) };
    },
    "contacts.import": ({ cards }) => contacts().import(cards),
    headsets: () => headsets().list(),
    "headsets.use": async ({ on }) => {
      await headsets().use(on);
      return {};
    },
    ...providedHandlers(providers),
  };
}

function providedHandlers(providers: () => Providers): Pick<RecordHandlers, ProvidedMethod> {
  const methods = Object.keys(PROVIDED_METHODS) as ProvidedMethod[];
  const ask = (method: ProvidedMethod) => (params: never) =>
    (providers()[method] ?? missing(PROVIDED_METHODS[method]))(params);
  return Object.fromEntries(methods.map((method) => [method, ask(method)])) as ReturnType<
    typeof providedHandlers
  >;
}

/** Whose names the callers have is asked now: a contact may be newer than the call. */
function named(page: PastCallPage, contacts: ContactsProvider | undefined): PastCallPage {
  if (contacts === undefined) return page;
  const records = page.records.map((record) => {
    const contact = contacts.lookUp(record.remote.uri)?.contact.name;
    return contact === undefined ? record : { ...record, remote: { ...record.remote, contact } };
  });
  return { ...page, records };
}

/**
 * As many items as one message has room for.
 * @throws OffhookError `usage` when what the cursor names is not there any more
 */
function pageOf<T>(
  all: Iterable<T>,
  idOf: (item: T) => string,
  most: number,
  cursor: string | undefined,
): { items: T[]; next: string | null } {
  const items: T[] = [];
  let bytes = 0;
  let begun = cursor === undefined;
  for (const item of all) {
    if (!begun) {
      begun = idOf(item) === cursor;
      continue;
    }
    const last = items.at(-1);
    bytes += JSON.stringify(item).length;
    if (last !== undefined && (items.length === most || bytes > PAGE_BYTES)) {
      return { items, next: idOf(last) };
    }
    items.push(item);
  }
  if (begun) return { items, next: null };
  throw new OffhookError("usage", `the contact "${cursor}" of the cursor is gone`, {
    hint: "Begin again without a cursor.",
    data: { cursor },
  });
}

function missing(what: string, hint?: string): never {
  throw new OffhookError("store-failed", `this phone keeps no ${what}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { missing: what },
  });
}
