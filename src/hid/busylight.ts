/**
 * Busylights: what colour shows the phone's state, and the reports of each make. Pure.
 *
 *     HeadsetState ─► Look {colour, blinks} ─► report of the make: solid colours only, blinking is ours
 *
 * None of them has a standard's protocol. What is written here is as the makers' tools and open drivers
 * have it: Luxafor's API document (static colour 0x01, all LEDs 0xFF), the blink(1) HID commands of its
 * firmware (`n`: colour at once), Kuando's "Busylight HID API" (seven steps of 8 bytes, sum at the end;
 * the light goes out by itself unless it hears a keep-alive).
 */
import type { HeadsetState } from "../core/ports/mod.ts";

/** 0–255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

export interface LightLook {
  colour: Colour;
  /** On and off, {@link BLINK_MS} each. */
  blinks: boolean;
}

export interface BusylightMake {
  name: string;
  vendorId: number;
  productIds: readonly number[];
  /** Its reports are feature reports. */
  feature: boolean;
  /** The colour must be written again after so many ms, or the light goes out. */
  repeatMs?: number;
  /** A whole report, the id (or 0) first. */
  report(colour: Colour): Uint8Array;
}

export const BLINK_MS = 500;
export const DARK: Colour = [0, 0, 0];

const RED: Colour = [255, 0, 0], YELLOW: Colour = [255, 160, 0], BLUE: Colour = [0, 0, 255];

/** What a light shows of the phone. */
export function lookOf({ ring, offHook, hold }: HeadsetState): LightLook {
  if (ring) return { colour: BLUE, blinks: true };
  if (hold) return { colour: YELLOW, blinks: false };
  return { colour: offHook ? RED : DARK, blinks: false };
}

const MICROCHIP = 0x04d8;

export const BUSYLIGHT_MAKES: readonly BusylightMake[] = [
  {
    name: "Luxafor",
    vendorId: MICROCHIP,
    productIds: [0xf372],
    feature: false,
    report: (colour) => Uint8Array.of(0, 0x01, 0xff, ...colour, 0, 0, 0),
  },
  {
    name: "blink(1)",
    vendorId: 0x27b8,
    productIds: [0x01ed],
    feature: true,
    report: (colour) => Uint8Array.of(1, "n".charCodeAt(0), ...colour, 0, 0, 0, 0),
  },
  {
    name: "Kuando Busylight",
    vendorId: 0x27bb,
    productIds: [0x3bca, 0x3bcb, 0x3bcc, 0x3bcd, 0x3bce, 0x3bcf],
    feature: false,
    repeatMs: 8_000,
    report: kuando,
  },
  {
    name: "Kuando Busylight",
    vendorId: MICROCHIP,
    productIds: [0xf848],
    feature: false,
    repeatMs: 8_000,
    report: kuando,
  },
];

/** Bytes of a Kuando report without its id, and where its sum stands (big endian). */
const KUANDO_BYTES = 64, KUANDO_SUM = 62;
const KUANDO_JUMP = 0x10;
/** Its PWM goes to 100. */
const KUANDO_FULL = 100;

/** One step that jumps to itself: a steady colour until the next report or the time-out. */
function kuando(colour: Colour): Uint8Array {
  const report = new Uint8Array(1 + KUANDO_BYTES);
  const body = report.subarray(1);
  body[0] = KUANDO_JUMP;
  body[1] = 1; // times
  colour.forEach((part, index) => body[2 + index] = Math.round(part * KUANDO_FULL / 255));
  body[5] = 1; // on for 0.1 s, off for 0
  body[7] = 0x80; // update the sound: none
  body.fill(0xff, 59, KUANDO_SUM);
  const sum = body.subarray(0, KUANDO_SUM).reduce((total, byte) => total + byte, 0);
  new DataView(report.buffer).setUint16(1 + KUANDO_SUM, sum);
  return report;
}

export function busylightOf(
  device: { vendorId: number; productId: number },
): BusylightMake | undefined {
  return BUSYLIGHT_MAKES.find(({ vendorId, productIds }) =>
    vendorId === device.vendorId && productIds.includes(device.productId)
  );
}
