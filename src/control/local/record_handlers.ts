/** The methods that a provider answers, and what is said when there is none. */
import { OffhookError } from "../../base/mod.ts";
import type { Methods, Providers } from "../contract/mod.ts";

export type RecordMethod =
  | "history"
  | "contacts.search"
  | "contacts.lookUp"
  | "contacts.add"
  | "contacts.update"
  | "contacts.remove"
  | "contacts.import"
  | "devices"
  | "headsets"
  | "headsets.use"
  | "ladder";

type RecordHandlers = {
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
    history: (query) => history().list(query),
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
    devices: () => (providers().devices ?? missing("list of devices"))(),
    ladder: ({ sipCallId }) => ({
      messages: (providers().ladder ?? missing("log of SIP messages"))(sipCallId),
    }),
  };
}

function missing(what: string, hint?: string): never {
  throw new OffhookError("store-failed", `this phone keeps no ${what}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}
