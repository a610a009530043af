/** Numbers made canonical and compared. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addressKeys } from "../../../src/store/contacts/address.ts";
import {
  canonicalNumber,
  dialledDigits,
  nationalForm,
  type NumberPlan,
  sameSubscriber,
} from "../../../src/store/contacts/phone_number.ts";

const GERMANY: NumberPlan = { countryCode: "49", nationalPrefix: "0" };
const AMERICA: NumberPlan = {
  countryCode: "1",
  nationalPrefix: "1",
  internationalPrefixes: ["011"],
};
const SPAIN: NumberPlan = { countryCode: "34", nationalPrefix: "" };

const CANONICAL: [written: string, plan: NumberPlan, canonical: string | undefined][] = [
  ["+49 30 1234567", GERMANY, "+49301234567"],
  ["+49 (0)30 123-45 67", GERMANY, "+49301234567"],
  ["0049301234567", GERMANY, "+49301234567"],
  ["030/1234567", GERMANY, "+49301234567"],
  ["(030) 1234567 ext. 12", GERMANY, "+49301234567"],
  ["030 1234567,,99#", GERMANY, "+49301234567"],
  ["+49\u00a030\u20111234567", GERMANY, "+49301234567"],
  ["\u202a+49301234567\u202c", GERMANY, "+49301234567"],
  ["\uff10\uff13\uff10 1234567", GERMANY, "+49301234567"],
  ["٠٣٠١٢٣٤٥٦٧", GERMANY, "+49301234567"],
  ["030 1234567", {}, "0301234567"],
  ["0049301234567", {}, "+49301234567"],
  ["200", GERMANY, "200"],
  ["0", GERMANY, "0"],
  ["110", GERMANY, "110"],
  ["0110", GERMANY, "0110"],
  ["*97#", GERMANY, "*97#"],
  ["1 212 555 1212", AMERICA, "+12125551212"],
  ["011 49 30 1234567", AMERICA, "+49301234567"],
  ["912 34 56 78", SPAIN, "+34912345678"],
  ["bob", GERMANY, undefined],
  ["", GERMANY, undefined],
  ["+", GERMANY, undefined],
  ["12 34 ab", GERMANY, undefined],
  ["1".repeat(101), GERMANY, undefined],
];

for (const [written, plan, canonical] of CANONICAL) {
  Deno.test(`"${written.slice(0, 30)}" dialled in +${plan.countryCode ?? "?"} is ${canonical}`, () => {
    assert.equal(canonicalNumber(written, plan), canonical);
  });
}

Deno.test("a canonical number stays as it is, whatever the formatting was", () => {
  const formatted = fc.array(fc.constantFrom("1", "2", "0", "9", " ", "-", "(", ")", "/", "."), {
    maxLength: 30,
  }).map((parts) => parts.join(""));
  fc.assert(fc.property(formatted, (text) => {
    const once = canonicalNumber(text, GERMANY);
    if (once === undefined) return;
    assert.equal(canonicalNumber(once, GERMANY), once);
    assert.match(once, /^\+?\d+$/);
  }));
});

Deno.test("any text is taken without throwing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const digits = dialledDigits(text);
    if (digits !== undefined) assert.match(digits, /^\+?[\d*#]+$/);
    addressKeys(text, GERMANY);
  }));
});

Deno.test("national forms are only of the own country", () => {
  assert.equal(nationalForm("+49301234567", GERMANY), "0301234567");
  assert.equal(nationalForm("+43123456", GERMANY), undefined);
  assert.equal(nationalForm("200", GERMANY), undefined);
});

Deno.test("the end of a number is enough only when one of them does not say its country", () => {
  assert.equal(sameSubscriber("+49301234567", "0301234567"), true);
  assert.equal(sameSubscriber("49301234567", "+49301234567"), true);
  assert.equal(sameSubscriber("+49301234567", "+43301234567"), false);
  assert.equal(sameSubscriber("4567", "+49301234567"), false);
  assert.equal(sameSubscriber("200", "200"), true);
});

const KEYS: [address: string, uri: string | undefined, number: string | undefined][] = [
  ["sip:Bob@Example.COM:5060;transport=tcp?subject=x", "bob@example.com", undefined],
  ["sips:bob@[2001:db8::1]:5061", "bob@[2001:db8::1]", undefined],
  ["sip:030%201234567@gw", "030 1234567@gw", "+49301234567"],
  ["sip:+49-30-1234567;phone-context=x@gw;user=phone", "+49-30-1234567@gw", "+49301234567"],
  ["sip:200:secret@pbx", "200@pbx", "200"],
  ["sip:pbx.example", "pbx.example", undefined],
  ["sip:%zz@pbx", "%zz@pbx", undefined],
  ["tel:+49-30-1234567;ext=5", undefined, "+49301234567"],
  ["tel:1234567;phone-context=+49-30", undefined, "+49301234567"],
  ["bob@example.com", "bob@example.com", undefined],
  ["030 1234567", undefined, "+49301234567"],
];

for (const [address, uri, number] of KEYS) {
  Deno.test(`${address} is compared as ${uri ?? "no URI"} and ${number ?? "no number"}`, () => {
    assert.deepEqual(addressKeys(address, GERMANY), {
      ...(uri === undefined ? {} : { uri }),
      ...(number === undefined ? {} : { number }),
    });
  });
}
