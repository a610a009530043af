/**
 * A contact, as plain JSON, and how one is made fit to be kept. Pure.
 */
import { OffhookError } from "../../base/mod.ts";
import { multiLine, singleLine } from "../database/mod.ts";

/** One number or URI of a contact. */
export interface ContactAddress {
  /** A number as written (`+49 30 1234`), or a `sip:`, `sips:` or `tel:` URI. */
  value: string;
  /** `work`, `cell`, `fax`, … in lower case as vCard has them, or a person's own words. */
  labels: string[];
  preferred: boolean;
}

export interface Contact {
  /** Stable; the UID of a vCard. */
  id: string;
  /** Never empty: the organisation or the first address stands in. */
  name: string;
  givenName: string;
  familyName: string;
  organisation: string;
  addresses: ContactAddress[];
  groups: string[];
  /** May have several lines. */
  note: string;
  favourite: boolean;
}

/** What a person says about a contact; everything may be left away but one of name and addresses. */
export type ContactDraft = Partial<Omit<Contact, "id" | "addresses">> & {
  addresses?: (Partial<ContactAddress> & { value: string })[];
};

/** A contact as it is imported and exported: with what only other programs understand. */
export interface ContactCard {
  contact: Contact;
  /** Unfolded vCard content lines (RFC 6350 §3.3), kept for the next export. */
  extra: string[];
}

/** How vCard 3.0 says that an address is preferred (RFC 2426 §3.3.1). */
const PREFERRED_TYPE = "pref";

/**
 * Trimmed, without control characters and repetitions; the same for the same input.
 *
 * @throws OffhookError `usage` when there is neither a name nor an address
 */
export function toContact(id: string, draft: ContactDraft): Contact {
  const addresses = uniqueAddresses(draft.addresses ?? []);
  const given = singleLine(draft.givenName ?? "");
  const family = singleLine(draft.familyName ?? "");
  const organisation = singleLine(draft.organisation ?? "");
  const names = [singleLine(draft.name ?? ""), `${given} ${family}`.trim(), organisation];
  const name = names.find((text) => text !== "") ?? addresses[0]?.value;
  if (name === undefined) {
    throw new OffhookError("usage", "a contact needs a name or a number, and has neither", {
      hint: "Give at least one of them.",
    });
  }
  return {
    id: singleLine(id),
    name,
    givenName: given,
    familyName: family,
    organisation,
    addresses,
    groups: unique((draft.groups ?? []).map(singleLine)),
    note: multiLine(draft.note ?? ""),
    favourite: draft.favourite ?? false,
  };
}

function uniqueAddresses(drafts: NonNullable<ContactDraft["addresses"]>): ContactAddress[] {
  const byValue = new Map<string, { labels: Set<string>; preferred: boolean }>();
  for (const draft of drafts) {
    const value = singleLine(draft.value);
    if (value === "") continue;
    const address = byValue.get(value) ?? { labels: new Set(), preferred: false };
    for (const label of draft.labels ?? []) address.labels.add(singleLine(label));
    address.preferred ||= draft.preferred === true;
    byValue.set(value, address);
  }
  return [...byValue].map(([value, { labels, preferred }]) => ({
    value,
    labels: [...labels].filter((label) => label !== "" && label !== PREFERRED_TYPE),
    preferred: preferred || labels.has(PREFERRED_TYPE),
  }));
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== "");
}

/** The address to call when nobody chose one. */
export function defaultAddress(contact: Contact): ContactAddress | undefined {
  return contact.addresses.find((address) => address.preferred) ??
    contact.addresses.find((address) => !address.labels.includes("fax")) ?? contact.addresses[0];
}
