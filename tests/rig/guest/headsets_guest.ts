/**
 * Runs in the rig's guest: virtual headsets of every layout under the real kernel, the real hidraw and
 * the real node-hid in the real device host.
 */
import assert from "node:assert/strict";
import { DeviceHostConnection } from "../../../src/device_host/client/connection.ts";
import { HidDevices } from "../../../src/device_host/native/hid/session.ts";
import { NodeHidBackend } from "../../../src/device_host/native/hid/node_hid_backend.ts";
import { descriptorByHidapi } from "../../../src/device_host/native/hid/hidapi_descriptor.ts";
import { DeviceHostSupervisor } from "../../../src/device_host/client/supervisor.ts";
import { STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { capabilitiesOf } from "../../../src/hid/capabilities.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import { HID_LAYOUTS, type HidLayout, layout } from "../../fixtures/hid_layouts.ts";
import { REAL_HEADSETS, realLayout } from "../../fixtures/real_headsets.ts";
import { DrivenHeadset, Place, START_LIMIT_MS, until } from "./place.ts";
import { VirtualHeadset } from "./virtual_headset.ts";

const HERE = new URL(".", import.meta.url).pathname;

const place = new Place();

/** Plugs a headset in for the length of a test. */
async function plugged(
  each: HidLayout,
  test: (headset: VirtualHeadset, driven: DrivenHeadset) => Promise<void>,
): Promise<void> {
  const headset = new VirtualHeadset(each);
  try {
    const driven = await DrivenHeadset.open(
      place,
      await place.find(each.vendorId, each.productId),
    );
    try {
      await test(headset, driven);
    } finally {
      await driven.close();
    }
  } finally {
    headset.unplug();
    await place.gone(each.vendorId, each.productId);
  }
}

Deno.test("headsets in the rig", async (t) => {
  await using _place = place;
  const real = REAL_HEADSETS.map(realLayout);
  for (const each of [...HID_LAYOUTS, ...real]) {
    await t.step(`${each.name}: enumerates, reads and writes`, () => roundTrip(each));
  }
  await t.step("hidapi's own call gives the same descriptor", sameDescriptor);
  await t.step("the kernel tells of plugging at once", toldOfPlugging);
  await t.step("unplugged in a call and plugged again", unplugAndPlug);
  await t.step("an outside write that drops off-hook ends no call", outsideWrite);
  await t.step("lamps go off when the phone is killed", killedClient);
  await t.step("lamps go off when the device host gets SIGTERM", terminatedHost);
});

async function roundTrip(each: HidLayout): Promise<void> {
  const headset = new VirtualHeadset(each);
  try {
    const device = await place.find(each.vendorId, each.productId);
    assert.equal(device.descriptor, each.descriptor.toHex(), "descriptor");
    assert.equal(device.access, "ok");
    const descriptor = parseDescriptor(each.descriptor);
    assert.deepEqual(device.collections, descriptor.collections, "collections");
    const { usable, outputs } = capabilitiesOf(descriptor, STANDARD_BEHAVIOUR);
    if (!usable) return;
    const driven = await DrivenHeadset.open(place, device);
    await until(() => Promise.resolve(headset.outputs.length > 0 || undefined));
    if (each.reports.hookOff) await answerAndHangUp(headset, driven, outputs.offHook);
    else await muteInCall(headset, driven);
    await driven.close();
  } finally {
    headset.unplug();
    await place.gone(each.vendorId, each.productId);
  }
}

async function answerAndHangUp(
  headset: VirtualHeadset,
  driven: DrivenHeadset,
  hasLamp: boolean,
): Promise<void> {
  driven.do({ ring: true });
  if (hasLamp) await headset.shows({ ring: true });
  // a press before the model has settled is its baseline
  await new Promise((resolve) => setTimeout(resolve, 300));
  headset.press("hookOff");
  assert.deepEqual(await driven.heard(1), ["hookOff"]);
  if (hasLamp) await headset.shows({ offHook: true, ring: false });
  if (headset.layout.inputs.hookSwitch === "relative") {
    headset.send([headset.layout.reports.hookOff![0]!, 0]);
  }
  headset.press("hookOn");
  assert.deepEqual(await driven.heard(2), ["hookOff", "hookOn"]);
  if (hasLamp) await headset.shows({ offHook: false });
}

async function muteInCall(headset: VirtualHeadset, driven: DrivenHeadset): Promise<void> {
  driven.do({ offHook: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  headset.press("mute");
  headset.press("release");
  assert.deepEqual(await driven.heard(1), ["toggleMute"]);
  await headset.shows({ mute: true });
}

function sameDescriptor(): Promise<void> {
  const each = layout(2);
  return plugged(each, async () => {
    const { path } = await place.find(each.vendorId, each.productId);
    assert.equal(descriptorByHidapi(path), each.descriptor.toHex());
  });
}

/** With a device host that looks by itself once an hour. */
async function toldOfPlugging(): Promise<void> {
  const each = layout(1);
  const hid = new HidDevices(new NodeHidBackend(), { now: Date.now }, 3_600_000);
  const told: number[] = [];
  await hid.watch({
    send: (message) => message.type === "hid-changed" && told.push(message.devices.length),
    writer: { report() {} },
  });
  const headset = new VirtualHeadset(each);
  await until(() => Promise.resolve(told.at(-1) === 1 || undefined));
  headset.unplug();
  await until(() => Promise.resolve(told.at(-1) === 0 || undefined));
  await hid.close();
}

async function unplugAndPlug(): Promise<void> {
  const each = layout(1);
  const first = new VirtualHeadset(each);
  const found = await place.find(each.vendorId, each.productId);
  const driven = await DrivenHeadset.open(place, found);
  driven.do({ offHook: true });
  await first.shows({ offHook: true });
  first.unplug();
  const error = await driven.failed.promise;
  assert.equal(error.code, "device-failed");
  await place.gone(each.vendorId, each.productId);
  // takes the number that the headset had
  const other = new VirtualHeadset(layout(2), "RIG2");
  await place.find(0x1209, 0x0002);
  await plugged(each, async (headset, again) => {
    const now = await place.find(each.vendorId, each.productId);
    assert.notEqual(now.path, found.path, "it came back on another path");
    again.do({ offHook: true });
    await headset.shows({ offHook: true });
    headset.press("hookOn");
    assert.deepEqual(await again.heard(1), ["hookOn"]);
  });
  other.unplug();
}

function outsideWrite(): Promise<void> {
  const each = layout(1);
  return plugged(each, async (headset, driven) => {
    driven.do({ offHook: true });
    await headset.shows({ offHook: true });
    const { path } = await place.find(each.vendorId, each.productId);
    const desktop = await (await place.connection()).hid.open(path, [], {
      report() {},
      failed() {},
    });
    headset.press("mute");
    headset.press("release");
    await driven.heard(1);
    // the lamp of the mute key alone, as a desktop writes it
    await desktop.write(Uint8Array.from(each.lamps.mute!));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await headset.shows({ offHook: true, mute: true });
    assert.deepEqual(driven.intents, ["toggleMute"]);
    assert.equal(driven.phone.state.offHook, true);
    await desktop.close();
  });
}

async function killedClient(): Promise<void> {
  const each = layout(1);
  const headset = new VirtualHeadset(each);
  await place.find(each.vendorId, each.productId);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", `${HERE}open_headset.ts`, "1209", "0001"],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  await headset.shows({ offHook: true });
  child.kill("SIGKILL");
  await child.status;
  await headset.shows({ offHook: false });
  headset.unplug();
}

async function terminatedHost(): Promise<void> {
  const each = layout(2);
  const headset = new VirtualHeadset(each);
  await using supervisor = new ClosingSupervisor({ startLimitMs: START_LIMIT_MS });
  const connection = await DeviceHostConnection.connect(await supervisor.socket());
  const { path } = await place.find(each.vendorId, each.productId);
  const farewell = [Uint8Array.from([each.lamps.offHook![0]!, 0])];
  const handle = await connection.hid.open(path, farewell, { report() {}, failed() {} });
  await handle.write(Uint8Array.from(each.lamps.offHook!));
  await headset.shows({ offHook: true });
  Deno.kill((await supervisor.pid())!, "SIGTERM");
  await headset.shows({ offHook: false });
  await connection.closed;
  headset.unplug();
}

class ClosingSupervisor extends DeviceHostSupervisor implements AsyncDisposable {
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
