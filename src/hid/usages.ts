/**
 * The HID usages that a telephone cares about (HID Usage Tables 1.5: Telephony page §14, LED page
 * §11, Consumer page §15, Button page §12). A usage is one number, `page × 65536 + id`, as in a
 * 4-byte Usage item (HID 1.11 §6.2.2.8).
 */
import { DTMF_DIGITS, type DtmfDigit } from "../core/media/mod.ts";

export const Page = {
  led: 0x08,
  button: 0x09,
  telephony: 0x0b,
  consumer: 0x0c,
} as const;

/** A usage from its page and id, both 0–65535. */
export function usageOf(page: number, id: number): number {
  return page * 0x10000 + id;
}

export function pageOf(usage: number): number {
  return Math.floor(usage / 0x10000);
}

export function idOf(usage: number): number {
  return usage % 0x10000;
}

/** The usages that the headset model reads and writes. */
export const Usage = {
  headset: usageOf(Page.telephony, 0x05),
  hookSwitch: usageOf(Page.telephony, 0x20),
  flash: usageOf(Page.telephony, 0x21),
  hold: usageOf(Page.telephony, 0x23),
  redial: usageOf(Page.telephony, 0x24),
  drop: usageOf(Page.telephony, 0x26),
  phoneMute: usageOf(Page.telephony, 0x2f),
  ringer: usageOf(Page.telephony, 0x9e),
  phoneKey0: usageOf(Page.telephony, 0xb0),
  /** Usage 7 of Programmable Button (0B:07): the reject button of Jabra and Poly. */
  rejectButton: usageOf(Page.button, 0x07),
  volumeUp: usageOf(Page.consumer, 0xe9),
  volumeDown: usageOf(Page.consumer, 0xea),
  ledMute: usageOf(Page.led, 0x09),
  ledOffHook: usageOf(Page.led, 0x17),
  ledRing: usageOf(Page.led, 0x18),
  ledHold: usageOf(Page.led, 0x20),
} as const;

/** The digit of a phone-key usage (0xB0–0xBF, in the digits' order), or undefined for any other. */
export function digitOf(usage: number): DtmfDigit | undefined {
  return DTMF_DIGITS[usage - Usage.phoneKey0];
}

/** A vendor or product id as lists and quirk files write it: four lower-case hex digits. */
export function idText(id: number): string {
  return id.toString(16).padStart(4, "0");
}
