/** What is learned of headsets that break the rules, from what they send. */
import assert from "node:assert/strict";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import { learn, type LearnStep } from "../../../src/hid/learn.ts";
import { HID_LAYOUTS, layout } from "../../fixtures/hid_layouts.ts";

const KIND = layout(1);
const { hookOff, hookOn, mute, release } = KIND.reports as Record<string, number[]>;

function learned(step: LearnStep, ...reports: [at: number, report: number[] | undefined][]) {
  const timed = reports.map(([at, report]) => ({ at, report: Uint8Array.from(report!) }));
  return learn(parseDescriptor(KIND.descriptor), [{ step, reports: timed }]);
}

Deno.test("a headset that keeps to the rules needs no quirk", () => {
  assert.deepEqual(learned("lampOffHook", [40, hookOff]), { behaviour: {}, findings: [] });
  assert.deepEqual(learned("pressHook", [0, hookOff]).behaviour, {});
  assert.deepEqual(learned("pressMute", [0, mute], [80, release]).behaviour, {});
});

Deno.test("each way to break a rule is found, with a sentence", () => {
  const cases: [ReturnType<typeof learned>, Record<string, unknown>][] = [
    [learned("lampOffHook"), { silentAcknowledge: true }],
    [learned("lampOffHook", [2600, hookOff]), { acknowledgeMs: 3900 }],
    [learned("lampOffHook", [40, hookOff], [120, hookOn]), { ignoreOnHookMs: 500 }],
    [learned("lampMute", [30, mute], [60, release]), { acknowledgesMute: true }],
    [learned("pressHook", [0, hookOff], [90, hookOn]), { momentaryHook: true }],
    [
      learned("pressHook", [0, hookOff], [1500, hookOn], [2000, hookOff]),
      { repeatedHookMs: 3000 },
    ],
  ];
  for (const [lesson, behaviour] of cases) {
    assert.deepEqual(lesson.behaviour, behaviour);
    assert.equal(lesson.findings.length, 1);
  }
});

Deno.test("a press on bits that are declared constant makes them live", () => {
  const dead = HID_LAYOUTS.find(({ why }) => why.includes("constant"));
  assert.ok(dead);
  const reports = [Uint8Array.of(0xff, 0xff, 0xff), Uint8Array.of(0xff, 0xff)];
  const descriptor = parseDescriptor(dead.descriptor);
  const ids = descriptor.fields.filter(({ kind }) => kind === "input").map((each) => each.reportId);
  const timed = ids.flatMap((id) =>
    reports.map((report, index) => ({
      at: index,
      report: descriptor.numbered ? Uint8Array.of(id, ...report) : report,
    }))
  );
  const { behaviour } = learn(descriptor, [{ step: "pressHook", reports: timed }]);
  assert.equal(behaviour.constantInputs, true);
});

Deno.test("a button on bits without a name becomes an extra button", () => {
  // a mute webcam: no hook switch in its descriptor; its vendor's report has the button
  const kind = HID_LAYOUTS.find(({ inputs, usable }) => usable && inputs.hookSwitch === null);
  assert.ok(kind);
  const report = [0x77, 0, 0b100];
  const timed = [{ at: 0, report: Uint8Array.from(report) }];
  const lesson = learn(parseDescriptor(kind.descriptor), [{ step: "pressHook", reports: timed }]);
  assert.deepEqual(lesson.behaviour.extraButtons, [
    { input: "hookSwitch", reportId: 0x77, bitOffset: 10, mode: "absolute" },
  ]);
});
