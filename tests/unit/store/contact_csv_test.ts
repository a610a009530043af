/** Contacts from and to CSV, as the address books of others write it. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { readContactCsv, writeContactCsv } from "../../../src/store/exchange/contact_csv.ts";
import type { Delimiter } from "../../../src/store/exchange/csv.ts";
import { readContactFile } from "../../../src/store/exchange/contact_file.ts";
import { anyContact } from "../../fakes/store/any_contact.ts";
import { emptyContacts } from "../../fakes/store/sample_contacts.ts";

Deno.test("a table of Google's address book", () => {
  const { cards, problems, ignored } = readContactCsv([
    "First Name,Middle Name,Last Name,Phonetic First Name,Organization Name,Notes,Labels," +
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value",
    'Anna,Maria,Bach,ana,Acme,"two\nlines",* myContacts ::: Team ::: * starred,Work,a@x.example,' +
    "* Mobile,0170 1 ::: 0170 2,Work,+49 30 5",
  ].join("\r\n"));
  assert.deepEqual(problems, []);
  assert.deepEqual(ignored, ["Phonetic First Name", "E-mail 1 - Label"]);
  assert.deepEqual(cards, [{
    contact: {
      id: "",
      name: "Anna Maria Bach",
      givenName: "Anna",
      familyName: "Bach",
      organisation: "Acme",
      addresses: [
        { value: "0170 1", labels: ["Mobile"], preferred: true },
        { value: "0170 2", labels: ["Mobile"], preferred: true },
        { value: "+49 30 5", labels: ["Work"], preferred: false },
      ],
      groups: ["Team"],
      note: "two\nlines",
      favourite: true,
    },
    extra: ["EMAIL:a@x.example"],
  }]);
});

Deno.test("a table of Outlook in German, as Windows writes it", () => {
  const file = Buffer.from(
    "Vorname;Nachname;Firma;Telefon geschäftlich;Telefon (privat);Mobiltelefon;Fax geschäftlich;" +
      "Geburtstag\r\nJürgen;Größe;;030 1;030 2;0170 3;030 4;1.1.1970\r\n",
    "latin1",
  );
  const { format, cards, ignored } = readContactFile(file);
  assert.equal(format, "csv");
  assert.deepEqual(ignored, ["Geburtstag"]);
  assert.equal(cards[0]?.contact.name, "Jürgen Größe");
  assert.deepEqual(cards[0]?.contact.addresses.map(({ value, labels }) => [value, labels]), [
    ["030 1", ["work"]],
    ["030 2", ["home"]],
    ["0170 3", ["cell"]],
    ["030 4", ["work", "fax"]],
  ]);
});

Deno.test("the usual simple tables", () => {
  for (
    const header of [
      "Name,Number",
      "name,phone",
      "Full Name,Extension",
      "Anzeigename,Rufnummer",
      "NAME,SIP",
    ]
  ) {
    const { cards, ignored } = readContactCsv(`${header}\nAnna,200\n`);
    assert.deepEqual(ignored, [], header);
    assert.equal(cards[0]?.contact.addresses[0]?.value, "200", header);
  }
});

Deno.test("each bad record is reported with its line; the others are read", () => {
  const { cards, problems } = readContactCsv(
    'Name,Number\nAnna,1\n,\nMüller, Hans,2\n"Bob,3\nCarla,4,\n',
  );
  assert.deepEqual(cards.map((card) => card.contact.name), ["Anna", "Carla"]);
  assert.deepEqual(problems, [
    { line: 3, why: "a contact needs a name or a number, and has neither" },
    { line: 4, why: "3 fields, the header has 2" },
    { line: 5, why: "a quoted field does not end" },
  ]);
});

Deno.test("a file without a header that says anything is reported, nothing is guessed", () => {
  for (const file of ["", "Anna,0301234\nBob,030555", "constructor,__proto__\nx,y"]) {
    const { cards, problems } = readContactCsv(file);
    assert.deepEqual(cards, []);
    assert.deepEqual(problems.map((one) => one.line), [1]);
  }
});

Deno.test("any contact survives the round trip, in text and in bytes", () => {
  const contacts = fc.array(anyContact, { maxLength: 4 });
  const delimiter = fc.constantFrom<Delimiter>(",", ";", "\t");
  fc.assert(
    fc.property(contacts, delimiter, fc.boolean(), (written, separator, byteOrderMark) => {
      const text = writeContactCsv(written, { delimiter: separator, byteOrderMark });
      const { cards, problems, ignored } = readContactCsv(new TextEncoder().encode(text));
      assert.deepEqual([problems, ignored], [[], []]);
      assert.deepEqual(cards.map((card) => card.contact), written);
    }),
    { numRuns: 300 },
  );
});

Deno.test("any bytes are read without throwing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const header = new TextEncoder().encode("Name,Number,Phone 1 - Value\n");
      const { cards, problems } = readContactFile(new Uint8Array([...header, ...bytes]));
      assert.ok(Array.isArray(cards) && Array.isArray(problems));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a file is taken for what it is: vCard or CSV", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(
    readContactFile(bytes("\ufeff\r\nbegin:vcard\r\nFN:A\r\nEND:VCARD")).format,
    "vcard",
  );
  assert.equal(readContactFile(bytes("Name,Note\nA,BEGIN:VCARD inside\n")).format, "csv");
  assert.equal(
    readContactFile(Buffer.from("\ufeffBEGIN:VCARD\nFN:A\n", "utf16le")).format,
    "vcard",
  );
});

Deno.test("export, import into an empty book and again: the same contacts, none twice", () => {
  const contacts = emptyContacts();
  contacts.add({ name: "Anna", addresses: [{ value: "030 1", labels: ["work"] }], groups: ["a"] });
  contacts.add({ name: "Bob, Jr.", note: "one\ntwo", favourite: true });
  const file = readContactCsv(writeContactCsv(contacts.list()));
  const other = emptyContacts();
  assert.equal(other.import(file.cards).added.length, 2);
  assert.deepEqual(other.list(), contacts.list());
  assert.equal(other.import(file.cards).unchanged.length, 2);
});
