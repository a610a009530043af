/** Desk devices that are let go and taken up again: changed settings, and an end during the start. */
import assert from "node:assert/strict";
import { IDLE_HEADSET } from "../../../src/core/headset_port.ts";
import { KNOWN_QUIRKS } from "../../../src/hid/quirks.ts";
import { Desk } from "../../../src/station/desk.ts";
import type { DeskSettings } from "../../../src/station/desk_devices.ts";
import { PLAIN_HEADSETS } from "../../../src/station/headset_settings.ts";
import { SYSTEM_CLOCK } from "../../../src/station/core_loop.ts";
import { until } from "../../fakes/hid/desk.ts";
import { HidHost } from "../../fakes/hid/hid_host.ts";
import { layout } from "../../fixtures/hid_layouts.ts";

const SETTINGS: DeskSettings = {
  ...PLAIN_HEADSETS,
  quirks: KNOWN_QUIRKS,
  busylights: true,
  buttons: [{
    source: { kind: "key", device: "/dev/input/none", code: 169 },
    does: "hook-switch",
    normally: "open",
    debounceMs: 0,
  }],
};

function deskOn(host: { socket: string }, wait: Promise<void> = Promise.resolve()): Desk {
  const access = {
    socket: () => wait.then(() => host.socket),
    abandon() {},
    log: () => Promise.resolve([]),
  };
  return new Desk({
    host: access,
    clock: SYSTEM_CLOCK,
    soundDevices: () => Promise.resolve([]),
    notify() {},
    log() {},
  }, SETTINGS);
}

Deno.test("an end while the device host is starting is an end", async () => {
  await using host = new HidHost();
  host.backend.plug("/dev/hidraw1", layout(1));
  const starting = Promise.withResolvers<void>();
  const desk = deskOn(host, starting.promise);
  desk.start();
  const stopped = desk.stop();
  starting.resolve();
  await stopped;
  assert.deepEqual(desk.list().headsets, []);
});

Deno.test("changed settings let go and take up again, with what lamps showed", async () => {
  await using host = new HidHost();
  const device = host.backend.plug("/dev/hidraw1", layout(1));
  const desk = deskOn(host);
  desk.start();
  const offHook = { ...IDLE_HEADSET, offHook: true };
  try {
    await until(() => desk.list().headsets[0]?.use === "front");
    desk.show(offHook);
    await until(() => device.written.length > 0);
    const shown = device.written.at(-1)!;
    await desk.change({ ...SETTINGS }, () => offHook);
    assert.deepEqual(device.written.at(-1), shown, "the same settings change nothing");
    await desk.change({ ...SETTINGS, contested: "release" }, () => offHook);
    const dark = device.written.length;
    await until(() => device.written.length > dark);
    await until(() => desk.list().headsets[0]?.use === "front");
    await until(() => String(device.written.at(-1)) === String(shown));
    // What was switched by hand stays, unless the file says something new.
    await desk.use(false);
    await desk.change({ ...SETTINGS, contested: "say" }, () => offHook);
    assert.equal(desk.list().on, false);
    await desk.change({ ...SETTINGS, enabled: false }, () => offHook);
    await desk.change(SETTINGS, () => offHook);
    assert.equal(desk.list().on, true);
  } finally {
    await desk.stop();
  }
});
