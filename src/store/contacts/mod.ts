/** The address book. */
export {
  type Contact,
  type ContactAddress,
  type ContactCard,
  type ContactDraft,
  toContact,
} from "./contact.ts";
export { Contacts, type ContactsOptions } from "./contacts.ts";
export { freeGroups } from "./merge.ts";
