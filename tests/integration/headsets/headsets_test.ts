/** Buttons and lamps through the real device host server, wire and core, over a fake HID library. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { attached, Desk, PATH, shows, until } from "../../fakes/hid/desk.ts";
import { layout } from "../../fixtures/hid_layouts.ts";

Deno.test("a call rings the lamp, lifting answers it, the lamp changes, putting down ends it", async () => {
  const kind = layout(1);
  await using desk = new Desk();
  const device = await attached(desk, kind);
  desk.ring("a");
  await shows(device, kind.lamps.ring && [2, 0x24, 0]);
  device.send(kind.reports.hookOff!);
  await until(() => desk.asked.includes("SendAccept"));
  await shows(device, kind.lamps.offHook);
  device.send(kind.reports.hookOn!);
  await until(() => desk.asked.includes("SendBye"));
  await shows(device, [2, 0, 0]);
});

Deno.test("mute is one truth for headset and phone", async () => {
  const kind = layout(1);
  await using desk = new Desk();
  const device = await attached(desk, kind);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(device, kind.lamps.offHook);
  device.send(kind.reports.hookOff!);
  device.send(kind.reports.mute!);
  device.send(kind.reports.release!);
  await until(() => desk.core.state.calls.get("a")?.muted === true);
  await shows(device, kind.offHookAndMute);
  desk.core.command({ type: "Mute", call: "a", muted: false });
  await shows(device, kind.lamps.offHook);
});

Deno.test("unplugging in a call leaves the call; plugging in again shows it", async () => {
  const kind = layout(1);
  await using desk = new Desk();
  const device = await attached(desk, kind);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(device, kind.lamps.offHook);
  desk.host.backend.unplug(device);
  await desk.host.hid.poll();
  assert.equal(desk.core.state.calls.get("a")?.phase.name, "established");
  const again = desk.host.backend.plug("/dev/hidraw9", kind);
  await desk.host.hid.poll();
  await shows(again, kind.lamps.offHook);
});

Deno.test("a headset that may not be opened is told once, and opened when it may be", async () => {
  await using desk = new Desk();
  const device = desk.host.backend.plug(PATH, layout(1));
  device.denied = true;
  desk.headsets.start();
  await until(() => desk.log.length > 0);
  assert.match(desk.log.join("\n"), /Permission denied/);
  desk.host.backend.plug("/dev/hidraw8", layout(9));
  await desk.host.hid.poll();
  assert.equal(device.openers.size, 0);
  device.denied = false; // udev is done
  await desk.host.hid.poll();
  await until(() => device.openers.size > 0);
  assert.equal(desk.log.length, 1);
});

Deno.test("a broken HID library costs the buttons, not the phone", async () => {
  await using desk = new Desk();
  desk.host.backend.broken = new OffhookError("device-failed", "no node-hid here");
  desk.headsets.start();
  await until(() => desk.log.length > 0);
  desk.ring("a");
  assert.equal(desk.core.state.calls.get("a")?.phase.name, "ringing");
});

Deno.test("letting go leaves every lamp off", async () => {
  const kind = layout(1);
  const desk = new Desk();
  const device = await attached(desk, kind);
  desk.ring("a");
  await shows(device, [2, 0x24, 0]);
  await desk[Symbol.asyncDispose]();
  assert.deepEqual(device.lamps.get(2), [2, 0, 0]);
});
