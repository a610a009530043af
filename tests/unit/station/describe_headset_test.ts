/** Which devices are shown as headsets, and what is said of them. */
import assert from "node:assert/strict";
import { headsetListSchema } from "../../../src/control/schemas/headsets.ts";
import { headsetInfo } from "../../../src/control/contract/record_values.ts";
import { describeHeadset, headsetsAmong } from "../../../src/station/desk/describe_headset.ts";
import { rank } from "../../../src/station/desk/headset_settings.ts";
import { soundOf } from "../../../src/station/desk/headset_sound.ts";
import { FakeHidDevice } from "../../fakes/hid/hid_backend.ts";
import { HID_LAYOUTS, layout } from "../../fixtures/hid_layouts.ts";

const listed = (which: number) => new FakeHidDevice("/dev/hidraw1", layout(which)).describe();

Deno.test("every layout is listed with what it can do, and why not", () => {
  const devices = HID_LAYOUTS.map((each) => new FakeHidDevice("/dev/x", each).describe());
  const headsets = headsetsAmong(devices).map((each) => describeHeadset(each, []));
  assert.equal(headsets.length, HID_LAYOUTS.length);
  headsetListSchema.parse({ schema: "offhook.headsets/1", headsets });
  for (const [index, headset] of headsets.entries()) {
    const expected = HID_LAYOUTS[index]!;
    headsetInfo.parse(headset);
    assert.equal(headset.usable, expected.usable, headset.name);
    assert.ok(headset.why.includes(expected.why), headset.why);
    assert.match(`${headset.vendorId} ${headset.productId}`, /^[0-9a-f]{4} [0-9a-f]{4}$/);
    for (const [name, mode] of Object.entries(headset.inputs)) {
      assert.equal(mode, (expected.inputs as Record<string, unknown>)[name] ?? mode, name);
    }
    assert.deepEqual(headset.outputs, { ...headset.outputs, ...expected.outputs });
  }
});

Deno.test("what may not be opened says what to type; its buttons are known all the same", () => {
  const headset = describeHeadset({ ...listed(1), access: "denied" }, []);
  assert.equal(headset.usable, false);
  assert.match(headset.why, /Permission denied/);
  assert.match(headset.hint!, /ATTRS\{idVendor\}=="1209"/);
  assert.equal(headset.inputs.hookSwitch, "absolute");
});

Deno.test("a keyboard's volume keys are no headset; volume keys alone might be", () => {
  const consumer = { ...listed(1), descriptor: null, collections: [0x000c0001] };
  const keyboard = { ...consumer, path: "/dev/hidraw2", collections: [0x00010006] };
  assert.deepEqual(headsetsAmong([consumer, keyboard]), []);
  assert.deepEqual(headsetsAmong([consumer]), [consumer]);
  assert.equal(describeHeadset(consumer, []).usable, false);
});

Deno.test("the order of preference goes by name or by ids", () => {
  const headset = { name: "Jabra Evolve2 65", vendorId: "0b0e", productId: "0a02" };
  assert.equal(rank(headset, ["poly", "evolve2"]), 1);
  assert.equal(rank(headset, ["0B0E:0A02", "jabra"]), 0);
  assert.equal(rank(headset, ["Yealink"]), 1);
});

Deno.test("a headset's sound is on its own card, else under its own name", () => {
  const device = (name: string, inputChannels: number, outputChannels: number) => ({
    ...{ id: `id ${name}`, name, hostApi: "ALSA", inputChannels, outputChannels },
    ...{ defaultInput: false, defaultOutput: false, sampleRate: 48000 },
  });
  const all = [
    device("HDA Intel PCH: ALC (hw:0,0)", 2, 2),
    device("Jabra EVOLVE 20: USB Audio (hw:1,0)", 1, 2),
    device("Jabra EVOLVE 20 Mono", 1, 0),
    device("Another: USB Audio (hw:11,0)", 1, 2),
  ];
  const jabra = "id Jabra EVOLVE 20: USB Audio (hw:1,0)";
  const name = "Jabra EVOLVE 20";
  assert.deepEqual(soundOf({ name: "x", soundCards: [1] }, all), {
    microphone: jabra,
    speaker: jabra,
  });
  assert.deepEqual(soundOf({ name, soundCards: [] }, all.slice(2)), {
    microphone: "id Jabra EVOLVE 20 Mono",
  });
  assert.deepEqual(soundOf({ name: "Poly", soundCards: [] }, all), {});
});
