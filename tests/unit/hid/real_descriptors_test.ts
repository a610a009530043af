/** Descriptors of headsets that are sold: read, driven, their lamps lit. */
import assert from "node:assert/strict";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import { type Behaviour, STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { capabilitiesOf } from "../../../src/hid/capabilities.ts";
import { controlsOf } from "../../../src/hid/controls.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import {
  descriptorBytes,
  NO_REAL_HEADSETS,
  REAL_HEADSETS,
  realLayout,
} from "../../fixtures/real_headsets.ts";
import { HeadsetBench } from "../../fakes/hid/headset_bench.ts";
import { testUnless } from "../../support/skip.ts";

/** The other parser's short names of the usages that we name. */
const SHORT_NAMES: Record<string, string> = {
  "Tel:Hook Switch": "hookSwitch",
  "Tel:Phone Mute": "phoneMute",
  "Tel:Flash": "flash",
  "Tel:Redial": "redial",
  "LED:Off-Hook": "offHook",
  "LED:Ring": "ring",
  "LED:Mute": "mute",
  "LED:Hold": "hold",
};

testUnless(NO_REAL_HEADSETS, "real descriptors are parsed as another parser does", () => {
  assert.ok(REAL_HEADSETS.length > 0);
  const behaviour: Behaviour = { ...STANDARD_BEHAVIOUR, constantInputs: true };
  for (const device of REAL_HEADSETS) {
    const descriptor = parseDescriptor(descriptorBytes(device));
    assert.deepEqual(descriptor.problems, [], device.name);
    const kinds = { input: "in", output: "out", feature: "feat" };
    const bits = descriptor.reports.map(({ kind, reportId, bits }) => [
      `${kinds[kind]} ${reportId}`,
      bits,
    ]);
    assert.deepEqual(Object.fromEntries(bits), device.says.report_bits, device.name);

    const controls = controlsOf(descriptor, behaviour);
    const ours = [
      ...controls.inputs.map(({ input, field }) => ({ name: input as string, field })),
      ...controls.lamps.map(({ name, field }) => ({ name: name as string, field })),
    ];
    for (const said of device.says.fields) {
      const name = SHORT_NAMES[said.usage];
      if (name === undefined) continue;
      const found = ours.find((each) => each.name === name)?.field;
      assert.ok(found, `${device.name}: ${said.usage}`);
      const mode = found.constant ? "CONSTANT" : found.relative ? "relative" : "absolute";
      assert.deepEqual(
        [found.reportId, found.bitOffset, found.bitSize, said.mode?.startsWith(mode) ?? true],
        [said.report ?? found.reportId, said.bit, said.size, true],
        `${device.name}: ${said.usage}`,
      );
    }
  }
});

testUnless(NO_REAL_HEADSETS, "real headsets: hook and mute work, lamps follow", () => {
  let called = 0;
  for (const device of REAL_HEADSETS) {
    const { usable, why, inputs, outputs } = capabilitiesOf(
      parseDescriptor(descriptorBytes(device)),
      STANDARD_BEHAVIOUR,
    );
    const says = (usage: string) =>
      device.says.fields.some((field) =>
        field.usage === usage && !field.mode?.startsWith("CONSTANT")
      );
    assert.equal(usable, says("Tel:Hook Switch") || says("Tel:Phone Mute"), device.name);
    assert.ok(why.length > 0);
    assert.equal(outputs.offHook, says("LED:Off-Hook"), device.name);
    if (inputs.hookSwitch !== "absolute") continue;

    const bench = new HeadsetBench(realLayout(device)).open().do({ ring: true });
    bench.take();
    assert.deepEqual(bench.send("hookOff").take().intents, ["hookOff"], device.name);
    assert.ok(bench.shows({ ...IDLE_HEADSET, offHook: true }), device.name);
    bench.wait(3000).send("hookOn");
    assert.deepEqual(bench.take().intents, ["hookOn"], device.name);
    assert.ok(bench.shows(IDLE_HEADSET), device.name);
    called++;
  }
  assert.ok(called > 0, "at least one of them has a hook switch");
});
