/** Contacts kept, changed, merged and removed. */
import assert from "node:assert/strict";
import { Contacts } from "../../../src/store/contacts/contacts.ts";
import { type ContactDraft, toContact } from "../../../src/store/contacts/contact.ts";
import { contactsOf, emptyContacts, GERMANY, named } from "../../fakes/store/sample_contacts.ts";
import { temporaryStore } from "../../fakes/store/temporary_store.ts";

function card(id: string, draft: ContactDraft, extra: string[] = []) {
  return { contact: toContact(id, draft), extra };
}

Deno.test("a contact is made fit to be kept", () => {
  const contact = toContact("1", {
    name: "  Eve\x1b[2J\n Adams ",
    addresses: [
      { value: " 030 1 ", labels: ["work", "", "work", "pref"] },
      { value: "" },
      { value: "030 1", labels: ["fax"] },
    ],
    groups: ["a", " a ", ""],
    note: " one\r\ntwo\0 ",
  });
  assert.deepEqual(contact, {
    id: "1",
    name: "Eve [2J  Adams",
    givenName: "",
    familyName: "",
    organisation: "",
    addresses: [{ value: "030 1", labels: ["work", "fax"], preferred: true }],
    groups: ["a"],
    note: "one\ntwo",
    favourite: false,
  });
  assert.deepEqual(toContact("1", contact), contact);
});

Deno.test("without a name: the parts of it, the organisation, the first address; nothing is refused", () => {
  assert.equal(toContact("1", { givenName: "Eve", familyName: "Adams" }).name, "Eve Adams");
  assert.equal(toContact("1", { organisation: "Acme" }).name, "Acme");
  assert.equal(toContact("1", { addresses: [{ value: "200" }] }).name, "200");
  assert.throws(() => toContact("1", { note: "who?" }), { code: "usage" });
});

Deno.test("add, update, remove; what an update does not name stays", () => {
  const contacts = emptyContacts();
  const { id } = contacts.add({ ...named("Anna", "030 1111111"), groups: ["team"], note: "n" });
  contacts.update(id, { favourite: true, addresses: [{ value: "030 2222222" }] });
  assert.equal(contacts.nameFor("tel:0302222222"), "Anna");
  assert.equal(contacts.nameFor("tel:0301111111"), undefined);
  assert.deepEqual(contacts.get(id)?.groups, ["team"]);
  assert.throws(() => contacts.update("none", {}), { code: "not-found" });
  assert.throws(() => contacts.update(id, { name: "", addresses: [] }), { code: "usage" });
  assert.equal(contacts.remove(id), true);
  assert.equal(contacts.remove(id), false);
  assert.equal(contacts.nameFor("tel:0302222222"), undefined);
  assert.deepEqual(contacts.list(), []);
});

Deno.test("lists and groups", () => {
  const contacts = contactsOf(
    { name: "zoe", groups: ["team", "b"], favourite: true },
    { name: "Émile", groups: ["team"] },
    { name: "Anna" },
  );
  const names = (filter = {}) => contacts.list(filter).map((contact) => contact.name);
  assert.deepEqual(names(), ["zoe", "Anna", "Émile"]);
  assert.deepEqual(names({ group: "team" }), ["zoe", "Émile"]);
  assert.deepEqual(names({ favourite: false }), ["Anna", "Émile"]);
  assert.deepEqual(contacts.groups(), [{ name: "b", size: 1 }, { name: "team", size: 2 }]);
});

Deno.test("contacts are there after closing, with everything", () => {
  using temporary = temporaryStore();
  const store = temporary.open();
  const before = new Contacts(store.database);
  before.import([card("uid-1", {
    name: "Anna",
    addresses: [{ value: "1", labels: ["work"], preferred: true }, { value: "sip:a@b" }],
    groups: ["x", "a"],
    note: "two\nlines",
    favourite: true,
    givenName: "Anna",
    familyName: "B",
    organisation: "Acme",
  }, ["BDAY:20000101"])]);
  const cards = [...before.cards()];
  store.close();
  assert.deepEqual([...new Contacts(temporary.open().database).cards()], cards);
  assert.deepEqual(cards[0]?.extra, ["BDAY:20000101"]);
});

Deno.test("a reader sees at once what the writer changed", () => {
  using temporary = temporaryStore();
  const writer = new Contacts(temporary.open().database);
  const reader = new Contacts(temporary.open({ mode: "read" }).database);
  assert.equal(reader.nameFor("sip:a@b"), undefined);
  writer.add(named("Anna", "sip:a@b"));
  assert.equal(reader.nameFor("sip:a@b"), "Anna");
});

const BOOK: ContactDraft[] = [
  named("Anna", "+49 30 1234567", "sip:anna@example.com"),
  named("Extension", "200"),
  named("Other PBX", "sip:200@pbx.example"),
  named("Vienna", "sip:+4315555555@gw.example"),
  named("Twin A", "030 7777777"),
  named("Twin B", "0049 30 7777777"),
  named("Unknown plan", "07221 888888"),
];

const LOOK_UPS: [uri: string, name: string | undefined, by?: string][] = [
  ["sip:anna@example.com:5070;transport=tcp", "Anna", "uri"],
  ["sips:ANNA@EXAMPLE.COM", "Anna", "uri"],
  ["sip:+49301234567@gw", "Anna", "number"],
  ["sip:0301234567@gw;user=phone", "Anna", "number"],
  ["sip:0049301234567@gw", "Anna", "number"],
  ["tel:+49-30-1234567", "Anna", "number"],
  ["sip:49301234567@gw", "Anna", "suffix"],
  ["sip:+43301234567@gw", undefined],
  ["sip:200@anywhere", "Extension", "number"],
  ["sip:200@pbx.example", "Other PBX", "uri"],
  ["sip:201@pbx.example", undefined],
  ["sip:anna@elsewhere.example", undefined],
  ["sip:004315555555@other.gw", "Vienna", "number"],
  ["sip:0307777777@gw", "Twin A", "number"],
  ["sip:7777777@gw", undefined],
  ["sip:anonymous@anonymous.invalid", undefined],
  ["not a uri", undefined],
  ["", undefined],
];

for (const [uri, name, by] of LOOK_UPS) {
  Deno.test(`a call from "${uri}" is from ${name ?? "nobody known"}`, () => {
    const match = contactsOf(...BOOK).lookUp(uri);
    assert.equal(match?.contact.name, name);
    assert.equal(match?.by, by);
  });
}

Deno.test("without a plan the national and the international spelling meet at their end", () => {
  const contacts = emptyContacts({});
  contacts.add(named("Anna", "030 1234567"));
  assert.equal(contacts.lookUp("sip:+49301234567@gw")?.by, "suffix");
});

Deno.test("importing the same again changes nothing; a changed card of the same id wins", () => {
  const contacts = emptyContacts();
  const first = card("u1", { ...named("Anna", "030 1234567"), note: "one" }, ["BDAY:1", "X-A:1"]);
  assert.deepEqual(contacts.import([first]), { added: ["u1"], merged: [], unchanged: [] });
  assert.deepEqual(contacts.import([first]), { added: [], merged: [], unchanged: ["u1"] });
  const changed = card("u1", { ...named("Anna Bach", "030 9"), note: "one\ntwo" }, ["BDAY:2"]);
  assert.deepEqual(contacts.import([changed]).merged, ["u1"]);
  const [{ contact, extra }] = contacts.cards() as Iterable<typeof first> as [typeof first];
  assert.equal(contact.name, "Anna Bach");
  assert.deepEqual(contact.addresses.map((address) => address.value), ["030 1234567", "030 9"]);
  assert.equal(contact.note, "one\ntwo");
  assert.deepEqual(extra, ["BDAY:2", "X-A:1"]);
});

Deno.test("a duplicate is joined: same name and number, however both are written", () => {
  const contacts = emptyContacts();
  contacts.import([
    card("a", { name: "Jürgen", addresses: [{ value: "030 1234567", labels: ["work"] }] }, [
      "X-A:1",
    ]),
  ]);
  const result = contacts.import([card("b", {
    name: "JURGEN",
    organisation: "Acme",
    addresses: [
      { value: "+49 (30) 1234567", labels: ["voice"], preferred: true },
      { value: "0170 1" },
    ],
    groups: ["new"],
    favourite: true,
  }, ["X-A:1", "X-B:2"])]);
  assert.deepEqual(result, { added: [], merged: ["a"], unchanged: [] });
  assert.deepEqual([...contacts.cards()], [card("a", {
    name: "Jürgen",
    organisation: "Acme",
    addresses: [
      { value: "030 1234567", labels: ["work", "voice"], preferred: true },
      { value: "0170 1" },
    ],
    groups: ["new"],
    favourite: true,
  }, ["X-A:1", "X-B:2"])]);
});

Deno.test("two people of one name, and one number of two people, stay apart", () => {
  const contacts = emptyContacts();
  const result = contacts.import([
    card("a", named("Hans Müller", "030 1111111")),
    card("b", named("Hans Müller", "030 2222222")),
    card("c", named("Grete Müller", "030 1111111")),
  ]);
  assert.equal(result.added.length, 3);
});

Deno.test("grouped lines of two cards do not get mixed up", () => {
  const contacts = emptyContacts();
  const lines = (label: string) => [`item1.EMAIL:${label}@x`, `item1.X-ABLabel:${label}`];
  contacts.import([card("a", named("Anna", "030 1234567"), lines("one"))]);
  contacts.import([card("b", named("Anna", "030 1234567"), lines("two"))]);
  contacts.import([card("c", named("Anna", "030 1234567"), lines("one"))]);
  const extra = [...contacts.cards()][0]?.extra;
  assert.deepEqual(extra, [...lines("one"), "item2.EMAIL:two@x", "item2.X-ABLabel:two"]);
});

Deno.test("an import that fails half-way leaves the address book as it was", () => {
  const contacts = contactsOf(named("Anna", "1"));
  const broken = card("b", named("Bernd", "2"));
  broken.contact.name = "";
  broken.contact.addresses = [];
  assert.throws(() => contacts.import([card("c", named("Carla", "3")), broken]), { code: "usage" });
  assert.deepEqual(contacts.list().map((contact) => contact.name), ["Anna"]);
  assert.equal(contacts.nameFor("tel:3"), undefined);
});

Deno.test("the number plan of the place is the caller's", () => {
  assert.equal(GERMANY.countryCode, "49");
  const american = emptyContacts({
    countryCode: "1",
    nationalPrefix: "1",
    internationalPrefixes: ["011"],
  });
  american.add(named("Bob", "(212) 555-1212"));
  assert.equal(american.nameFor("sip:+12125551212@gw"), "Bob");
});
