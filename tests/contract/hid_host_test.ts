/** The HID part of the device host, seen from its socket. */
import assert from "node:assert/strict";
import { OffhookError } from "../../src/base/errors.ts";
import type { HidHandleEvents } from "../../src/device_host/client/hid.ts";
import type { HidDevice } from "../../src/device_host/wire/hid.ts";
import { HidHost } from "../fakes/hid/hid_host.ts";
import { layout } from "../fixtures/hid_layouts.ts";

const PATH = "/dev/hidraw7";
const FAREWELL = [Uint8Array.of(2, 0, 0)];

/** Collects what a handle tells. */
class Told implements HidHandleEvents {
  reports: string[] = [];
  failure = Promise.withResolvers<OffhookError>();
  #waiting: (() => void)[] = [];

  report(bytes: Uint8Array): void {
    this.reports.push([...bytes].join(" "));
    this.#waiting.splice(0).forEach((go) => go());
  }

  failed(error: OffhookError): void {
    this.failure.resolve(error);
  }

  async count(wanted: number): Promise<string[]> {
    while (this.reports.length < wanted) {
      await new Promise<void>((go) => this.#waiting.push(go));
    }
    return this.reports;
  }
}

Deno.test("lists devices with what a headset is told by", async () => {
  await using place = new HidHost();
  place.backend.plug(PATH, layout(1));
  const { hid } = await place.connect();
  const { devices, unavailable } = await hid.list();
  assert.equal(unavailable, undefined);
  assert.deepEqual(devices.map(({ path, vendorId, access }) => [path, vendorId, access]), [
    [PATH, 0x1209, "ok"],
  ]);
  assert.equal(devices[0]!.descriptor?.length, layout(1).descriptor.length * 2);
});

Deno.test("without a HID library there are no devices, and why", async () => {
  await using place = new HidHost();
  place.backend.broken = new OffhookError("device-failed", "node-hid cannot be loaded");
  const { hid } = await place.connect();
  const { devices, unavailable } = await hid.list();
  assert.deepEqual([devices, unavailable?.message], [[], "node-hid cannot be loaded"]);
});

Deno.test("reports come in, whole reports go out, close writes the farewell", async () => {
  await using place = new HidHost();
  const device = place.backend.plug(PATH, layout(1));
  const { hid } = await place.connect();
  const told = new Told();
  const handle = await hid.open(PATH, FAREWELL, told);
  device.send([2, 1, 0]);
  device.send([2, 0, 0]);
  assert.deepEqual(await told.count(2), ["2 1 0", "2 0 0"]);
  await handle.write(Uint8Array.of(2, 5, 0));
  assert.deepEqual(device.written, [[2, 5, 0]]);
  await handle.close();
  await handle.close();
  assert.deepEqual(device.written, [[2, 5, 0], [2, 0, 0]]);
  assert.equal(device.openers.size, 0);
  await assert.rejects(handle.write(Uint8Array.of(2, 1, 0)), /is not open/);
});

Deno.test("writes are made one after the other, however long one takes", async () => {
  await using place = new HidHost();
  const device = place.backend.plug(PATH, layout(1));
  const { hid } = await place.connect();
  const handle = await hid.open(PATH, FAREWELL, new Told());
  device.writeMs = 20;
  const slow = handle.write(Uint8Array.of(2, 1, 0));
  const fast = handle.write(Uint8Array.of(2, 0, 0));
  await Promise.all([slow, fast]);
  assert.deepEqual(device.written, [[2, 1, 0], [2, 0, 0]]);
});

Deno.test("a client that vanishes leaves idle lamps, the host waits for them", async () => {
  await using place = new HidHost();
  const device = place.backend.plug(PATH, layout(1));
  const connection = await place.connect();
  const handle = await connection.hid.open(PATH, FAREWELL, new Told());
  await handle.write(Uint8Array.of(2, 1, 0));
  device.writeMs = 30;
  connection.close();
  await place.abandoned.promise;
  await place.hid.close();
  assert.deepEqual(device.written.at(-1), [2, 0, 0]);
  assert.equal(device.openers.size, 0);
});

Deno.test("absent and forbidden are told apart", async () => {
  await using place = new HidHost();
  place.backend.plug(PATH, layout(1)).denied = true;
  const { hid } = await place.connect();
  assert.equal((await hid.list()).devices[0]!.access, "denied");
  await assert.rejects(hid.open("/dev/hidraw9", [], new Told()), { code: "device-not-found" });
  await assert.rejects(hid.open(PATH, [], new Told()), (error: OffhookError) => {
    assert.equal(error.code, "device-failed");
    assert.equal(error.data?.reason, "permission-denied");
    return true;
  });
});

Deno.test("an unplugged device fails its handle once; the watchers see it go and come", async () => {
  await using place = new HidHost();
  const device = place.backend.plug(PATH, layout(1));
  const { hid } = await place.connect();
  const seen: HidDevice[][] = [];
  await hid.watch({ changed: (devices) => seen.push(devices), resumed: () => assert.fail() });
  const told = new Told();
  const handle = await hid.open(PATH, FAREWELL, told);
  place.backend.unplug(device);
  assert.match((await told.failure.promise).message, /could not read from HID device/);
  await assert.rejects(handle.write(Uint8Array.of(2, 1, 0)), { code: "device-failed" });
  await place.hid.poll();
  await place.hid.poll();
  place.backend.plug("/dev/hidraw8", layout(1));
  await place.hid.poll();
  await hid.list();
  assert.deepEqual(seen.map((devices) => devices.map(({ path }) => path)), [[], ["/dev/hidraw8"]]);
});

Deno.test("what the system tells of is seen at once, while somebody watches", async () => {
  await using place = new HidHost();
  const { backend } = place;
  let tell: (() => void) | undefined;
  backend.watch = (changed) => {
    tell = changed;
    return () => {
      tell = undefined;
      return Promise.resolve();
    };
  };
  const client = await place.connect();
  await client.hid.list();
  assert.equal(tell, undefined, "nobody watches yet");
  const seen = Promise.withResolvers<HidDevice[]>();
  await client.hid.watch({ changed: seen.resolve, resumed: () => assert.fail() });
  backend.plug(PATH, layout(1));
  tell!();
  assert.deepEqual((await seen.promise).map(({ path }) => path), [PATH]);
  client.close();
  while (tell !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
});

Deno.test("after a sleep, reports from before are dropped and the watchers are told", async () => {
  await using place = new HidHost();
  const device = place.backend.plug(PATH, layout(1));
  const { hid } = await place.connect();
  const resumed = Promise.withResolvers<void>();
  await hid.watch({ changed: () => assert.fail(), resumed: resumed.resolve });
  const told = new Told();
  await hid.open(PATH, FAREWELL, told);
  place.now += 3_600_000;
  device.send([2, 1, 0]);
  await resumed.promise;
  place.now += 600;
  device.send([2, 0, 0]);
  assert.deepEqual(await told.count(1), ["2 0 0"]);
});

Deno.test("two clients may have one headset open; each has its own handles", async () => {
  await using place = new HidHost();
  const device = place.backend.plug(PATH, layout(1));
  const [one, other] = [await place.connect(), await place.connect()];
  const [toldOne, toldOther] = [new Told(), new Told()];
  const handle = await one.hid.open(PATH, FAREWELL, toldOne);
  await other.hid.open(PATH, FAREWELL, toldOther);
  device.send([2, 1, 0]);
  assert.deepEqual([await toldOne.count(1), await toldOther.count(1)], [["2 1 0"], ["2 1 0"]]);
  await handle.close();
  assert.equal(device.openers.size, 1);
});

Deno.test("the host's end is a failure of every handle, our own close is none", async () => {
  await using place = new HidHost();
  place.backend.plug(PATH, layout(1));
  const mine = await place.connect();
  const told = new Told();
  await mine.hid.open(PATH, FAREWELL, told);
  mine.close();
  await mine.closed;
  assert.equal(await Promise.race([told.failure.promise, Promise.resolve("silent")]), "silent");
  await assert.rejects(mine.hid.list(), /has died/);
});
