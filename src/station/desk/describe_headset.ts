/**
 * What a HID device is to a telephone: its description for people, from what the system lists. Pure.
 */
import type { HeadsetInfo } from "../../control/contract/mod.ts";
import type { HidDevice } from "../../device_host/client/mod.ts";
import {
  behaviourOf,
  type Capabilities,
  capabilitiesOf,
  idText,
  isTelephony,
  parseDescriptor,
  permissionHint,
  type Quirk,
  usageOf,
} from "../../hid/mod.ts";

/** Generic Desktop: Mouse, Keyboard, Keypad (HID Usage Tables §4). */
const DESKTOP = new Set([usageOf(0x01, 0x02), usageOf(0x01, 0x06), usageOf(0x01, 0x07)]);
const CONSUMER_CONTROL = usageOf(0x0c, 0x01);

/** Bytes of hexadecimal text; what is no hexadecimal digit pair ends it. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * The devices that a person may take for a headset: what has a telephony collection, and what has
 * volume keys without being a keyboard or a mouse. A keyboard's volume keys are another interface of
 * the same device.
 */
export function headsetsAmong(devices: readonly HidDevice[]): HidDevice[] {
  const desktop = new Set(
    devices.filter(({ collections }) => collections.some((each) => DESKTOP.has(each))).map(model),
  );
  return devices.filter((device) =>
    hasTelephony(device) ||
    (device.collections.includes(CONSUMER_CONTROL) && !desktop.has(model(device)))
  );
}

function model({ vendorId, productId, serial }: HidDevice): string {
  return `${vendorId}:${productId}:${serial ?? ""}`;
}

function hasTelephony({ descriptor, collections }: HidDevice): boolean {
  if (descriptor !== null) return isTelephony(parseDescriptor(hexBytes(descriptor)));
  return collections.some((usage) => usageOf(0x0b, 0) <= usage && usage < usageOf(0x0c, 0));
}

/** @param quirks the models that break the rules, the later ones win */
export function describeHeadset(device: HidDevice, quirks: readonly Quirk[]): HeadsetInfo {
  const { behaviour, reasons } = behaviourOf(device, quirks);
  const can = device.descriptor === null
    ? undefined
    : capabilitiesOf(parseDescriptor(hexBytes(device.descriptor)), behaviour);
  const { hookSwitch, phoneMute, reject, flash, hold, redial, digits } = can?.inputs ?? NO_INPUTS;
  const outputs = can?.outputs ?? NO_OUTPUTS;
  return {
    name: device.name,
    vendorId: idText(device.vendorId),
    productId: idText(device.productId),
    path: device.path,
    ...(device.serial === undefined ? {} : { serial: device.serial }),
    ...verdict(device, can),
    inputs: { hookSwitch, phoneMute, reject, flash },
    furtherInputs: { hold, redial },
    digits,
    outputs,
    quirks: reasons,
    soundCards: device.soundCards,
    use: "free",
  };
}

const NO_INPUTS: Capabilities["inputs"] = {
  hookSwitch: null,
  phoneMute: null,
  reject: null,
  flash: null,
  hold: null,
  redial: null,
  digits: "",
};
const NO_OUTPUTS = { offHook: false, ring: false, mute: false, hold: false };

function verdict(
  device: HidDevice,
  can: Capabilities | undefined,
): Pick<HeadsetInfo, "usable" | "why" | "hint"> {
  if (can === undefined) {
    return { usable: false, why: "This system does not give its report descriptor." };
  }
  if (!can.usable || device.access !== "denied") return { usable: can.usable, why: can.why };
  return {
    usable: false,
    why: `Permission denied: this user may not open ${device.path}.`,
    hint: permissionHint(device.vendorId),
  };
}
