/**
 * The HID part of the device host's control messages: see wire_protocol.ts for the frame around it.
 *
 *     client ── watch-hid ──► host     ◄── hid-changed {devices} ── whenever something is plugged
 *     client ── open-hid {handle, path, farewell} ──► host     ◄── report frames of the handle
 *     client ── write-hid {handle, report} ──► host
 *     client ── close-hid {handle} ──► host     or the client goes: farewell is written, then closed
 *
 * The host is a thin driver: it knows no headsets. What must be on the device when the client has
 * gone, however it went, is given when it opens (`farewell`).
 */
import type { ErrorJson } from "../../base/mod.ts";

/** One HID device (on Windows: one top-level collection of it). */
export interface HidDevice {
  /** Names the device while it stays plugged in: `/dev/hidraw3`, an IOKit or a Windows path. */
  path: string;
  vendorId: number;
  productId: number;
  /** As the device names itself; the ids when it does not. */
  name: string;
  serial?: string;
  /** Usages of its top-level collections, page × 65536 + id, as far as the system tells. */
  collections: number[];
  /** Its report descriptor in hexadecimal; null where the system does not give it. */
  descriptor: string | null;
  /** What opening it would say; `unknown` where only trying tells. */
  access: "ok" | "denied" | "unknown";
  /** Linux: numbers of the ALSA cards of the same USB device. */
  soundCards: number[];
}

export interface HidList {
  devices: HidDevice[];
  /** Why there can be none at all: node-hid has no binary for this system. */
  unavailable?: ErrorJson;
}

export interface OpenHid {
  /** 0–65535, unused on this connection. */
  handle: number;
  path: string;
  /** Reports written when the handle is closed or the client is gone. */
  farewell: number[][];
  /** What is written are feature reports. */
  feature?: boolean;
}

/** What each HID request takes and gives. */
export interface HidRequests {
  "list-hid": { params: Record<never, never>; result: HidList };
  /** As list-hid, and `hid-changed` from then on. */
  "watch-hid": { params: Record<never, never>; result: HidList };
  "open-hid": { params: OpenHid; result: Record<never, never> };
  "write-hid": { params: { handle: number; report: number[] }; result: Record<never, never> };
  "close-hid": { params: { handle: number }; result: Record<never, never> };
}

export type HidMessage =
  | { type: "hid-changed"; devices: HidDevice[] }
  /** The device was unplugged or failed; the handle is free again. */
  | { type: "hid-failed"; handle: number; error: ErrorJson }
  /** The system slept: reports from before were dropped, lamps may show anything. */
  | { type: "hid-resumed" };

export type HidRequest = {
  [T in keyof HidRequests]: { type: T; id: number } & HidRequests[T]["params"];
}[keyof HidRequests];

/** Longest report that Linux takes, its id included. */
const MAX_REPORT_BYTES = 16385;
const MAX_FAREWELL = 64;

export const HID_REQUEST_CHECKS: {
  [T in keyof HidRequests]: (message: Record<string, unknown>) => boolean;
} = {
  "list-hid": () => true,
  "watch-hid": () => true,
  "open-hid": ({ handle, path, farewell, feature }) =>
    isHandle(handle) && typeof path === "string" && Array.isArray(farewell) &&
    (feature === undefined || typeof feature === "boolean") &&
    farewell.length <= MAX_FAREWELL && farewell.every(isReport),
  "write-hid": ({ handle, report }) => isHandle(handle) && isReport(report),
  "close-hid": ({ handle }) => isHandle(handle),
};

export function isHidMessage(message: Record<string, unknown>): boolean {
  return (message.type === "hid-changed" && Array.isArray(message.devices)) ||
    (message.type === "hid-failed" && isHandle(message.handle)) ||
    message.type === "hid-resumed";
}

export function isHidRequest(request: { type: string }): request is HidRequest {
  return Object.hasOwn(HID_REQUEST_CHECKS, request.type);
}

function isHandle(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
}

function isReport(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_REPORT_BYTES &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 0xff);
}
