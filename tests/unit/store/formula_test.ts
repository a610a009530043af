/** No cell of an export is run by a spreadsheet, and every one comes back as it was. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { defused, undefused } from "../../../src/store/exchange/formula.ts";
import { readContactCsv, writeContactCsv } from "../../../src/store/exchange/contact_csv.ts";
import { parseCsv } from "../../../src/store/exchange/csv.ts";
import { toContact } from "../../../src/store/contacts/contact.ts";

const FORMULAS = [
  '=HYPERLINK("http://x","y")',
  "=1+cmd|' /C calc'!A0",
  "+1+cmd|x",
  "-2+3+cmd|' /C calc'!D2",
  "@SUM(1+1)*cmd|x",
  "\t=1",
  "\r=1",
  "\n=1",
  "＝1＋1",
  "+49(cmd)",
];

Deno.test("a formula becomes text, a telephone number stays one", () => {
  for (const formula of FORMULAS) assert.equal(defused(formula), `'${formula}`);
  for (const plain of ["+49 (30) 123-45/67", "0301234", "sip:a@b", "Bob", "'tis", "*31#", ""]) {
    assert.equal(defused(plain), plain);
  }
});

Deno.test("whatever the cell, it comes back, and nothing that runs is left", () => {
  const cell = fc.array(fc.constantFrom(..."'=+-@\t\r\na1 (|!＝".split(""))).map((all) =>
    all.join("")
  );
  fc.assert(fc.property(cell, (text) => {
    const safe = defused(text);
    assert.equal(undefused(safe), text);
    assert.ok(!/^[=+\-@\t\r\n＝＋－＠]/.test(safe) || /^\+[\d\s()./-]*$/.test(safe), safe);
  }));
});

Deno.test("no field of an exported contact is run", () => {
  for (const formula of FORMULAS.filter((each) => each.trim() === each)) {
    const contact = toContact("id", {
      name: formula,
      organisation: formula,
      note: formula,
      groups: [formula],
      addresses: [{ value: "+4930123", labels: [formula] }],
    });
    const text = writeContactCsv([contact]);
    for (const { fields } of parseCsv(text).records.slice(1)) {
      for (const field of fields) assert.equal(defused(undefused(field)), field);
    }
    assert.ok(text.includes(",+4930123"));
    const { cards } = readContactCsv(text);
    assert.deepEqual(cards.map(({ contact: { name, note } }) => [name, note]), [[
      formula,
      formula,
    ]]);
  }
});
