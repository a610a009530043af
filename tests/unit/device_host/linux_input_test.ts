/** The kernel's bytes, as linux/input.h and linux/gpio.h lay them out. */
import assert from "node:assert/strict";
import {
  GET_KEYS,
  GET_LINE,
  GET_VALUES,
  isActive,
  isKeyDown,
  keyChanges,
  lineChanges,
  lineFile,
  lineRequest,
  valuesRequest,
} from "../../../src/device_host/native/contacts/linux_input.ts";

const KEY_PHONE = 169;

function inputEvents(...events: [type: number, code: number, value: number][]): Uint8Array {
  const bytes = new Uint8Array(24 * events.length);
  const view = new DataView(bytes.buffer);
  events.forEach(([type, code, value], index) => {
    view.setUint16(24 * index + 16, type, true);
    view.setUint16(24 * index + 18, code, true);
    view.setInt32(24 * index + 20, value, true);
  });
  return bytes;
}

Deno.test("presses and releases of the key count, repeats and other keys do not", () => {
  const bytes = inputEvents([1, KEY_PHONE, 1], [0, 0, 0], [1, KEY_PHONE, 2], [1, 30, 1], [
    1,
    KEY_PHONE,
    0,
  ]);
  assert.deepEqual(keyChanges(bytes, KEY_PHONE), { changes: [true, false], dropped: false });
  assert.equal(keyChanges(inputEvents([0, 3, 0]), KEY_PHONE).dropped, true);
  assert.deepEqual(keyChanges(bytes.subarray(0, 30), KEY_PHONE).changes, [true], "cut off");
});

Deno.test("a key's bit in the map", () => {
  const map = new Uint8Array(96);
  map[21] = 0b10; // 169 = 21 × 8 + 1
  assert.ok(isKeyDown(map, KEY_PHONE));
  assert.ok(!isKeyDown(map, KEY_PHONE + 1));
  assert.ok(!isKeyDown(map, 800));
});

Deno.test("request numbers are the kernel's", () => {
  assert.equal(GET_KEYS, 0x80604518n);
  assert.equal(GET_LINE, 0xc250b407n);
  assert.equal(GET_VALUES, 0xc010b40en);
});

Deno.test("a line is asked for as an input with both edges", () => {
  const request = lineRequest({ line: 17, activeLow: true, bias: "pull-up" });
  const view = new DataView(request.buffer);
  assert.equal(request.length, 592);
  assert.equal(view.getUint32(0, true), 17);
  assert.equal(new TextDecoder().decode(request.subarray(256, 263)), "offhook");
  assert.equal(view.getBigUint64(288, true), 0b1_0011_0110n);
  assert.equal(view.getUint32(560, true), 1);
  view.setInt32(588, 9, true);
  assert.equal(lineFile(request), 9);
});

Deno.test("levels and edges of a line", () => {
  const values = valuesRequest();
  assert.equal(values[8], 1, "the mask asks for the first line");
  assert.ok(!isActive(values));
  values[0] = 1;
  assert.ok(isActive(values));
  const events = new Uint8Array(96);
  events[8] = 1;
  events[48 + 8] = 2;
  assert.deepEqual(lineChanges(events), [true, false]);
});
