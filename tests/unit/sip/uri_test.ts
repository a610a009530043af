/** URIs and addresses of headers, taken apart with their text kept. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  parseNameAddr,
  parseNameAddrList,
  parseParameterised,
  readableNameAddrs,
  unquoted,
} from "../../../src/sip/message/name_addr.ts";
import { decodedUser, escapedUser, parseUri, readUri } from "../../../src/sip/message/uri.ts";
import { testWith } from "../../support/skip.ts";

Deno.test("SIP URIs are taken apart and keep their text", () => {
  const uri = parseUri("SIP:a%20b;x=y:pw@Example.COM:5070;transport=tcp;lr;m=%41?X=1&Y=2");
  assert.ok(uri);
  assert.deepEqual(
    [uri.scheme, uri.user, uri.password, uri.host, uri.port, uri.headers],
    ["sip", "a%20b;x=y", "pw", "Example.COM", 5070, "X=1&Y=2"],
  );
  assert.deepEqual([...uri.parameters], [["transport", "tcp"], ["lr", null], ["m", "%41"]]);
  assert.equal(decodedUser(uri), "a b;x=y");
  assert.equal(parseUri("sips:[2001:db8::1]:5061")?.host, "[2001:db8::1]");
  assert.equal(parseUri("sip:%ff@h")?.user, "%ff");
  assert.equal(decodedUser(parseUri("sip:%ff@h")!), "%ff");
});

Deno.test("tel: and other URIs", () => {
  const tel = parseUri("tel:+49-30-1(2);phone-context=example.com");
  assert.deepEqual([tel?.scheme, tel?.user, tel?.parameters.get("phone-context")], [
    "tel",
    "+49-30-1(2)",
    "example.com",
  ]);
  assert.equal(parseUri("http://x/y?z")?.scheme, "http");
});

Deno.test("what is no URI is none", () => {
  for (
    const text of [
      "",
      "sip:",
      "sip:a@",
      "sip:@h",
      "sip:a b@h",
      "sip:a@h:99999",
      "sip:a@h;x=<",
      "sip:a%@h",
      "sip:a@h?",
      "tel:",
      "tel:xyz",
      "bob",
      "<sip:a@h>",
    ]
  ) assert.equal(parseUri(text), undefined, text);
});

Deno.test("name-addr: quoted names, tokens, bare addresses, parameters", () => {
  const quotedName = parseNameAddr('"A \\"B\\" , <x>" <sip:a@h;lr?X=1> ; Tag = 7 ;flag;q="a;b"');
  assert.equal(unquoted(quotedName?.displayName ?? ""), 'A "B" , <x>');
  assert.deepEqual([...quotedName!.parameters], [["tag", "7"], ["flag", null], ["q", '"a;b"']]);
  const bare = parseNameAddr("sip:a@h;tag=7");
  assert.deepEqual([bare?.uri.text, bare?.parameters.get("tag")], ["sip:a@h", "7"]);
  assert.equal(parseNameAddr("Ünal Ö <sip:a@h>")?.displayName, "Ünal Ö");
  assert.equal(parseNameAddr('"Ann" <tel:+1>;tag=x')?.uri.scheme, "tel");
  for (
    const text of [
      "",
      '"open <sip:a@h>',
      "<sip:a@h",
      "<sip:a@h> x",
      "<>",
      "sip:a@h?x=1",
    ]
  ) {
    assert.equal(parseNameAddr(text), undefined, text);
  }
});

Deno.test("what is beyond the grammar and clear is read: names, blanks, parameters", () => {
  const read = (value: string) => {
    const item = parseNameAddr(value);
    return item && [
      unquoted(item.displayName ?? ""),
      item.uri.text,
      item.parameters.get("tag") ?? null,
    ];
  };
  const cases: [value: string, name: string, uri: string, tag: string | null][] = [
    ['""unknown"" <sip:a@h>;tag=1', "unknown", "sip:a@h", "1"],
    ["Bob (work) <sip:a@h>;tag=1", "Bob (work)", "sip:a@h", "1"],
    ["bob@example.com <sip:a@h>;tag=1", "bob@example.com", "sip:a@h", "1"],
    ["+49 30 1: Office <sip:a@h>;tag=1", "+49 30 1: Office", "sip:a@h", "1"],
    ["Doe, John <sip:a@h>;tag=1", "Doe, John", "sip:a@h", "1"],
    ["Bob [1] <sip:a@h>;tag=1", "Bob [1]", "sip:a@h", "1"],
    ['Bob "B" Lee <sip:a@h>;tag=1', 'Bob "B" Lee', "sip:a@h", "1"],
    ["< sip:a@h >;tag=1", "", "sip:a@h", "1"],
    ["<sip:a@h>;tag=1;", "", "sip:a@h", "1"],
    ["<sip:a@h>;;tag=1 ; ", "", "sip:a@h", "1"],
    ["<sip:a@h>;tag=a/b+c==", "", "sip:a@h", "a/b+c=="],
    ["<sip:a@h;transport=>", "", "sip:a@h;transport=", null],
    ["<sip:a@h;;lr;ftag=5%>", "", "sip:a@h;;lr;ftag=5%", null],
    ['<sip:h;i="V/s=">', "", 'sip:h;i="V/s="', null],
    ["<sip:jürgen@h>", "", "sip:jürgen@h", null],
    ["<sip:call center@h>", "", "sip:call%20center@h", null],
    ["<sip:a^1@h>", "", "sip:a^1@h", null],
  ];
  for (const [value, ...expected] of cases) assert.deepEqual(read(value), expected, value);
  const list = parseNameAddrList('Doe, John <sip:a@h>, "B" <sip:b@h>;;,sip:c@h');
  assert.deepEqual(list?.map(({ uri }) => uri.user), ["a", "b", "c"]);
  for (const typed of ["sip:call center@h", "sip:a^1@h"]) assert.equal(parseUri(typed), undefined);
});

Deno.test("lists are split at commas outside quotes and brackets, with offsets", () => {
  const value = '"a, b" <sip:a@h;x=1,2>;q=1 , <sip:b@h> ,sip:c@h;q=0.5';
  assert.equal(parseNameAddrList(value), undefined, "a comma in a URI parameter is not allowed");
  const good = value.replace("1,2", "12");
  const list = parseNameAddrList(good)!;
  assert.deepEqual(list.map(({ start, end }) => good.slice(start, end)), [
    '"a, b" <sip:a@h;x=12>;q=1',
    "<sip:b@h>",
    "sip:c@h;q=0.5",
  ]);
});

Deno.test("any user part survives escaping", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (user) => {
    const uri = parseUri(`sip:${escapedUser(user)}@h`);
    assert.ok(uri, user);
    assert.equal(decodedUser(uri), user);
  }));
});

testWith([], "no value makes the parsers throw, and long ones keep to the time limit", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    '"',
    "\\",
    ",",
    ";",
    "=",
    " ",
    "sip:",
    "a@b",
    "tag",
    "%4",
  );
  const text = fc.oneof(fc.string(), fc.array(piece).map((list) => list.join("")));
  fc.assert(fc.property(text, (value) => {
    const list = parseNameAddrList(value);
    for (const item of list ?? []) assert.ok(item.end > item.start && item.end <= value.length);
    readUri(value);
    for (const { start, end } of readableNameAddrs(value)) {
      assert.ok(end <= value.length && end > start);
    }
    parseParameterised(value);
  }));
  // What takes time with the square of the length takes minutes.
  const letters = 400_000;
  for (const long of [" ", "<", '"', "a", ";a", "sip:a@h,", "sip:" + "a.", '"\\']) {
    readableNameAddrs(long.repeat(letters / long.length));
    readUri(`sip:${long.repeat(letters / long.length)}`);
  }
});
