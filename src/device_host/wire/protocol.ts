/**
 * The control messages of the device host, as JSON in control frames.
 *
 *     client                                     host
 *       │ ◄── hello {version, backend} ──────────── │   at once after connecting
 *       │ ─── request {id, …} ────────────────────► │
 *       │ ◄── reply {id, result} | {id, error} ──── │   exactly one per request, in any order
 *       │ ◄── event: stream-failed, … ───────────── │   unasked
 *       │ ◄── alive ─────────────────────────────── │   every second
 *
 * A client owns what it opened: streams and HID handles carry numbers of the client's choice that
 * mean nothing on other connections, and all of them close with the connection. Not on the
 * real-time path.
 */
import { type ErrorJson, OffhookError } from "../../base/mod.ts";
import type { AudioDevice, StreamDirection } from "./device.ts";
import {
  CONTACT_REQUEST_CHECKS,
  type ContactMessage,
  type ContactRequests,
  isContactMessage,
} from "./contacts.ts";
import { HID_REQUEST_CHECKS, type HidMessage, type HidRequests, isHidMessage } from "./hid.ts";

export const PROTOCOL_VERSION = 2;

/** A host says that it lives at this interval; one that is silent for longer hangs. */
export const ALIVE_INTERVAL_MS = 1_000;

/** Rate that every device is asked for first, Hz. */
export const PREFERRED_RATE = 48_000;

export type BackendName = "naudiodon" | "portaudio" | "none";

/** What each request takes and gives. */
export interface Requests extends HidRequests, ContactRequests {
  "list-devices": { params: Record<never, never>; result: DeviceList };
  "open-stream": { params: OpenStream; result: StreamOpened };
  /** Of all that is played here, in all microphones, until it is said otherwise. */
  "cancel-echo": { params: { on: boolean }; result: Record<never, never> };
  "close-stream": { params: { stream: number }; result: Record<never, never> };
}

export interface DeviceList {
  backend: BackendName;
  devices: AudioDevice[];
  /** Why there is no sound card to be had at all: no library, not merely no device. */
  unavailable?: ErrorJson;
}

export interface OpenStream {
  /** 0–65535, unused on this connection. */
  stream: number;
  direction: StreamDirection;
  /** Id, name or part of a name; null: the default device. */
  device: string | null;
  /** Milliseconds of sound per frame that the host sends: 10 or 20. */
  frameMs: number;
}

export interface StreamOpened {
  device: AudioDevice;
  /** Hz of the sound on the wire: {@link PREFERRED_RATE} unless the device cannot. Always mono. */
  rate: number;
  /** Channels that the device runs with; the host mixes to and from mono. */
  channels: number;
  /** What the sound system says that it buffers, ms. */
  latencyMs: number;
}

export type RequestType = keyof Requests;

export type Request = {
  [T in RequestType]: { type: T; id: number } & Requests[T]["params"];
}[RequestType];

export type HostMessage =
  | { type: "hello"; version: number; backend: BackendName; pid: number }
  /** Every {@link ALIVE_INTERVAL_MS}. */
  | { type: "alive" }
  | { type: "reply"; id: number; result: unknown }
  | { type: "error"; id: number; error: ErrorJson }
  /** The stream is gone; its number is free again. */
  | { type: "stream-failed"; stream: number; error: ErrorJson }
  | HidMessage
  | ContactMessage;

const REQUEST_CHECKS: { [T in RequestType]: (message: Record<string, unknown>) => boolean } = {
  "list-devices": () => true,
  "open-stream": ({ stream, direction, device, frameMs }) =>
    isStream(stream) && (direction === "capture" || direction === "playback") &&
    (device === null || typeof device === "string") && (frameMs === 10 || frameMs === 20),
  "cancel-echo": ({ on }) => typeof on === "boolean",
  "close-stream": ({ stream }) => isStream(stream),
  ...HID_REQUEST_CHECKS,
  ...CONTACT_REQUEST_CHECKS,
};

function isStream(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
}

/** @throws OffhookError `internal` when the payload is not a request of this version */
export function parseRequest(payload: Uint8Array): Request {
  const message = parseObject(payload);
  const type = message.type as RequestType;
  const check = Object.hasOwn(REQUEST_CHECKS, type) ? REQUEST_CHECKS[type] : undefined;
  if (check === undefined || !Number.isInteger(message.id) || !check(message)) {
    throw new OffhookError("internal", "The device host got a request that it does not know", {
      data: { type: message.type },
    });
  }
  return message as unknown as Request;
}

/** @throws OffhookError `internal` */
export function parseHostMessage(payload: Uint8Array): HostMessage {
  const message = parseObject(payload);
  const known = message.type === "hello" || message.type === "alive" ||
    (message.type === "reply" && Number.isInteger(message.id)) ||
    (message.type === "error" && Number.isInteger(message.id) && isObject(message.error)) ||
    (message.type === "stream-failed" && isStream(message.stream) && isObject(message.error)) ||
    isHidMessage(message) || isContactMessage(message);
  if (!known) throw new OffhookError("internal", "The device host sent an unknown message");
  return message as unknown as HostMessage;
}

function parseObject(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (isObject(value)) return value;
  } catch {
    // Falls through: one error for everything that is not an object.
  }
  throw new OffhookError("internal", "The device host's wire carried a message that is no object");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
