/** DER (X.690) against octets that other programs write. */
import assert from "node:assert/strict";
import {
  bitString,
  integer,
  oid,
  sequence,
  tagged,
  time,
  utf8String,
} from "../../../src/base/der/der.ts";

Deno.test("lengths are written in the shortest form", () => {
  const head = (length: number) => [...tagged(0x04, new Uint8Array(length)).subarray(0, 4)];
  assert.deepEqual(head(127).slice(0, 2), [0x04, 127]);
  assert.deepEqual(head(128).slice(0, 3), [0x04, 0x81, 128]);
  assert.deepEqual(head(255).slice(0, 3), [0x04, 0x81, 255]);
  assert.deepEqual(head(256), [0x04, 0x82, 1, 0]);
});

Deno.test("elements nest, each with its tag", () => {
  const name = sequence(oid([0x55, 0x04, 0x03]), utf8String("ö"));
  assert.deepEqual([...name], [0x30, 9, 0x06, 3, 0x55, 4, 3, 0x0c, 2, 0xc3, 0xb6]);
  assert.deepEqual([...bitString([1])], [0x03, 2, 0, 1]);
  assert.deepEqual([...integer([2])], [0x02, 1, 2]);
});

Deno.test("a time has two digits of the year until 2049, and four from then on", () => {
  const text = (element: Uint8Array) => [element[0], new TextDecoder().decode(element.subarray(2))];
  assert.deepEqual(text(time("2049-12-31T23:59:59.999Z")), [0x17, "491231235959Z"]);
  assert.deepEqual(text(time("2050-01-01T00:00:00.000Z")), [0x18, "20500101000000Z"]);
});
