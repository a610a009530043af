/** Desk devices that are let go while the device host is still starting. */
import assert from "node:assert/strict";
import { KNOWN_QUIRKS } from "../../../src/hid/quirks.ts";
import { DeskDevices, type DeskSettings } from "../../../src/station/desk/desk_devices.ts";
import { PLAIN_HEADSETS } from "../../../src/station/desk/headset_settings.ts";
import { SYSTEM_CLOCK } from "../../../src/station/clock.ts";
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

Deno.test("an end while the device host is starting is an end", async () => {
  await using host = new HidHost();
  host.backend.plug("/dev/hidraw1", layout(1));
  const starting = Promise.withResolvers<void>();
  const told: string[] = [];
  const desk = new DeskDevices({
    host: {
      socket: () => starting.promise.then(() => host.socket),
      abandon() {},
      log: () => Promise.resolve([]),
    },
    clock: SYSTEM_CLOCK,
    settings: SETTINGS,
    soundDevices: () => Promise.resolve([]),
    notify: ({ type }) => told.push(type),
    log: (text) => told.push(text),
  });
  desk.start();
  const stopped = desk.stop();
  starting.resolve();
  await stopped;
  assert.deepEqual(desk.list().headsets, []);
  assert.deepEqual(told, []);
});
