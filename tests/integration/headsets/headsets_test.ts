/** Buttons and lamps through the real device host server, wire and core, over a fake HID library. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/core/errors.ts";
import { CoreLoop, SYSTEM_CLOCK } from "../../../src/station/core_loop.ts";
import { initialState } from "../../../src/core/state.ts";
import { Headsets } from "../../../src/station/headsets.ts";
import type { FakeHidDevice } from "../../fakes/hid/hid_backend.ts";
import { HidHost } from "../../fakes/hid/hid_host.ts";
import { type HidLayout, layout } from "../../fixtures/hid_layouts.ts";
import { ACCOUNT, SETTINGS, theirs } from "../../unit/core/scene.ts";

const PATH = "/dev/hidraw7";

class Desk implements AsyncDisposable {
  readonly host = new HidHost();
  readonly asked: string[] = [];
  readonly log: string[] = [];
  readonly core: CoreLoop;
  readonly headsets: Headsets;

  constructor() {
    this.core = new CoreLoop(initialState(SETTINGS, [ACCOUNT]), {
      sip: (effect) => this.asked.push(effect.type),
      media: (effect) => {
        this.asked.push(effect.type);
        if (effect.type !== "OpenMedia") return;
        this.core.submit({ type: "MediaOpened", call: effect.call, port: 5000, rtcpPort: 5001 });
      },
      headset: ({ state }) => this.headsets.show(state),
    });
    this.headsets = new Headsets({
      host: {
        socket: () => Promise.resolve(this.host.socket),
        abandon: () => {},
        log: () => Promise.resolve([]),
      },
      clock: SYSTEM_CLOCK,
      notify: (input) => this.core.submit(input),
      log: (text) => this.log.push(text),
    });
  }

  ring(call: string): void {
    this.core.submit({
      type: "IncomingCall",
      call,
      account: "desk",
      sipCallId: "x",
      from: { uri: "sip:bob@example.test" },
      to: { uri: "sip:alice@example.test" },
      offer: theirs(),
      transport: "udp",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.headsets.stop();
    this.core.close();
    await this.host[Symbol.asyncDispose]();
  }
}

/** Waits for something that another task will make true; fails by the test's own time limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const shows = (device: FakeHidDevice, report: number[] | undefined) => {
  assert.ok(report);
  return until(() => device.lamps.get(report[0]!)?.join() === report.join());
};

async function attached(desk: Desk, which: HidLayout): Promise<FakeHidDevice> {
  const device = desk.host.backend.plug(PATH, which);
  desk.headsets.start();
  await until(() => device.openers.size > 0);
  return device;
}

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
