/** Arbitrary contacts for property tests, as the store would keep them. */
import fc from "fast-check";
import { type Contact, type ContactDraft, toContact } from "../../../src/store/contacts/contact.ts";

/** What formats stumble over, and everything else. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.array(
    fc.constantFrom(
      "\\",
      ",",
      ";",
      ":",
      '"',
      "\n",
      "\r",
      "\\n",
      " ",
      ":::",
      "*",
      "=",
      "^",
      "ü",
      "😀",
      "a",
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join("")),
);

const address = fc.record({
  value: fc.oneof(
    text,
    fc.constantFrom("+49 30 1234567", "sip:bob@example.com;transport=tcp", "tel:+1-555;ext=5"),
  ),
  labels: fc.array(fc.oneof(fc.constantFrom("work", "cell", "fax", "Door phone", "PREF"), text), {
    maxLength: 3,
  }),
  preferred: fc.boolean(),
});

const draft: fc.Arbitrary<ContactDraft> = fc.record({
  name: text.map((name) => `n${name}`),
  givenName: text,
  familyName: text,
  organisation: text,
  addresses: fc.array(address, { maxLength: 4 }),
  groups: fc.array(text, { maxLength: 3 }),
  note: text,
  favourite: fc.boolean(),
}, { noNullPrototype: true });

export const anyContact: fc.Arbitrary<Contact> = fc.tuple(fc.uuid(), draft)
  .map(([id, parts]) => toContact(id, parts));

/** The same with labels in one order: formats keep which there are, not their order. */
export function sortedLabels(contact: Contact): Contact {
  const addresses = contact.addresses.map((one) => ({ ...one, labels: one.labels.toSorted() }));
  return { ...contact, addresses };
}
