/**
 * Runs in the rig's guest: the `headset` commands as a person or a script types them, with virtual
 * headsets under the real kernel. Programs of Deno start slowly there: two go at a time.
 */
import assert from "node:assert/strict";
import { headsetListSchema, headsetTestSchema } from "../../../src/control/schemas/headsets.ts";
import { layout } from "../../fixtures/hid_layouts.ts";
import { Place } from "./place.ts";
import { VirtualHeadset } from "./virtual_headset.ts";

const HERE = new URL(".", import.meta.url).pathname;
/** Nobody's user and group id on every Linux. */
const NOBODY = 65534;
/** It keeps to the rules; the other one confirms nothing. */
const OBEDIENT = layout(1), SILENT = layout(2);

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A command that takes longer is ended, and what it said until then is what is looked at. */
const LIMIT_MS = 120_000;

/** On an emulated machine whose host is busy, the device host may take longer than its limit. */
async function deno(args: string[], options: Deno.CommandOptions = {}, tries = 3): Promise<Ended> {
  const { code, ...output } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", ...args],
    signal: AbortSignal.timeout(LIMIT_MS),
    ...options,
  }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  const late = `${stdout}${stderr}`.includes("The device host does not start");
  return late && tries > 1
    ? await deno(args, options, tries - 1)
    : { code, stdout: stdout!, stderr: stderr! };
}

Deno.test("the command line with a headset", async (t) => {
  const home = await Deno.makeTempDir();
  const offhook = (...args: string[]): Promise<Ended> =>
    deno([`${HERE}../../../main.ts`, ...args], {
      env: { XDG_RUNTIME_DIR: "/tmp", XDG_CONFIG_HOME: home },
    });
  await using place = new Place();
  const headsets = [OBEDIENT, SILENT].map((each) => new VirtualHeadset(each));
  headsets[1]!.acknowledges = false;
  await place.find(SILENT.vendorId, SILENT.productId);
  const [tested, learned] = await Promise.all([
    offhook("headset", "test", "--auto", "--json", "--device", "1209:0001"),
    offhook("headset", "learn", "--auto", "--device", "1209:0002"),
  ]);
  const [listed, denied] = await Promise.all([
    offhook("headset", "list", "--json"),
    deno([`${HERE}open_headset.ts`, "1209", "0001"], {
      uid: NOBODY,
      gid: NOBODY,
      env: { HOME: "/tmp", XDG_RUNTIME_DIR: "/tmp" },
    }),
  ]);
  await t.step("it is tested without a person", () => wasTested(tested, headsets[0]!));
  await t.step("what breaks the rules is learned as a file", () => wasLearned(learned, home));
  await t.step("it is listed as a script reads it, with what was learned", () => wasListed(listed));
  await t.step("permission denied is told apart from absent", () => wasDenied(denied));
  for (const headset of headsets) headset.unplug();
});

async function wasTested({ code, stdout, stderr }: Ended, headset: VirtualHeadset): Promise<void> {
  assert.notEqual(stdout + stderr, "", `it ended with ${code} and said nothing`);
  const read = headsetTestSchema.safeParse(JSON.parse(stdout || stderr));
  assert.ok(read.success, `it ended with ${code} and said ${stdout}${stderr}`);
  const { passed, checks } = read.data;
  assert.deepEqual([code, passed], [0, true], JSON.stringify(checks));
  const offHook = checks.find(({ part }) => part === "lamp offHook");
  assert.match(offHook!.detail, /confirmed after/);
  await headset.shows({ offHook: false, ring: false, mute: false, hold: false });
}

function wasLearned({ code, stdout, stderr }: Ended, home: string): void {
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim(), `${home}/offhook/headsets/1209-0002.json`);
  const quirk = JSON.parse(Deno.readTextFileSync(stdout.trim()));
  assert.deepEqual(quirk.behaviour, { silentAcknowledge: true });
  assert.match(quirk.reason, /does not report its hook/);
}

function wasListed({ code, stdout, stderr }: Ended): void {
  assert.equal(code, 0, stderr);
  const { headsets } = headsetListSchema.parse(JSON.parse(stdout));
  const [obedient, silent] = headsets.sort((a, b) => a.productId.localeCompare(b.productId));
  assert.equal(headsets.length, 2);
  const { name, vendorId, productId, usable, inputs, outputs } = obedient!;
  assert.deepEqual([name, vendorId, productId, usable], [OBEDIENT.name, "1209", "0001", true]);
  const { hookSwitch, phoneMute, reject, flash } = OBEDIENT.inputs;
  assert.deepEqual(inputs, { hookSwitch, phoneMute, reject, flash });
  assert.deepEqual(outputs, { offHook: true, ring: true, mute: true, hold: true });
  assert.match(silent!.quirks.join(), /does not report its hook/);
}

function wasDenied({ code, stdout, stderr }: Ended): void {
  assert.notEqual(stdout, "", `it ended with ${code}: ${stderr}`);
  const [listed, opened] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(listed?.access, "denied", stderr);
  assert.equal(
    listed.descriptor,
    OBEDIENT.descriptor.toHex(),
    "what it is can be told all the same",
  );
  assert.equal(opened.code, "device-failed");
  assert.equal(opened.data.reason, "permission-denied");
  assert.match(opened.hint, /ATTRS\{idVendor\}=="1209"/, "with the line to type");
}
