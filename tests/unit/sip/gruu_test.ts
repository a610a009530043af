/** Which GRUU of a registrar's answer is ours (RFC 5627). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { publicGruu } from "../../../src/sip/registration/gruu.ts";

const INSTANCE = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
const AOR = "sip:callee@example.com";
const GRUU = `${AOR};gr=${INSTANCE}`;

const found = (...contacts: string[]) => publicGruu({ headers: () => contacts }, INSTANCE, AOR);
const contact = (gruu: string, instance = INSTANCE) =>
  `<sip:callee@192.0.2.1>;pub-gruu="${gruu}";+sip.instance="<${instance}>";expires=3600`;

Deno.test("the example of RFC 5627 §9: the GRUU of our instance, among other bindings", () => {
  const other = contact(`${AOR};gr=urn:uuid:other`, "urn:uuid:other");
  assert.equal(found(other, contact(GRUU)), GRUU);
  assert.equal(found(`${other}, ${contact(GRUU)}`), GRUU);
  assert.equal(found(other), undefined);
  assert.equal(found(), undefined);
  assert.equal(found("*"), undefined);
});

Deno.test("what is no GRUU of our address of record is not used", () => {
  const bad = [
    AOR,
    `sip:callee@example.org;gr=${INSTANCE}`,
    `sip:other@example.com;gr=${INSTANCE}`,
    `sip:callee@example.com:5070;gr=${INSTANCE}`,
    `tel:+4930;gr=${INSTANCE}`,
    `${GRUU}?Replaces=x`,
    `${GRUU};x=${"y".repeat(600)}`,
    `${GRUU}>\\r\\nX: y`,
    "",
  ];
  for (const gruu of bad) assert.equal(found(contact(gruu)), undefined, gruu);
});

Deno.test("an answer of any kind gives a GRUU of ours or none", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" })), (contacts) => {
    assert.equal(found(...contacts), undefined);
  }));
});
