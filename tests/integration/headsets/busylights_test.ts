/** Busylights through the real device host server, over a fake HID library and a clock of the test's. */
import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/time/clock.ts";
import { IDLE_HEADSET } from "../../../src/core/ports/headset_port.ts";
import { Busylights } from "../../../src/station/desk/busylights.ts";
import { until } from "../../fakes/hid/desk.ts";
import { HidHost } from "../../fakes/hid/hid_host.ts";
import { type HidLayout, layout } from "../../fixtures/hid_layouts.ts";

const LUXAFOR: HidLayout = { ...layout(1), vendorId: 0x04d8, productId: 0xf372, name: "LUXAFOR" };
const BLINK1: HidLayout = { ...layout(1), vendorId: 0x27b8, productId: 0x01ed, name: "blink(1)" };
const KUANDO: HidLayout = { ...layout(1), vendorId: 0x27bb, productId: 0x3bcd, name: "Busylight" };

class HandClock implements Clock {
  time = 0;
  due: { at: number; run: () => void } | undefined;
  now = () => this.time;
  setTimeout = (run: () => void, ms: number) => this.due = { at: this.time + ms, run };
  clearTimeout = (handle: unknown) => {
    if (handle === this.due) this.due = undefined;
  };
  pass(ms: number): void {
    const end = this.time + ms;
    while (this.due !== undefined && this.due.at <= end) {
      const { at, run } = this.due;
      this.due = undefined;
      this.time = at;
      run();
    }
    this.time = end;
  }
}

async function lit(
  test: (place: { host: HidHost; clock: HandClock; lights: Busylights }) => Promise<void>,
) {
  await using host = new HidHost();
  const clock = new HandClock();
  const access = {
    socket: () => Promise.resolve(host.socket),
    abandon() {},
    log: () => Promise.resolve([]),
  };
  const lights = new Busylights({ host: access, clock, log: (text) => assert.fail(text) });
  try {
    await test({ host, clock, lights });
  } finally {
    await lights.stop();
  }
}

Deno.test("lights ring, blink, show the call, and are dark when let go", () =>
  lit(async ({ host, clock, lights }) => {
    const luxafor = host.backend.plug("/dev/hidraw1", LUXAFOR);
    const blink1 = host.backend.plug("/dev/hidraw2", BLINK1);
    lights.start();
    await until(() => luxafor.written.length === 1 && blink1.features.length === 1);
    lights.show({ ...IDLE_HEADSET, ring: true, ringer: true });
    clock.pass(500);
    lights.show({ ...IDLE_HEADSET, offHook: true });
    await lights.stop();
    const colours = luxafor.written.map((report) => report.slice(3, 6).join());
    assert.deepEqual(colours, ["0,0,0", "0,0,255", "0,0,0", "255,0,0", "0,0,0"]);
    assert.equal(blink1.written.length, 0);
    assert.deepEqual(blink1.features.at(-1), [1, 0x6e, 0, 0, 0, 0, 0, 0, 0]);
  }));

Deno.test("a Kuando light is told again before it goes out, and not while it is dark", () =>
  lit(async ({ host, clock, lights }) => {
    const kuando = host.backend.plug("/dev/hidraw1", KUANDO);
    lights.start();
    await until(() => kuando.written.length === 1);
    lights.show({ ...IDLE_HEADSET, offHook: true });
    clock.pass(20_000);
    await until(() => kuando.written.length >= 4);
    lights.show(IDLE_HEADSET);
    await until(() => kuando.written.length >= 5);
    clock.pass(60_000);
    assert.equal(kuando.written.length, 5);
    assert.equal(clock.due, undefined);
  }));
