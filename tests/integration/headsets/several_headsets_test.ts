/** Which headset has the call, when it is held, and where the call is heard. */
import assert from "node:assert/strict";
import { KNOWN_QUIRKS } from "../../../src/hid/quirks.ts";
import { Desk, shows, until } from "../../fakes/hid/desk.ts";
import type { FakeHidDevice } from "../../fakes/hid/hid_backend.ts";
import { layout } from "../../fixtures/hid_layouts.ts";

const FIRST = layout(1), SECOND = layout(2);
const IDLE = [2, 0, 0];

async function two(desk: Desk): Promise<[FakeHidDevice, FakeHidDevice]> {
  const first = desk.host.backend.plug("/dev/hidraw1", FIRST);
  const second = desk.host.backend.plug("/dev/hidraw2", SECOND);
  desk.headsets.start();
  await until(() => first.openers.size > 0 && second.openers.size > 0);
  return [first, second];
}

const uses = (desk: Desk) => desk.headsets.list().headsets.map(({ use }) => use);

Deno.test("both ring; the one that is lifted has the call, the other is dark", async () => {
  await using desk = new Desk();
  const [first, second] = await two(desk);
  desk.ring("a");
  await shows(first, [2, 0x24, 0]);
  await shows(second, SECOND.lamps.ring);
  second.send(SECOND.reports.hookOff!);
  await until(() => desk.asked.includes("SendAccept"));
  await shows(second, SECOND.lamps.offHook);
  await shows(first, IDLE);
  assert.deepEqual(uses(desk), ["station", "front"]);
});

Deno.test("a call that is answered elsewhere is on the preferred headset", async () => {
  await using desk = new Desk({ preferred: ["1209:0002"] });
  const [first, second] = await two(desk);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(second, SECOND.lamps.offHook);
  await shows(first, IDLE);
});

Deno.test("lifting the other headset moves the call to it and ends nothing", async () => {
  await using desk = new Desk();
  const [first, second] = await two(desk);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(first, FIRST.lamps.offHook);
  first.send(FIRST.reports.hookOff!); // confirms
  second.send(SECOND.reports.hookOff!);
  await shows(second, SECOND.lamps.offHook);
  await shows(first, IDLE);
  first.send(FIRST.reports.hookOn!); // confirms
  second.send(SECOND.reports.hookOn!);
  await until(() => desk.asked.includes("SendBye"));
  assert.equal(desk.asked.filter((type) => type === "SendBye").length, 1);
});

Deno.test("when the headset with the call is unplugged, the next one has it", async () => {
  await using desk = new Desk();
  const [first, second] = await two(desk);
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await shows(first, FIRST.lamps.offHook);
  desk.host.backend.unplug(first);
  await shows(second, SECOND.lamps.offHook);
  assert.ok(!desk.asked.includes("SendBye"));
});

Deno.test("a headset is held only during calls when so configured", async () => {
  await using desk = new Desk({ releaseWhenIdle: true });
  const device = desk.host.backend.plug("/dev/hidraw1", FIRST);
  desk.headsets.start();
  await until(() => desk.headsets.list().headsets.length === 1);
  assert.deepEqual([device.openers.size, uses(desk)], [0, ["released"]]);
  desk.ring("a");
  await shows(device, [2, 0x24, 0]);
  desk.core.command({ type: "Reject", call: "a" });
  await shows(device, IDLE);
  await until(() => device.openers.size === 0);
});

Deno.test("headsets are left alone while they are switched off", async () => {
  await using desk = new Desk({ enabled: false });
  const device = desk.host.backend.plug("/dev/hidraw1", FIRST);
  desk.headsets.start();
  await until(() => desk.headsets.list().headsets.length === 1);
  desk.ring("a");
  assert.deepEqual([device.openers.size, uses(desk)], [0, ["off"]]);
  await desk.headsets.use(true);
  await shows(device, [2, 0x24, 0]);
  await desk.headsets.use(false);
  await until(() => device.openers.size === 0);
  assert.deepEqual(device.lamps.get(2), IDLE);
});

Deno.test("a headset that another softphone fights for is told, and let go when so configured", async () => {
  await using desk = new Desk({ contested: "release" });
  const device = desk.host.backend.plug("/dev/hidraw1", FIRST);
  device.firmware = (report) => {
    // the other softphone takes our off-hook for a request, and clears it
    if ((report[1]! & FIRST.lamps.offHook![1]!) === 0) return;
    device.send(FIRST.reports.hookOff!);
    device.send(FIRST.reports.hookOn!);
  };
  desk.headsets.start();
  await until(() => device.openers.size > 0);
  await new Promise((done) => setTimeout(done, 250)); // it has settled
  for (const call of ["a", "b"]) {
    desk.ring(call);
    desk.core.command({ type: "Answer", call });
    await until(() => desk.core.state.calls.get(call)?.phase.name !== "established");
  }
  await until(() => device.openers.size === 0);
  const notices = desk.events.flatMap((event) =>
    event.type === "headset-notice" ? [event.notice] : []
  );
  assert.deepEqual(notices, ["contested", "contested", "let-go"]);
  assert.deepEqual(uses(desk), ["off"]);
});

Deno.test("lifting dials the hotline", async () => {
  const dial = { account: "desk", target: "sip:door@example.test" };
  await using desk = new Desk({}, { lift: { kind: "hotline", dial } });
  const device = desk.host.backend.plug("/dev/hidraw1", FIRST);
  desk.headsets.start();
  await until(() => device.openers.size > 0);
  await new Promise((done) => setTimeout(done, 250));
  device.send(FIRST.reports.hookOff!);
  await until(() => desk.asked.includes("SendInvite"));
  await shows(device, FIRST.lamps.offHook);
});

Deno.test("a quirk from a file is heeded", async () => {
  const quirk = {
    match: { vendorId: 0x1209 },
    reason: "Each press sends 1 and 0.",
    behaviour: { momentaryHook: true },
  };
  await using desk = new Desk({ quirks: [...KNOWN_QUIRKS, quirk] });
  const device = desk.host.backend.plug("/dev/hidraw1", FIRST);
  desk.headsets.start();
  await until(() => device.openers.size > 0);
  const [headset] = desk.headsets.list().headsets;
  assert.deepEqual([headset!.inputs.hookSwitch, headset!.quirks], ["relative", [quirk.reason]]);
});

const card = (number: number, name: string) => ({
  ...{ id: `card ${number}`, name: `${name}: USB Audio (hw:${number},0)`, hostApi: "ALSA" },
  ...{ inputChannels: 1, outputChannels: 2, defaultInput: false, defaultOutput: false },
  sampleRate: 48_000,
});

Deno.test("the call is heard on the headset that has it, wherever it goes", async () => {
  const sound = { microphone: { kind: "device" }, speaker: { kind: "device" } } as const;
  await using desk = new Desk({ sound }, { endpoints: sound });
  desk.sound = [card(1, "First"), card(2, "Second")];
  const heardOn = () => desk.core.state.calls.get("a")?.endpoints.speaker;
  const on = (name: string) => until(() => JSON.stringify(heardOn())?.includes(name) ?? false);
  const first = desk.host.backend.plug("/dev/hidraw1", FIRST);
  first.soundCards = [1];
  const second = desk.host.backend.plug("/dev/hidraw2", SECOND);
  second.soundCards = [2];
  desk.headsets.start();
  await until(() => JSON.stringify(desk.core.state.settings.endpoints).includes("card 1"));
  desk.ring("a");
  desk.core.command({ type: "Answer", call: "a" });
  await on("card 1");
  await shows(first, FIRST.lamps.offHook);
  desk.host.backend.unplug(first);
  await on("card 2");
  desk.host.backend.unplug(second);
  await until(() => JSON.stringify(heardOn()) === JSON.stringify({ kind: "device" }));
  const again = desk.host.backend.plug("/dev/hidraw9", FIRST);
  again.soundCards = [1];
  await desk.host.hid.poll();
  await on("card 1");
  assert.equal(desk.media.filter(({ type }) => type === "UseEndpoints").length, 3);
});
