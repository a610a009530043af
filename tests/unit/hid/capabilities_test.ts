/** What a headset can do, from its descriptor and its quirks. */
import assert from "node:assert/strict";
import { type Behaviour, STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { capabilitiesOf, isTelephony } from "../../../src/hid/capabilities.ts";
import { controlsOf, encode, InputReader } from "../../../src/hid/controls.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import { readBits, writeBits } from "../../../src/hid/report_bits.ts";
import { Usage } from "../../../src/hid/usages.ts";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import { HID_LAYOUTS, layout } from "../../fixtures/hid_layouts.ts";

for (const each of HID_LAYOUTS) {
  Deno.test(`${each.name}: what it can do, reads and lights`, () => {
    const descriptor = parseDescriptor(each.descriptor);
    assert.deepEqual(descriptor.problems, []);
    const { usable, why, inputs, outputs } = capabilitiesOf(descriptor, STANDARD_BEHAVIOUR);
    assert.equal(usable, each.usable);
    assert.match(why, new RegExp(each.why));
    for (const [name, mode] of Object.entries(each.inputs)) {
      assert.equal(inputs[name as keyof typeof inputs], mode, name);
    }
    assert.deepEqual(outputs, { ...outputs, ...each.outputs });

    const controls = controlsOf(descriptor, STANDARD_BEHAVIOUR);
    const names: [keyof typeof each.reports, string][] = [
      ["hookOff", "hookSwitch"],
      ["mute", "phoneMute"],
      ["reject", "reject"],
      ["flash", "flash"],
      ["digit5", "digit"],
    ];
    for (const [report, input] of names) {
      const bytes = each.reports[report];
      if (bytes === undefined) continue;
      const on = new InputReader(controls).read(Uint8Array.from(bytes)).filter(({ on }) => on);
      assert.ok(on.some(({ control }) => control.input === input), `${report} is read`);
      const digits = on.map(({ control }) => control.digit ?? "").join("");
      assert.equal(digits, report === "digit5" ? "5" : "", `digits in ${report}`);
    }
    for (const [lamp, bytes] of Object.entries(each.lamps)) {
      const reports = encode(controls, { ...IDLE_HEADSET, [lamp]: true });
      assert.deepEqual([...reports.get(bytes[0]!)!], bytes, `${lamp} lamp`);
    }
  });
}

function controlsWith(productId: number, behaviour: Partial<Behaviour>) {
  return controlsOf(parseDescriptor(layout(productId).descriptor), {
    ...STANDARD_BEHAVIOUR,
    ...behaviour,
  });
}

Deno.test("constant inputs count where a quirk says so", () => {
  const descriptor = parseDescriptor(layout(7).descriptor);
  const behaviour = { ...STANDARD_BEHAVIOUR, constantInputs: true };
  assert.equal(capabilitiesOf(descriptor, behaviour).inputs.hookSwitch, "absolute");
});

Deno.test("a quirk names a button that the descriptor does not, and hides one that it does", () => {
  const controls = controlsWith(6, {
    extraButtons: [{ input: "reject", reportId: 8, bitOffset: 3, mode: "absolute" }],
    ignoredUsages: [Usage.phoneMute],
  });
  assert.deepEqual(controls.inputs.map(({ input }) => input), ["reject"]);
  const [state] = new InputReader(controls).read(Uint8Array.of(8, 8));
  assert.equal(state!.on, true);
});

Deno.test("an array rests at 0 until it shows another value for nothing", () => {
  const reader = new InputReader(controlsWith(1, {}));
  const digits = (...report: number[]) =>
    reader.read(Uint8Array.from(report)).filter(({ on }) => on).map(({ control }) => control.digit)
      .join("");
  assert.equal(digits(2, 0x00, 0), "", "0 is rest");
  assert.equal(digits(2, 0x80, 7), "", "15 is out of range");
  assert.equal(digits(2, 0x00, 0), "0", "so 0 is key 0");
});

Deno.test("a report that ends early, or is of another id, says nothing about what it lacks", () => {
  const reader = new InputReader(controlsWith(1, {}));
  assert.deepEqual(reader.read(Uint8Array.of(9, 1, 0)), []);
  assert.deepEqual(reader.read(new Uint8Array()), []);
  const inputs = reader.read(Uint8Array.of(2, 1)).map(({ control }) => control.input);
  assert.ok(inputs.includes("hookSwitch") && !inputs.includes("digit"));
});

Deno.test("lamps of a keyboard are not ours", () => {
  const keyboard = parseDescriptor(Uint8Array.from([
    ...[0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x08, 0x09, 0x09, 0x15, 0x00, 0x25, 0x01],
    ...[0x75, 0x01, 0x95, 0x01, 0x91, 0x02, 0xc0],
  ]));
  assert.equal(keyboard.fields.length, 1);
  assert.equal(isTelephony(keyboard), false);
  assert.deepEqual(controlsOf(keyboard, STANDARD_BEHAVIOUR).lamps, []);
});

Deno.test("bits are little endian across bytes", () => {
  const bytes = new Uint8Array(6);
  writeBits(bytes, 7, 34, 0xffffffff);
  assert.deepEqual([...bytes], [0x80, 0xff, 0xff, 0xff, 0x7f, 0]);
  assert.equal(readBits(bytes, 7, 32), 0xffffffff);
  writeBits(bytes, 12, 3, 0b010);
  assert.equal(readBits(bytes, 12, 3), 0b010);
  assert.equal(readBits(bytes, 40, 9), undefined);
});
