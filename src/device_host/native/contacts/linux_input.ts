/**
 * Bytes of Linux's input devices and GPIO character devices. Pure.
 *
 *     evdev: struct input_event of 64-bit systems (linux/input.h)
 *     GPIO: uAPI v2 (linux/gpio.h): line request, line event, line values
 */
import type { GpioBias } from "../../../base/names/mod.ts";

const EVENT_BYTES = 24, EVENT_TYPE = 16, EVENT_CODE = 18, EVENT_VALUE = 20;
const EV_SYN = 0, EV_KEY = 1;
const SYN_DROPPED = 3;
const RELEASED = 0, REPEATED = 2;

/** What a read of an input device says about one key, in order; `dropped`: some of it was lost. */
export function keyChanges(
  bytes: Uint8Array,
  code: number,
): { changes: boolean[]; dropped: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const changes: boolean[] = [];
  let dropped = false;
  for (let at = 0; at + EVENT_BYTES <= bytes.length; at += EVENT_BYTES) {
    const type = view.getUint16(at + EVENT_TYPE, true);
    const event = view.getUint16(at + EVENT_CODE, true);
    const value = view.getInt32(at + EVENT_VALUE, true);
    if (type === EV_SYN && event === SYN_DROPPED) dropped = true;
    if (type === EV_KEY && event === code && value !== REPEATED) changes.push(value !== RELEASED);
  }
  return { changes, dropped };
}

/** Bytes of the bit map of all keys (KEY_MAX 0x2FF). */
export const KEY_MAP_BYTES = 96;

export function isKeyDown(map: Uint8Array, code: number): boolean {
  return ((map[code >> 3] ?? 0) >> (code & 7) & 1) === 1;
}

const IOC_WRITE = 1, IOC_READ = 2;

function ioctlNumber(direction: number, type: number, number: number, bytes: number): bigint {
  return BigInt((direction << 30 | bytes << 16 | type << 8 | number) >>> 0);
}

/** EVIOCGKEY: the bit map of the keys that are down. */
export const GET_KEYS = ioctlNumber(IOC_READ, 0x45, 0x18, KEY_MAP_BYTES);

const REQUEST_BYTES = 592;
const CONSUMER_AT = 256, FLAGS_AT = 288, LINES_AT = 560, FD_AT = 588;
const VALUES_BYTES = 16;
const LINE_EVENT_BYTES = 48, LINE_EVENT_ID = 8;
const RISING = 1, FALLING = 2;
const FLAG = {
  activeLow: 1 << 1,
  input: 1 << 2,
  rising: 1 << 4,
  falling: 1 << 5,
  "pull-up": 1 << 8,
  "pull-down": 1 << 9,
  disabled: 1 << 10,
  "as-is": 0,
};

/** GPIO_V2_GET_LINE_IOCTL and GPIO_V2_LINE_GET_VALUES_IOCTL. */
export const GET_LINE = ioctlNumber(IOC_READ | IOC_WRITE, 0xb4, 0x07, REQUEST_BYTES);
export const GET_VALUES = ioctlNumber(IOC_READ | IOC_WRITE, 0xb4, 0x0e, VALUES_BYTES);

/** struct gpio_v2_line_request for one input line with both edges. */
export function lineRequest(
  { line, activeLow, bias }: {
    line: number;
    activeLow: boolean;
    bias: GpioBias;
  },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, line, true);
  bytes.set(new TextEncoder().encode("offhook"), CONSUMER_AT);
  const flags = FLAG.input | FLAG.rising | FLAG.falling | FLAG[bias] |
    (activeLow ? FLAG.activeLow : 0);
  view.setBigUint64(FLAGS_AT, BigInt(flags), true);
  view.setUint32(LINES_AT, 1, true);
  return bytes;
}

/** The file of the line, which the kernel has put into the request. */
export function lineFile(request: Uint8Array): number {
  return new DataView(request.buffer, request.byteOffset).getInt32(FD_AT, true);
}

/** struct gpio_v2_line_values that asks for the first line. */
export function valuesRequest(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(VALUES_BYTES);
  new DataView(bytes.buffer).setBigUint64(8, 1n, true);
  return bytes;
}

export function isActive(values: Uint8Array): boolean {
  return (values[0]! & 1) === 1;
}

/** What a read of a line's file says, in order: logical levels, after active-low. */
export function lineChanges(bytes: Uint8Array): boolean[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const changes: boolean[] = [];
  for (let at = 0; at + LINE_EVENT_BYTES <= bytes.length; at += LINE_EVENT_BYTES) {
    const id = view.getUint32(at + LINE_EVENT_ID, true);
    if (id === RISING || id === FALLING) changes.push(id === RISING);
  }
  return changes;
}
