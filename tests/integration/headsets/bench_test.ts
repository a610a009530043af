/** `offhook headset test` and `learn` on a headset of a fake HID library. */
import assert from "node:assert/strict";
import type { BenchPerson } from "../../../src/cli/commands/headset/bench_person.ts";
import { tryAll } from "../../../src/cli/commands/headset/run_headset_test.ts";
import type { HeadsetTestReport } from "../../../src/control/schemas/headsets.ts";
import { quirkFromJson } from "../../../src/hid/quirks.ts";
import { type Bench, learnQuirk, openBench } from "../../../src/station/desk/headset_bench.ts";
import { readQuirks } from "../../../src/station/desk/quirk_files.ts";
import type { FakeHidDevice } from "../../fakes/hid/hid_backend.ts";
import { HidHost } from "../../fakes/hid/hid_host.ts";
import { layout } from "../../fixtures/hid_layouts.ts";

const KIND = layout(1);
const PATH = "/dev/hidraw1";
const OFF_HOOK = KIND.lamps.offHook![1]!;

/** A firmware that keeps to the rules: the hook switch confirms the off-hook lamp. */
function confirming(device: FakeHidDevice) {
  let level = false;
  return (report: number[]) => {
    const wanted = (report[1]! & OFF_HOOK) !== 0;
    if (wanted === level) return;
    level = wanted;
    device.send(wanted ? KIND.reports.hookOff! : KIND.reports.hookOn!);
  };
}

async function onBench(
  test: (bench: Bench, device: FakeHidDevice) => Promise<void>,
): Promise<FakeHidDevice> {
  await using host = new HidHost();
  const device = host.backend.plug(PATH, KIND);
  device.firmware = confirming(device);
  const access = {
    socket: () => Promise.resolve(host.socket),
    abandon() {},
    log: () => Promise.resolve([]),
  };
  const bench = await openBench(PATH, [], { host: access });
  try {
    await test(bench, device);
  } finally {
    await bench.close();
  }
  return device;
}

Deno.test("unattended: lamps and their answers, buttons skipped, dark at the end", async () => {
  const checks: HeadsetTestReport["checks"] = [];
  const device = await onBench((bench) =>
    tryAll(bench, undefined, (check) => Promise.resolve(void checks.push(check)))
  );
  const outcomes = Object.fromEntries(checks.map(({ part, outcome }) => [part, outcome]));
  assert.deepEqual(outcomes, {
    "lamp ring": "passed",
    "lamp offHook": "passed",
    "lamp mute": "passed",
    "lamp hold": "passed",
    hookSwitch: "skipped",
    phoneMute: "skipped",
    reject: "skipped",
    flash: "skipped",
    hold: "skipped",
    redial: "skipped",
  });
  assert.match(checks[1]!.detail, /confirmed after \d+ ms/);
  assert.deepEqual(device.lamps.get(2), [2, 0, 0]);
});

Deno.test("with a person: what is not seen fails, what a key skips is skipped", async () => {
  const checks: HeadsetTestReport["checks"] = [];
  const asked: string[] = [];
  await onBench(async (bench, device) => {
    const person: BenchPerson = {
      sees: (question) => {
        asked.push(question);
        return Promise.resolve(!question.includes("held"));
      },
      presses: async (request, wait) => {
        asked.push(request);
        const skip = new AbortController();
        const waiting = wait(skip.signal);
        if (request.includes("mute")) device.send([2, 5, 0]);
        else skip.abort();
        return await waiting;
      },
    };
    await tryAll(bench, person, (check) => Promise.resolve(void checks.push(check)));
  });
  const failed = checks.filter(({ outcome }) => outcome === "failed").map(({ part }) => part);
  assert.deepEqual(failed, ["lamp hold"]);
  assert.equal(checks.find(({ part }) => part === "reject")?.outcome, "skipped");
  assert.equal(checks.find(({ part }) => part === "phoneMute")?.outcome, "passed");
  const numbers = asked.map((each) => /^\[(\d+ of \d+)\]/.exec(each)?.[1]);
  assert.deepEqual(numbers, asked.map((_, index) => `${index + 1} of ${asked.length}`));
});

Deno.test("what is learned can be read again and shared", async () => {
  await onBench(async (bench, device) => {
    device.firmware = () => {};
    const reports = await bench.trial.record(async () => {
      await bench.trial.light({ offHook: true });
      await bench.trial.pause(20);
    });
    const headset = { name: "Test", vendorId: "1209", productId: "0001" };
    const quirk = learnQuirk(bench, [{ step: "lampOffHook", reports }], headset);
    assert.ok(quirk);
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/a.json`, JSON.stringify(quirk.json));
    await Deno.writeTextFile(`${folder}/b.json`, "{");
    const { quirks, broken } = await readQuirks({ folder, files: [`${folder}/none.json`] });
    await Deno.remove(folder, { recursive: true });
    assert.deepEqual(quirks.at(-1), quirkFromJson(quirk.json, "a.json"));
    assert.deepEqual(quirks.at(-1)?.behaviour, { silentAcknowledge: true });
    assert.deepEqual(broken.map(({ code }) => code), ["config-invalid", "config-invalid"]);
    assert.match(broken[1]!.message, /none\.json/);
  });
});
