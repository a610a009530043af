/** Reports of busylights, byte for byte, and what they show. */
import assert from "node:assert/strict";
import { BUSYLIGHT_MAKES, busylightOf, lookOf } from "../../../src/hid/busylight.ts";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";

const make = (name: string) => BUSYLIGHT_MAKES.find((each) => each.name === name)!;
const ORANGE = [255, 128, 0] as const;

Deno.test("Luxafor: static colour on all LEDs", () => {
  assert.deepEqual([...make("Luxafor").report(ORANGE)], [0, 1, 0xff, 255, 128, 0, 0, 0, 0]);
});

Deno.test("blink(1): feature report 1, colour now", () => {
  assert.deepEqual([...make("blink(1)").report(ORANGE)], [1, 0x6e, 255, 128, 0, 0, 0, 0, 0]);
  assert.ok(make("blink(1)").feature);
});

Deno.test("Kuando: one step that repeats, padding, and a sum that is right", () => {
  const report = make("Kuando Busylight").report(ORANGE);
  const body = report.subarray(1);
  assert.equal(report.length, 65);
  assert.deepEqual([...body.subarray(0, 8)], [0x10, 1, 100, 50, 0, 1, 0, 0x80]);
  assert.ok(body.subarray(8, 59).every((byte) => byte === 0));
  assert.deepEqual([...body.subarray(59, 62)], [0xff, 0xff, 0xff]);
  const sum = body.subarray(0, 62).reduce((total, byte) => total + byte, 0);
  assert.deepEqual([...body.subarray(62)], [sum >> 8, sum & 0xff]);
});

Deno.test("every make is found by its ids, other devices of the vendor are not", () => {
  for (const each of BUSYLIGHT_MAKES) {
    for (const productId of each.productIds) {
      assert.equal(busylightOf({ vendorId: each.vendorId, productId }), each);
    }
  }
  assert.equal(busylightOf({ vendorId: 0x04d8, productId: 0x003f }), undefined);
});

Deno.test("ringing blinks, a call is red, a held one yellow, idle dark", () => {
  const looks = [{}, { ring: true }, { offHook: true }, { offHook: true, hold: true }].map((
    change,
  ) => lookOf({ ...IDLE_HEADSET, ...change }));
  assert.deepEqual(looks.map(({ blinks }) => blinks), [false, true, false, false]);
  assert.equal(new Set(looks.map(({ colour }) => colour.join())).size, 4);
});
