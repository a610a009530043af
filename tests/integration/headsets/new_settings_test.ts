/** Headsets that go on with other settings while they are in use. */
import assert from "node:assert/strict";
import { KNOWN_QUIRKS } from "../../../src/hid/quirks.ts";
import { SYSTEM_CLOCK } from "../../../src/station/clock.ts";
import { DeskDevices } from "../../../src/station/desk/desk_devices.ts";
import { PLAIN_HEADSETS } from "../../../src/station/desk/headset_settings.ts";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import { attached, Desk, PATH, shows, until } from "../../fakes/hid/desk.ts";
import { layout } from "../../fixtures/hid_layouts.ts";

const ONE = layout(1), TWO = layout(2);
const DEVICE = { kind: "device" } as const;

const notices = ({ events }: Desk) =>
  events.flatMap((event) => event.type === "headset" ? [event] : []).length;

Deno.test("a headset whose quirks stay the same is not touched, in a call either", async () => {
  await using desk = new Desk();
  const device = await attached(desk, ONE);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(device, ONE.lamps.offHook);
  const [written, plugs] = [device.written.length, notices(desk)];
  await desk.headsets.apply({ ...desk.settings, contested: "release", preferred: ["x"] });
  assert.deepEqual([device.written.length, notices(desk)], [written, plugs]);
  assert.equal(device.openers.size, 1);
});

Deno.test("switched off by new settings it is dark and let go, switched on it shows the call", async () => {
  await using desk = new Desk();
  const device = await attached(desk, ONE);
  desk.ring("a");
  await shows(device, [2, 0x24, 0]);
  await desk.headsets.apply({ ...desk.settings, enabled: false });
  await shows(device, [2, 0, 0]);
  await until(() => device.openers.size === 0);
  assert.equal(desk.headsets.list().on, false);
  await desk.headsets.apply(desk.settings);
  await shows(device, [2, 0x24, 0]);
});

Deno.test("what a person switched by hand counts until the settings say something else", async () => {
  await using desk = new Desk();
  await attached(desk, ONE);
  await desk.headsets.use(false);
  await desk.headsets.apply({ ...desk.settings, preferred: ["x"] });
  assert.equal(desk.headsets.list().on, false);
});

Deno.test("a new quirk opens its headset anew and leaves the call alone", async () => {
  await using desk = new Desk();
  const device = await attached(desk, ONE);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(device, ONE.lamps.offHook);
  const match = { vendorId: ONE.vendorId };
  const quirk = { match, reason: "It toggles.", behaviour: { momentaryHook: true } };
  await desk.headsets.apply({ ...desk.settings, quirks: [...KNOWN_QUIRKS, quirk] });
  await shows(device, ONE.lamps.offHook);
  assert.equal(desk.headsets.list().headsets[0]!.inputs.hookSwitch, "relative");
  assert.equal(device.openers.size, 1);
  assert.ok(!desk.asked.includes("SendBye"));
});

Deno.test("another preferred headset has the calls, and where they are heard follows", async () => {
  await using desk = new Desk({}, { endpoints: { microphone: DEVICE, speaker: DEVICE } });
  const card = (number: number) => ({
    ...{ id: `card ${number}`, name: `USB Audio (hw:${number},0)`, hostApi: "ALSA" },
    ...{ inputChannels: 1, outputChannels: 2, defaultInput: false, defaultOutput: false },
    sampleRate: 48_000,
  });
  desk.sound = [card(1), card(2)];
  desk.host.backend.plug("/dev/hidraw1", ONE).soundCards = [1];
  desk.host.backend.plug("/dev/hidraw2", TWO).soundCards = [2];
  desk.headsets.start();
  await until(() => desk.headsets.list().headsets.filter(({ use }) => use !== "free").length === 2);
  const heardOn = () => JSON.stringify(desk.core.state.settings.endpoints.speaker);
  assert.equal(heardOn(), JSON.stringify(DEVICE), "sound follows no headset at first");
  const sound = { microphone: DEVICE, speaker: DEVICE };
  await desk.headsets.apply({ ...desk.settings, sound, preferred: ["1209:0002"] });
  await until(() => heardOn().includes("card 2"));
  await desk.headsets.apply({ ...desk.settings, sound });
  await desk.headsets.apply(desk.settings);
  await until(() => heardOn() === JSON.stringify(DEVICE));
});

Deno.test("busylights and buttons come and go with the settings", async () => {
  await using desk = new Desk();
  const light = desk.host.backend.plug(PATH, { ...ONE, vendorId: 0x04d8, productId: 0xf372 });
  desk.host.contacts.wire("key 113");
  const plain = { ...PLAIN_HEADSETS, quirks: KNOWN_QUIRKS, enabled: false };
  const nothing = { ...plain, busylights: false, buttons: [] };
  const devices = new DeskDevices({
    host: {
      socket: () => Promise.resolve(desk.host.socket),
      abandon() {},
      log: () => Promise.resolve([]),
    },
    clock: SYSTEM_CLOCK,
    settings: nothing,
    soundDevices: () => Promise.resolve([]),
    notify: (input) => desk.core.submit(input),
    log: () => {},
  });
  devices.start();
  devices.show({ ...IDLE_HEADSET, offHook: true });
  const source = { kind: "key", device: "/dev/input/event3", code: 113 } as const;
  const key = { source, does: "mute", normally: "open", debounceMs: 0 } as const;
  await devices.apply({ ...plain, busylights: true, buttons: [key] });
  await until(() => light.written.at(-1)?.slice(3, 6).join() === "255,0,0");
  await until(() => desk.host.contacts.listeners.size === 1);
  await devices.apply(nothing);
  await until(() => light.written.at(-1)?.slice(3, 6).join() === "0,0,0");
  await until(() => desk.host.contacts.listeners.size === 0);
  await devices.stop();
});
