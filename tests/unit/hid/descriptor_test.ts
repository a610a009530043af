/** HID report descriptors: where each field stands and what it means. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDescriptor, type ReportField } from "../../../src/hid/descriptor.ts";
import { digitOf, Usage, usageOf } from "../../../src/hid/usages.ts";
import * as hid from "../../fixtures/hid_assembler.ts";
import { usageName } from "../../fixtures/usage_name.ts";

const TELEPHONY = 0x0b, LED = 0x08, BUTTON = 0x09, CONSUMER = 0x0c;
const { bits, bytes, collection, input, output, VARIABLE } = hid;

/** What a field is, in one line. */
function line(field: ReportField): string {
  const what = field.form === "variable"
    ? usageName(field.usage)
    : `[${field.usages.map((range) => usageName(range.first)).join(" ")}]x${field.count}`;
  const mode = field.relative ? "relative" : "absolute";
  const constant = field.constant ? " constant" : "";
  return `${field.kind} ${field.reportId}/${field.bitOffset}+${field.bitSize} ${what} ${mode}${constant}`;
}

function parsed(...parts: number[][]) {
  const { fields, problems, ...rest } = parseDescriptor(bytes(...parts));
  return { ...rest, lines: fields.map(line), problems: problems.map((each) => each.message) };
}

Deno.test("fields stand at their bit of their report, padding and other pages counted", () => {
  const result = parsed(collection(
    TELEPHONY,
    5,
    1,
    hid.reportId(2),
    bits(input, TELEPHONY, [0x20]),
    bits(input, 0xff00, [1, 2, 3]),
    hid.padding(input, 4),
    bits(input, TELEPHONY, [0x2f, 0x21], hid.RELATIVE),
    bits(output, LED, [0x17, 0x09]),
    hid.reportId(3),
    bits(input, TELEPHONY, [0x24]),
  ));
  assert.deepEqual(result, {
    lines: [
      "input 2/0+1 Hook Switch absolute",
      "input 2/8+1 Phone Mute relative",
      "input 2/9+1 Flash relative",
      "output 2/0+1 Off-Hook lamp absolute",
      "output 2/1+1 Mute lamp absolute",
      "input 3/0+1 Redial absolute",
    ],
    reports: [
      { kind: "input", reportId: 2, bits: 10 },
      { kind: "output", reportId: 2, bits: 2 },
      { kind: "input", reportId: 3, bits: 1 },
    ],
    collections: [Usage.headset],
    numbered: true,
    problems: [],
  });
});

Deno.test("the usage page counts at the main item, a 4-byte usage brings its own", () => {
  const late = [...hid.usage(7), ...hid.usagePage(BUTTON), ...hid.reportSize(1)];
  const result = parsed(collection(
    TELEPHONY,
    5,
    1,
    [...late, ...hid.reportCount(1), ...input(VARIABLE)],
    hid.usagePage(CONSUMER),
    [...hid.fullUsage(TELEPHONY, 0x20), ...hid.usage(0xe9), ...hid.reportCount(2)],
    input(VARIABLE),
  ));
  assert.deepEqual(result.lines, [
    "input 0/0+1 Button 7 absolute",
    "input 0/1+1 Hook Switch absolute",
    "input 0/2+1 Volume Up absolute",
  ]);
  assert.equal(result.numbered, false);
});

Deno.test("buttons count only inside a telephony collection", () => {
  const result = parsed(
    collection(TELEPHONY, 5, 1, collection(0xff00, 1, 2, bits(input, BUTTON, [7]))),
    collection(0xff00, 1, 1, bits(input, BUTTON, [7])),
  );
  assert.deepEqual(result.lines, ["input 0/0+1 Button 7 absolute"]);
  assert.deepEqual(result.reports, [{ kind: "input", reportId: 0, bits: 2 }]);
});

Deno.test("a range names one control after the other, the last usage all that are left", () => {
  const result = parsed(
    collection(TELEPHONY, 5, 1, [
      ...hid.usageRange(0x20, 0x21),
      ...hid.usage(0x2f),
      ...hid.reportSize(2),
      ...hid.reportCount(4),
      ...input(VARIABLE),
    ]),
  );
  assert.deepEqual(result.lines, [
    "input 0/0+2 Hook Switch absolute",
    "input 0/2+2 Flash absolute",
    "input 0/4+2 Phone Mute absolute",
    "input 0/6+2 Phone Mute absolute",
  ]);
});

Deno.test("an array is one field with its slots and usages", () => {
  const descriptor = bytes(collection(TELEPHONY, 5, 1, [
    ...hid.usageRange(0xb0, 0xbb),
    ...hid.logical(1, 12),
    ...hid.reportSize(4),
    ...hid.reportCount(2),
    ...input(hid.NULL_STATE),
  ]));
  const [field] = parseDescriptor(descriptor).fields;
  assert.equal(line(field!), "input 0/0+4 [Phone Key 0]x2 absolute");
  assert.equal(field!.nullState, true);
  assert.deepEqual([field!.logicalMinimum, field!.logicalMaximum], [1, 12]);
});

Deno.test("Push and Pop keep and restore all global items", () => {
  const result = parsed(collection(
    TELEPHONY,
    5,
    1,
    [...hid.reportId(4), ...hid.reportSize(1), ...hid.reportCount(1), ...hid.push()],
    [...hid.reportId(9), ...hid.usagePage(LED), ...hid.reportSize(3), ...hid.reportCount(2)],
    [...hid.usage(0x17), ...hid.usage(0x18), ...output(VARIABLE), ...hid.pop()],
    [...hid.usage(0x20), ...input(VARIABLE)],
  ));
  assert.deepEqual(result.lines, [
    "output 9/0+3 Off-Hook lamp absolute",
    "output 9/3+3 Ring lamp absolute",
    "input 4/0+1 Hook Switch absolute",
  ]);
});

Deno.test("a delimiter set gives one control several names, the first that matters counts", () => {
  const set = (...usages: number[][]) => [
    ...hid.delimiter(1),
    ...usages.flat(),
    ...hid.delimiter(0),
  ];
  const descriptor = bytes(collection(TELEPHONY, 5, 1, [
    ...set(hid.usage(0x20), hid.fullUsage(0xff00, 3)),
    ...set(hid.fullUsage(0xff00, 4), hid.usage(0x2f)),
    ...hid.reportSize(1),
    ...hid.reportCount(2),
    ...input(VARIABLE),
  ]));
  const { fields, problems } = parseDescriptor(descriptor);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    fields.map((field) => field.form === "variable" && [field.usage, field.alternatives]),
    [[Usage.hookSwitch, [usageOf(0xff00, 3)]], [Usage.phoneMute, [usageOf(0xff00, 4)]]],
  );
});

Deno.test("a usage on constant bits is told as constant, 25 FF after 15 00 is 255", () => {
  const [field] = parseDescriptor(bytes(collection(TELEPHONY, 5, 1, [
    ...[0x15, 0x00, 0x25, 0xff],
    ...hid.usage(0x20),
    ...hid.reportSize(8),
    ...hid.reportCount(1),
    ...input(VARIABLE | hid.CONSTANT),
  ]))).fields;
  assert.equal(line(field!), "input 0/0+8 Hook Switch absolute constant");
  assert.equal(field!.logicalMaximum, 255);
});

Deno.test("features and wide main items are read, long items are skipped and told", () => {
  const result = parsed(collection(
    TELEPHONY,
    5,
    1,
    hid.longItem(0xf0, [1, 2, 3]),
    [...hid.reportSize(1), ...hid.reportCount(1), ...hid.usage(0x20), ...hid.feature(0x102)],
  ));
  assert.deepEqual(result.lines, ["feature 0/0+1 Hook Switch absolute"]);
  assert.deepEqual(result.problems, ["long item 240 is skipped: none is defined"]);
});

Deno.test("what is wrong is said, what can be used stays", () => {
  const good = collection(TELEPHONY, 5, 1, hid.reportId(1), bits(input, TELEPHONY, [0x20]));
  const cases: [string, number[], RegExp][] = [
    ["truncated item", [0x27, 1, 2], /needs 5 bytes, 3 are left/],
    ["truncated long item", [0xfe, 9], /needs 12 bytes, 2 are left/],
    ["reserved type", [0x0c], /reserved type/],
    ["reserved main tag", [0x40], /main item 4 is reserved/],
    ["reserved global tag", [0xc4], /global item 12 is reserved/],
    ["reserved local tag", [0x68], /local item 6 is reserved/],
    ["report id 0", hid.reportId(0), /report id 0 is not within/],
    ["Pop without Push", hid.pop(), /Pop without Push/],
    ["End Collection", [0xc0], /without Collection/],
    ["unclosed collection", hid.item(0, 0xa, 1), /1 collections are not closed/],
    ["range backwards", hid.usageRange(0x30, 0x20), /ends \(32\) before it begins \(48\)/],
    ["range with one end", [0x19, 0x20, ...hid.input(VARIABLE)], /only one end/],
    ["delimiter in delimiter", [...hid.delimiter(1), ...hid.delimiter(1)], /inside another/],
    ["delimiter unopened", hid.delimiter(0), /was not open/],
    ["no bits", [...hid.usage(0x20), ...hid.reportCount(0), ...hid.input(VARIABLE)], /has no bits/],
    [
      "huge report",
      [...hid.reportSize(255), ...hid.reportCount(0xfffffff), ...hid.usage(0x20), ...input(2)],
      /beyond 16384 bytes/,
    ],
  ];
  for (const [name, broken, message] of cases) {
    const result = parsed(good, broken);
    assert.deepEqual(result.lines.slice(0, 1), ["input 1/0+1 Hook Switch absolute"], name);
    assert.match(result.problems.join("; "), message, name);
  }
});

Deno.test("fields without an id are dropped where other reports have one", () => {
  const result = parsed(collection(
    TELEPHONY,
    5,
    1,
    bits(input, TELEPHONY, [0x2f]),
    hid.reportId(1),
    bits(input, TELEPHONY, [0x20]),
  ));
  assert.deepEqual(result.lines, ["input 1/0+1 Hook Switch absolute"]);
  assert.match(result.problems[0]!, /those without are ignored/);
});

Deno.test("any bytes: never throws, fields lie inside their reports, the work is bounded", () => {
  const plausible = fc.array(
    fc.oneof(
      fc.constantFrom(
        hid.usagePage(TELEPHONY),
        hid.usagePage(LED),
        hid.usage(0x20),
        hid.usageRange(0, 0xffff),
        hid.fullUsage(TELEPHONY, 0x2f),
        hid.push(),
        hid.pop(),
        hid.delimiter(1),
        hid.delimiter(0),
        input(0),
        input(VARIABLE),
        output(VARIABLE),
        hid.item(0, 0xa, 1),
        [0xc0],
      ),
      fc.nat(0xffffff).map(hid.reportCount),
      fc.nat(64).map(hid.reportSize),
      fc.nat(255).map(hid.reportId),
      fc.array(fc.nat(255), { maxLength: 4 }),
    ),
    { maxLength: 200 },
  ).map((parts) => bytes(...parts));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 512 }), plausible), (descriptor) => {
      const { fields, reports, problems } = parseDescriptor(descriptor);
      assert.ok(fields.length <= 4096 && problems.length <= 102);
      const size = new Map(reports.map((each) => [`${each.kind} ${each.reportId}`, each.bits]));
      for (const field of fields) {
        const width = field.bitSize * (field.form === "array" ? field.count : 1);
        assert.ok(width > 0);
        assert.ok(field.bitOffset + width <= size.get(`${field.kind} ${field.reportId}`)!);
      }
    }),
    { numRuns: 400 },
  );
});

Deno.test("phone keys have digits, nothing else has", () => {
  assert.equal(digitOf(usageOf(TELEPHONY, 0xb0)), "0");
  assert.equal(digitOf(usageOf(TELEPHONY, 0xbb)), "#");
  assert.equal(digitOf(usageOf(TELEPHONY, 0xbf)), "D");
  assert.equal(digitOf(Usage.hookSwitch), undefined);
});
