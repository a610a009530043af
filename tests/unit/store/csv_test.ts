/** CSV (RFC 4180), also broken. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Delimiter, formatCsv, parseCsv } from "../../../src/store/exchange/csv.ts";

function fieldsOf(text: string, delimiter?: Delimiter): string[][] {
  const { records, problems } = parseCsv(text, delimiter);
  assert.deepEqual(problems, []);
  return records.map((record) => record.fields);
}

Deno.test("RFC 4180: quotes, doubled quotes, line ends and delimiters inside them", () => {
  assert.deepEqual(fieldsOf('a,"b ""c"" d",\r\n"x,\r\ny","",z'), [
    ["a", 'b "c" d', ""],
    ["x,\r\ny", "", "z"],
  ]);
});

Deno.test("any line end; empty lines are no records; a quote inside an unquoted field is itself", () => {
  assert.deepEqual(fieldsOf('a,b\n\nc,5" pipe\rd,e\r\n\r\n'), [["a", "b"], ["c", '5" pipe'], [
    "d",
    "e",
  ]]);
  assert.deepEqual(fieldsOf(""), []);
  assert.deepEqual(fieldsOf(","), [["", ""]]);
});

const DELIMITERS: [text: string, delimiter: Delimiter, rows: string[][]][] = [
  ["name;number\na,b;1", ";", [["name", "number"], ["a,b", "1"]]],
  ["name\tnumber\n", "\t", [["name", "number"]]],
  ['"a;b;c;d",x\n', ",", [["a;b;c;d", "x"]]],
  ["sep=;\r\na,b;c", ";", [["a,b", "c"]]],
  ["\ufeffsep=\t\na\tb", "\t", [["a", "b"]]],
  ["\ufeffone\n", ",", [["one"]]],
];

for (const [text, delimiter, rows] of DELIMITERS) {
  Deno.test(`the delimiter of ${JSON.stringify(text)} is ${JSON.stringify(delimiter)}`, () => {
    assert.equal(parseCsv(text).delimiter, delimiter);
    assert.deepEqual(fieldsOf(text), rows);
  });
}

Deno.test("a broken record is reported by its line; the records around it are read", () => {
  const { records, problems } = parseCsv(
    'name,number\n"two\nlines",1\n"Bob" Smith,2\nAnna,3\n"never ends,4\nCarla,5\n',
  );
  assert.deepEqual(problems, [
    { line: 4, why: "text after the end of a quoted field" },
    { line: 6, why: "a quoted field does not end" },
  ]);
  assert.deepEqual(records.map(({ line, fields }) => [line, fields[0]]), [
    [1, "name"],
    [2, "two\nlines"],
    [5, "Anna"],
    [7, "Carla"],
  ]);
});

Deno.test("any table survives the round trip, with each delimiter and a byte order mark", () => {
  const field = fc.oneof(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.array(fc.constantFrom('"', ",", ";", "\t", "\r", "\n", " ", "\ufeff", "sep=;", "a"), {
      maxLength: 6,
    }).map((parts) => parts.join("")),
  );
  const table = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
  const format = fc.record({
    delimiter: fc.constantFrom<Delimiter>(",", ";", "\t"),
    byteOrderMark: fc.boolean(),
  });
  fc.assert(
    fc.property(table, format, (rows, { delimiter, byteOrderMark }) => {
      const text = formatCsv(rows, { delimiter, byteOrderMark });
      assert.equal(text.startsWith("\ufeff"), byteOrderMark);
      // A record of one empty field and an empty line are the same to a reader.
      const expected = rows.filter((fields) => fields.length > 1 || fields[0] !== "");
      assert.deepEqual(fieldsOf(text, delimiter), expected);
    }),
    { numRuns: 500 },
  );
});

Deno.test("any text is read without throwing, each line at most once", () => {
  const text = fc.array(fc.constantFrom('"', ",", "\n", "\r", "a", '""', ";"), { maxLength: 60 });
  fc.assert(
    fc.property(text, (parts) => {
      const { records, problems } = parseCsv(parts.join(""));
      const lines = [...records, ...problems].map((one) => one.line);
      assert.equal(new Set(lines).size, lines.length);
    }),
    { numRuns: 500 },
  );
});
