/**
 * Runs in the rig's guest: what stands beside a headset, under the real kernel and through the real
 * device host. Keys and GPIO lines of kiosks, busylights, and a USB headset with its sound card.
 */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  type HeadsetInput,
  type HeadsetState,
  IDLE_HEADSET,
} from "../../../src/core/ports/headset_port.ts";
import { Buttons } from "../../../src/station/desk/buttons.ts";
import { Busylights } from "../../../src/station/desk/busylights.ts";
import { SYSTEM_CLOCK } from "../../../src/station/clock.ts";
import { layout } from "../../fixtures/hid_layouts.ts";
import * as hid from "../../fixtures/hid_assembler.ts";
import { VirtualGpioChip } from "./gpio_chip.ts";
import { DrivenHeadset, Place, until } from "./place.ts";
import { UhidDevice } from "./uhid.ts";
import { VirtualKey } from "./uinput.ts";
import { UsbHeadset } from "./usb_headset.ts";

const place = new Place();

Deno.test("what stands beside a headset, in the rig", async (t) => {
  await using _place = place;
  await t.step("a key of an input device is a contact", inputKey);
  await t.step("a GPIO line is a contact, which one program has", gpioLine);
  await t.step("a cradle on a GPIO line answers and hangs up", cradle);
  for (const each of LIGHTS) {
    await t.step(
      `${each.name}: the phone's state in its own reports, dark at the end`,
      () => busylight(each),
    );
  }
  await t.step("a USB headset: its sound card, a call, unplugged and plugged again", usbHeadset);
});

const KEY_PHONE = 169;
const holds = (condition: () => boolean) => until(() => Promise.resolve(condition() || undefined));

async function inputKey(): Promise<void> {
  const key = new VirtualKey(KEY_PHONE);
  const changes: boolean[] = [];
  const failed = Promise.withResolvers<OffhookError>();
  key.set(true);
  const { contacts } = await place.connection();
  const contact = await contacts.open({ kind: "key", device: key.path, code: KEY_PHONE }, {
    changed: (active) => changes.push(active),
    failed: failed.resolve,
  });
  assert.equal(contact.active, true, "it was held down before");
  key.set(false);
  key.set(true);
  await holds(() => changes.length >= 2);
  assert.deepEqual(changes, [false, true]);
  key.unplug();
  assert.equal((await failed.promise).code, "device-failed");
}

const LINE = { kind: "gpio", line: 3, activeLow: true, bias: "as-is" } as const;
const NOBODY_LISTENS = { changed() {}, failed() {} };

async function gpioLine(): Promise<void> {
  const { contacts } = await place.connection();
  await assert.rejects(contacts.open({ ...LINE, chip: "/dev/gpiochip0" }, NOBODY_LISTENS), {
    code: "device-not-found",
  });
  const gpio = new VirtualGpioChip();
  const chip = await until(() => Promise.resolve(gpio.path()));
  const changes: boolean[] = [];
  const failed = Promise.withResolvers<OffhookError>();
  const contact = await contacts.open({ ...LINE, chip }, {
    changed: (active) => changes.push(active),
    failed: failed.resolve,
  });
  assert.equal(contact.active, true, "low is active");
  gpio.set(LINE.line, true);
  await holds(() => changes.length === 1);
  gpio.set(LINE.line, false);
  await holds(() => changes.length === 2);
  assert.deepEqual(changes, [false, true]);
  for (const line of [LINE.line, 99]) {
    await assert.rejects(contacts.open({ ...LINE, chip, line }, NOBODY_LISTENS), {
      code: "device-failed",
      message: `Line ${line} of ${chip} is not to be had`,
    });
  }
  gpio.unplug();
  assert.equal((await failed.promise).code, "device-failed");
  await holds(() => gpio.path() === undefined);
}

/** Through the station's own part: debounced, turned round, with what it means. */
async function cradle(): Promise<void> {
  const gpio = new VirtualGpioChip();
  const chip = await until(() => Promise.resolve(gpio.path()));
  const said: HeadsetInput[] = [];
  const buttons = new Buttons({
    host: place.supervisor,
    clock: SYSTEM_CLOCK,
    buttons: [{
      source: { ...LINE, chip },
      does: "hook-switch",
      normally: "closed",
      debounceMs: 20,
    }],
    notify: (input) => said.push(input),
    log: (text) => assert.fail(text),
  });
  await buttons.start();
  buttons.show({ ...IDLE_HEADSET, ring: true });
  gpio.set(LINE.line, true); // lifted: the contact opens
  await holds(() => said.length === 2);
  buttons.show({ ...IDLE_HEADSET, offHook: true });
  gpio.set(LINE.line, false);
  await holds(() => said.length === 3);
  const intents = said.map((input) =>
    input.type === "HeadsetIntent" ? input.intent.type : input.type
  );
  assert.deepEqual(intents, ["HeadsetAttached", "hookOff", "hookOn"]);
  buttons.stop();
  gpio.unplug();
  await holds(() => gpio.path() === undefined);
}

interface Light {
  name: string;
  vendorId: number;
  productId: number;
  /** Bytes of its reports, which have an id where it is a feature report. */
  bytes: number;
  feature: boolean;
  /** What the maker's documents have for red, as the kernel gives it (the id first). */
  red: number[];
  dark: number[];
}

/** A Kuando report: a step that jumps to itself, full red or nothing, padding, the sum of it all. */
const kuando = (red: number, sum: number[]) => [
  ...[0, 0x10, 1, red, 0, 0, 1, 0, 0x80],
  ...Array.from({ length: 51 }, () => 0),
  ...[0xff, 0xff, 0xff, ...sum],
];

const LIGHTS: Light[] = [
  {
    name: "Luxafor Flag",
    ...{ vendorId: 0x04d8, productId: 0xf372, bytes: 8, feature: false },
    red: [0, 1, 0xff, 255, 0, 0, 0, 0, 0],
    dark: [0, 1, 0xff, 0, 0, 0, 0, 0, 0],
  },
  {
    name: "blink(1) mk2",
    ...{ vendorId: 0x27b8, productId: 0x01ed, bytes: 8, feature: true },
    red: [1, 0x6e, 255, 0, 0, 0, 0, 0, 0],
    dark: [1, 0x6e, 0, 0, 0, 0, 0, 0, 0],
  },
  {
    name: "Kuando Busylight",
    ...{ vendorId: 0x27bb, productId: 0x3bcd, bytes: 64, feature: false },
    red: kuando(100, [0x03, 0xf3]),
    dark: kuando(0, [0x03, 0x8f]),
  },
];

/** Vendor-defined bytes; blink(1) numbers its report. */
function lightDescriptor({ bytes, feature }: Light): Uint8Array {
  return hid.bytes(hid.collection(0xff00, 1, 1, [
    ...(feature ? hid.reportId(1) : []),
    ...hid.usage(1),
    ...hid.logical(0, 255),
    ...hid.reportSize(8),
    ...hid.reportCount(bytes),
    ...(feature ? hid.feature : hid.output)(hid.VARIABLE),
  ]));
}

async function busylight(light: Light): Promise<void> {
  const features = light.feature ? { features: new Map([[1, [1]]]) } : {};
  const device = new UhidDevice({ ...light, descriptor: lightDescriptor(light), ...features });
  const reports = () => (light.feature ? device.featuresSet : device.outputs).map(String);
  await place.find(light.vendorId, light.productId);
  const lights = new Busylights({
    host: place.supervisor,
    clock: SYSTEM_CLOCK,
    log: (text) => assert.fail(text),
  });
  lights.start();
  const shown = async (state: Partial<HeadsetState>, report: number[]) => {
    const before = reports().length;
    lights.show({ ...IDLE_HEADSET, ...state });
    await holds(() => reports().slice(before).includes(String(report)));
  };
  await shown({ offHook: true }, light.red);
  await shown({}, light.dark);
  await shown({ offHook: true }, light.red);
  await lights.stop();
  await holds(() => reports().at(-1) === String(light.dark));
  device.destroy();
  await place.gone(light.vendorId, light.productId);
}

/** Cards of ALSA by number, with the bus that they are on. */
async function soundCards(): Promise<Map<number, string>> {
  const text = await Deno.readTextFile("/proc/asound/cards");
  const cards = text.matchAll(/^ *(\d+) \[.*\n +(.*)$/gm);
  return new Map([...cards].map(([, number, place]) => [Number(number), place!]));
}

async function usbHeadset(): Promise<void> {
  const each = { ...layout(1), name: "Rig USB Headset" };
  const headset = new UsbHeadset(each);
  for (const plug of ["plugged", "plugged again"]) {
    const device = await place.find(each.vendorId, each.productId);
    const [card] = [...await soundCards()].find(([, where]) => where.includes("at usb-")) ?? [];
    assert.deepEqual([device.name, device.soundCards], [each.name, [card]], plug);
    const driven = await DrivenHeadset.open(place, device);
    driven.do({ ring: true });
    await shows(headset, each.lamps.ring!);
    headset.send(each.reports.hookOff!);
    assert.deepEqual(await driven.heard(1), ["hookOff"]);
    await shows(headset, each.lamps.offHook!);
    headset.unplug();
    assert.equal((await driven.failed.promise).code, "device-failed");
    await driven.close();
    await place.gone(each.vendorId, each.productId);
    if (plug === "plugged") headset.plug();
  }
}

/** Waits for a report; whatever came before it is passed over. */
async function shows(headset: UsbHeadset, report: number[]): Promise<void> {
  await holds(() => String(headset.receive()) === String(report));
}
