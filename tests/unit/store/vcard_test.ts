/** Contacts from vCard 2.1, 3.0 and 4.0, and to the latter two. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { toContact } from "../../../src/store/contacts/contact.ts";
import { readVCards } from "../../../src/store/exchange/vcard_read.ts";
import { writeVCards } from "../../../src/store/exchange/vcard_write.ts";
import { anyContact, sortedLabels } from "../../fakes/store/any_contact.ts";

/** A file of cards with these lines, and its only contact. */
function card(...lines: string[]): string {
  return ["BEGIN:VCARD", ...lines, "END:VCARD", ""].join("\r\n");
}

function readOne(input: string | Uint8Array) {
  const { cards, problems } = readVCards(input);
  assert.deepEqual(problems, []);
  assert.equal(cards.length, 1);
  return cards[0]!;
}

const addressBook = card(
  "VERSION:4.0",
  "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
  "FN;PREF=1:Dr. Jürgen\\, Größe",
  "N:Größe;Jürgen;Q.;Dr.;",
  "ORG:Acme\\; Pumps;North",
  'TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+49-30-1234567;ext=5',
  "TEL;TYPE=work,fax:+49 30 999",
  "IMPP;TYPE=work:sip:jg@example.com;transport=tcp",
  "IMPP:xmpp:jg@example.com",
  "X-SIP:jg@old.example",
  "item1.TEL:030 1",
  "item1.X-ABLabel:Door\\, back",
  "item2.EMAIL:jg@example.com",
  "item2.X-ABLabel:_$!<Work>!$_",
  "CATEGORIES:team,a\\,b,starred",
  "NOTE:line one\\nline \\\\ two",
  "BDAY:19700310",
  "REV:20250101T000000Z",
  "PRODID:-//Somebody//EN",
);

Deno.test("vCard 4.0: what a contact has, and the rest kept", () => {
  const { contact, extra } = readOne(addressBook);
  assert.deepEqual(contact, {
    id: "4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
    name: "Dr. Jürgen, Größe",
    givenName: "Jürgen",
    familyName: "Größe",
    organisation: "Acme; Pumps",
    addresses: [
      { value: "tel:+49-30-1234567;ext=5", labels: ["voice", "home"], preferred: true },
      { value: "+49 30 999", labels: ["work", "fax"], preferred: false },
      { value: "sip:jg@example.com;transport=tcp", labels: ["work"], preferred: false },
      { value: "sip:jg@old.example", labels: [], preferred: false },
      { value: "030 1", labels: ["Door, back"], preferred: false },
    ],
    groups: ["team", "a,b"],
    note: "line one\nline \\ two",
    favourite: true,
  });
  assert.deepEqual(extra, [
    "N:Größe;Jürgen;Q.;Dr.;",
    "ORG:Acme\\; Pumps;North",
    "IMPP:xmpp:jg@example.com",
    "item2.EMAIL:jg@example.com",
    "item2.X-ABLABEL:_$!<Work>!$_",
    "BDAY:19700310",
  ]);
});

for (const version of ["3.0", "4.0"] as const) {
  Deno.test(`what was kept is written again (${version}), edited names in their place`, () => {
    const { contact, extra } = readOne(addressBook);
    const again = readOne(writeVCards([{ contact, extra }], version));
    assert.deepEqual(again, { contact, extra });
    const renamed = { ...contact, familyName: "Klein", organisation: "Other" };
    const text = writeVCards([{ contact: renamed, extra }], version);
    assert.match(text, /^N:Klein;Jürgen;Q\.;Dr\.;\r$/m);
    assert.match(text, /^ORG:Other;North\r$/m);
    assert.doesNotMatch(text, /^N:Größe/m);
  });

  Deno.test(`any contact survives the round trip (${version})`, () => {
    fc.assert(
      fc.property(fc.array(anyContact, { maxLength: 3 }), (contacts) => {
        const text = writeVCards(contacts.map((contact) => ({ contact, extra: [] })), version);
        for (const line of text.split("\r\n")) {
          assert.ok(Buffer.byteLength(line) <= 75, `${Buffer.byteLength(line)} octets`);
        }
        const { cards, problems } = readVCards(text);
        assert.deepEqual(problems, []);
        const read = cards.map((one) => sortedLabels(one.contact));
        assert.deepEqual(read, contacts.map(sortedLabels));
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test("vCard 3.0 as phones write it: pref as a type, lower case, bare line feeds", () => {
  const { contact } = readOne(
    'begin:vcard\nversion:3.0\nfn:Bob\ntel;type=CELL;type=pref:0170 1\ntel;type="work":2\nend:vcard\n',
  );
  assert.deepEqual(contact.addresses, [
    { value: "0170 1", labels: ["cell"], preferred: true },
    { value: "2", labels: ["work"], preferred: false },
  ]);
});

Deno.test("vCard 2.1: bare types, character sets, quoted-printable with soft line breaks", () => {
  const file = Buffer.from(
    card(
      "VERSION:2.1",
      "N;CHARSET=ISO-8859-1:M\u00fcller;Hans",
      "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Hans M=C3=BC=",
      "ller",
      "TEL;CELL;PREF:0170 1",
      "NOTE;QUOTED-PRINTABLE:one=0D=0Atwo",
      "ADR;HOME;CHARSET=WINDOWS-1252;ENCODING=QUOTED-PRINTABLE:;;Stra=DFe 1=0A2;;;;",
      "PHOTO;JPEG;ENCODING=BASE64:",
      " /9j/4AAQ",
      " SkZJRg==",
      "",
      "X-NEXT:1",
    ),
    "latin1",
  );
  const { contact, extra } = readOne(file);
  assert.equal(contact.name, "Hans Müller");
  assert.equal(contact.familyName, "Müller");
  assert.equal(contact.note, "one\ntwo");
  assert.deepEqual(contact.addresses, [{ value: "0170 1", labels: ["cell"], preferred: true }]);
  assert.deepEqual(extra, [
    "ADR;TYPE=HOME:;;Straße 1\\n2;;;;",
    "PHOTO:data:image/jpeg;base64,/9j/4AAQSkZJRg==",
    "X-NEXT:1",
  ]);
  const text = writeVCards([{ contact, extra }], "3.0");
  assert.match(text, /^PHOTO;ENCODING=b;TYPE=JPEG:\/9j\/4AAQSkZJRg==\r$/m);
  assert.deepEqual(readOne(text), { contact, extra });
});

Deno.test("vCard 2.1: a photo whose lines are not indented is whole, and so is what follows", () => {
  for (
    const head of ["PHOTO;JPEG;ENCODING=BASE64", "PHOTO;TYPE=JPEG;ENCODING=b", "PHOTO;BASE64;JPEG"]
  ) {
    for (const end of [[""], []]) {
      const { contact, extra } = readOne(card(
        "VERSION:2.1",
        "FN:Ann",
        `${head}:`,
        "/9j/4AAQ",
        "SkZJRg==",
        ...end,
        "TEL;CELL:0170 1",
      ));
      assert.deepEqual(extra, ["PHOTO:data:image/jpeg;base64,/9j/4AAQSkZJRg=="], head);
      assert.equal(contact.addresses[0]?.value, "0170 1");
    }
  }
});

Deno.test("lines that were folded inside a character, and bytes of another character set", () => {
  const utf8 = Buffer.from(card("VERSION:3.0", "FN:Jürgen"));
  const cut = utf8.indexOf(0xc3) + 1;
  const folded = Buffer.concat([utf8.subarray(0, cut), Buffer.from("\r\n "), utf8.subarray(cut)]);
  assert.equal(readOne(folded).contact.name, "Jürgen");
  const windows = Buffer.from(card("VERSION:3.0", "FN:J\u00fcrgen \u0080"), "latin1");
  assert.equal(readOne(windows).contact.name, "Jürgen €");
});

for (
  const [name, mark, encoding] of [
    ["UTF-8", "\ufeff", "utf8"],
    ["UTF-16", "\ufeff", "utf16le"],
  ] as const
) {
  Deno.test(`a byte order mark of ${name}`, () => {
    const file = Buffer.from(mark + card("VERSION:3.0", "FN:Jürgen"), encoding);
    assert.equal(readOne(file).contact.name, "Jürgen");
  });
}

Deno.test("a card without a name takes its parts, organisation or number", () => {
  assert.equal(readOne(card("N:Bach;Anna;;;")).contact.name, "Anna Bach");
  assert.equal(readOne(card("ORG:Acme")).contact.name, "Acme");
  assert.equal(readOne(card("TEL:200")).contact.name, "200");
});

Deno.test("each wrong thing is reported with its line; everything else is read", () => {
  const file = [
    "hello", //                          1
    "BEGIN:VCARD", //                    2
    "FN:One", //                         3
    "this is no property", //            4
    "TEL:1", //                          5
    "END:VCARD", //                      6
    "BEGIN:VCARD", //                    7
    "NOTE:nobody", //                    8
    "END:VCARD", //                      9
    "BEGIN:VCARD", //                   10
    "FN:Two", //                        11
    "BEGIN:VCARD", //                   12
    "FN:Three", //                      13
    "END:VCARD", //                     14
    "X-LOST:1", //                      15
    "X-LOST:2", //                      16
    "BEGIN:VCARD", //                   17
    "FN:Four", //                       18
    `PHOTO:${"x".repeat(600_000)}`, //  19
  ].join("\n");
  const { cards, problems } = readVCards(file);
  assert.deepEqual(cards.map((one) => one.contact.name), ["One", "Two", "Three", "Four"]);
  assert.deepEqual(cards[0]?.contact.addresses.length, 1);
  assert.deepEqual(problems.map(({ line, why }) => `${line} ${why}`), [
    '1 no property: "hello"',
    '4 no property: "this is no property"',
    "7 a contact needs a name or a number, and has neither",
    "10 the card has no END:VCARD; what it has was read",
    "15 text outside of a card",
    "17 the card has no END:VCARD; what it has was read",
    "19 PHOTO of 586 KiB is left out",
  ]);
});

Deno.test("cards that name a group put their members into it", () => {
  const { cards, problems } = readVCards(
    card("UID:g", "KIND:group", "FN:Team", "MEMBER:urn:uuid:a", "MEMBER:urn:uuid:zzz") +
      card("UID:urn:uuid:a", "FN:A") + card("UID:b", "FN:B"),
  );
  assert.deepEqual(cards.map((one) => one.contact.groups), [["Team"], []]);
  assert.deepEqual(problems.map(({ line, why }) => [line, why]), [
    [1, 'the group "Team" has 1 members that are not in this file'],
  ]);
});

Deno.test("several organisations and names stay as many", () => {
  const one = readOne(card("VERSION:4.0", "FN:A", "FN:B", "ORG:First", "ORG:Second"));
  assert.equal(one.contact.organisation, "First");
  const text = writeVCards([one], "4.0");
  const again = readOne(text);
  assert.deepEqual(again.contact, one.contact);
  assert.deepEqual(again.extra.toSorted(), one.extra.toSorted());
  for (const line of ["FN:A", "FN:B", "ORG:First", "ORG:Second"]) {
    assert.equal(text.split("\r\n").filter((other) => other === line).length, 1, line);
  }
});

Deno.test("labels in people's own words get groups that no other line has", () => {
  const contact = toContact("1", {
    name: "A",
    addresses: [{ value: "1", labels: ["Door", "work"] }, { value: "2", labels: ["Gate"] }],
  });
  const extra = ["item1.EMAIL:a@x", "item1.X-ABLABEL:Mail"];
  const text = writeVCards([{ contact, extra }]);
  assert.match(text, /^item2\.TEL;TYPE=work:1\r\nitem2\.X-ABLabel:Door\r\nitem3\.TEL:2\r$/m);
  const again = readOne(text);
  assert.deepEqual(again.extra, extra);
  assert.deepEqual(sortedLabels(again.contact), sortedLabels(contact));
});

Deno.test("any text is read without throwing, and what was read stays the same from then on", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "BEGIN:VCARD\n",
      "END:VCARD\r\n",
      "FN:a\n",
      "TEL;TYPE=",
      "item1.",
      "X-ABLabel:b\n",
      ";ENCODING=QUOTED-PRINTABLE:=C3=\n",
      ";ENCODING=b",
      ";CHARSET=nope",
      "N:a;b\\;c;\n",
      'ORG;X="',
      "KIND:group\n",
      "UID:urn:uuid:\n",
      ":",
      ";",
      "=",
      '"',
      "\\",
      "\n",
      "\n ",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const first = readVCards("BEGIN:VCARD\nFN:x\n" + pieces.join(""));
      for (const version of ["3.0", "4.0"] as const) {
        const second = readVCards(writeVCards(first.cards, version));
        assert.deepEqual(second.problems, []);
        const plain = (cards: typeof first.cards) =>
          cards.map((one) => ({ ...sortedLabels(one.contact), extra: one.extra.toSorted() }));
        assert.deepEqual(plain(second.cards), plain(first.cards));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("any bytes are read without throwing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { cards, problems } = readVCards(bytes);
      assert.ok(Array.isArray(cards) && Array.isArray(problems));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a hostile file takes time in proportion to its size", () => {
  const many = (line: (n: number) => string) => Array.from({ length: 20_000 }, (_, n) => line(n));
  const files = [
    many(() => "item1.X-ABLabel:y\nitem1.TEL:1"),
    many((n) => `item${n}.X-ABLabel:y\nitem${n}.TEL:${n}`),
    many((n) => `TEL;TYPE=t${n}:1`),
    many((n) => `item${n}.EMAIL:a\nTEL;TYPE="Two words":${n}`),
    many((n) => `N:${n}`),
    [`FN:${"\\".repeat(300_000)}`, `X;${'"'.repeat(300_001)}:`, `NOTE:${";".repeat(300_000)}`],
    ["NOTE;ENCODING=QUOTED-PRINTABLE:" + "=\n".repeat(200_000)],
  ];
  for (const lines of files) {
    const started = performance.now();
    const { cards } = readVCards(card("FN:x", ...lines));
    assert.ok(readVCards(writeVCards(cards)).cards.length === 1, lines[0]);
    const elapsed = performance.now() - started;
    assert.ok(elapsed < 15_000, `${lines[0]?.slice(0, 40)}: ${Math.round(elapsed)} ms`);
  }
});
