/** Who is found by what is typed, and in which order. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Contacts } from "../../../src/store/contacts/contacts.ts";
import { toContact } from "../../../src/store/contacts/contact.ts";
import { fold, foldExpanded } from "../../../src/store/database/text_fold.ts";
import { contactsOf, emptyContacts, named } from "../../fakes/store/sample_contacts.ts";
import { seeded } from "../../fakes/store/temporary_store.ts";

function found(contacts: Contacts, query: string): string[] {
  return contacts.search(query).map((hit) => hit.contact.name);
}

Deno.test("folding: case, diacritics, width and ligatures do not count", () => {
  assert.equal(
    fold("ÅNGSTRÖM Łódź İstanbul Straße Ｆｕｌｌ ﬁn Ñandú"),
    "angstrom lodz istanbul strasse full fin nandu",
  );
  assert.equal(foldExpanded("Jürgen Groß"), "juergen gross");
  assert.equal(foldExpanded("Ju\u0308rgen"), "juergen");
  assert.equal(foldExpanded("Smith"), undefined);
});

Deno.test("exact before prefix before word start before inside before scattered letters", () => {
  const contacts = contactsOf(
    named("Summa Alt"),
    named("Maxima Rex"),
    named("Max"),
    named("Pia Max"),
    named("Climax"),
    named("Nobody"),
  );
  assert.deepEqual(found(contacts, "max"), ["Max", "Maxima Rex", "Pia Max", "Climax"]);
  assert.deepEqual(found(contacts, "mxx"), ["Maxima Rex"]);
  assert.deepEqual(found(contacts, "MA"), ["Max", "Maxima Rex", "Pia Max", "Climax", "Summa Alt"]);
});

Deno.test("diacritics may be typed, left away or written out", () => {
  const contacts = contactsOf(named("Jürgen Größe"), named("Łukasz Ågren"));
  for (const query of ["jürgen", "jurgen", "juergen", "größe", "groesse", "grosse"]) {
    assert.deepEqual(found(contacts, query), ["Jürgen Größe"], query);
  }
  assert.deepEqual(found(contacts, "lukasz agren"), ["Łukasz Ågren"]);
  assert.deepEqual(found(contacts, "aagren"), ["Łukasz Ågren"]);
});

Deno.test("several words in any order, and in the organisation too", () => {
  const contacts = contactsOf(
    { name: "Anna Schmidt", organisation: "Acme Pumps" },
    { name: "Anna Becker" },
    { name: "O'Brien, Sean" },
  );
  assert.deepEqual(found(contacts, "schmidt anna"), ["Anna Schmidt"]);
  assert.deepEqual(found(contacts, "anna pumps"), ["Anna Schmidt"]);
  assert.deepEqual(found(contacts, "acme"), ["Anna Schmidt"]);
  assert.deepEqual(found(contacts, "sean o'b"), ["O'Brien, Sean"]);
  assert.deepEqual(found(contacts, "anna zzz"), []);
});

Deno.test("digits match through formatting, in the national and the international spelling", () => {
  const contacts = contactsOf(
    named("Berlin", "+49 (30) 123-45 67"),
    named("Wien", "+43 1 9876543"),
    named("Desk", "200"),
    named("Two lines", "089 1111111", "0170 5551111"),
  );
  assert.deepEqual(found(contacts, "089 555"), [], "not half of one number and half of another");
  for (const query of ["+49 30 123", "0049 30 123", "00493", "030 123", "(030) 1234567", "34567"]) {
    assert.deepEqual(found(contacts, query), ["Berlin"], query);
  }
  assert.deepEqual(found(contacts, "0043"), ["Wien"]);
  assert.deepEqual(found(contacts, "20"), ["Desk"]);
  assert.deepEqual(found(contacts, "00"), [], "two digits are not looked for inside numbers");
  assert.equal(contacts.search("200")[0]?.score, 900);
});

Deno.test("a name and part of a number; the address that matched is given", () => {
  const contacts = contactsOf(
    named("Anna", "030 1111111", "0170 2222222", "sip:anna.office@example.com"),
    named("Bernd", "030 1111112"),
  );
  assert.equal(contacts.search("anna 0170")[0]?.address?.value, "0170 2222222");
  assert.equal(contacts.search("office")[0]?.address?.value, "sip:anna.office@example.com");
  assert.equal(contacts.search("anna")[0]?.address?.value, "030 1111111");
  assert.equal(contacts.search("anna 0170").length, 1);
});

Deno.test("the preferred address is the default one, a fax never if there is another", () => {
  const fax = { value: "1", labels: ["fax"] };
  const contacts = contactsOf(
    { name: "A", addresses: [fax, { value: "2" }] },
    { name: "B", addresses: [{ value: "2" }, { value: "3", preferred: true }] },
    { name: "C", addresses: [fax] },
    { name: "D" },
  );
  const addresses = contacts.search("").map((hit) => hit.address?.value);
  assert.deepEqual(addresses, ["2", "3", "1", undefined]);
});

Deno.test("equal scores: favourites first, then by name, then by id; the group and limit hold", () => {
  const contacts = contactsOf(
    named("Ben Zett"),
    named("Ben Adam"),
    { ...named("Ben Adam"), groups: ["team"] },
    { ...named("Ben Yolk"), favourite: true },
  );
  const ids = contacts.search("ben").map((hit) => hit.contact.id);
  assert.deepEqual(ids, ["new-4", "new-2", "new-3", "new-1"]);
  assert.deepEqual(contacts.search("ben", { limit: 2 }).length, 2);
  assert.deepEqual(contacts.search("ben", { limit: 0 }), []);
  assert.deepEqual(contacts.search("ben", { group: "team" }).map((h) => h.contact.id), ["new-3"]);
});

Deno.test("results do not depend on the order in which contacts came", () => {
  const names = ["Anna Bach", "Bach, Anna", "Hannah", "Ana", "ÁNNA", "Joanna B", "An Na", "anna"];
  const ids = (order: string[]) => {
    const contacts = emptyContacts();
    contacts.import(
      order.map((name) => ({ contact: toContact(name, named(name, `${name}@x`)), extra: [] })),
    );
    return contacts.search("anna", { limit: 99 }).map((hit) => `${hit.contact.id} ${hit.score}`);
  };
  const random = seeded(3);
  const expected = ids(names);
  assert.equal(expected.length, 7);
  for (let round = 0; round < 10; round++) {
    const shuffled = names.map((name) => ({ name, at: random() })).sort((a, b) => a.at - b.at);
    assert.deepEqual(ids(shuffled.map(({ name }) => name)), expected);
  }
});

Deno.test("every name is found by each of its prefixes, and scores are whole and in range", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(name, fc.string(), fc.nat(12), (text, other, cut) => {
      const contacts = contactsOf({ name: `${text} a`, organisation: other });
      const typed = [...text].slice(0, cut).join("");
      const hits = contacts.search(typed);
      // What folds to nothing (marks, emoji alone) lists everything.
      assert.equal(hits.length, 1, `"${typed}" finds "${text} a"`);
      for (const { score } of [...hits, ...contacts.search(other)]) {
        assert.ok(Number.isInteger(score) && score >= 1 && score <= 1000, `${score}`);
      }
    }),
    { numRuns: 150 },
  );
});
