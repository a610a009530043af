/**
 * The part of the device host's control messages about contacts: single keys of input devices, and
 * GPIO lines (Linux). See wire_protocol.ts for the frame around it.
 *
 *     client ── open-contact {contact, source} ──► host ── {active} ──► client
 *     client ◄── contact-changed {contact, active} ── host     whenever it changes
 *     client ◄── contact-failed {contact, error} ──── host     it is gone
 *     client ── close-contact {contact} ──► host               or the client goes
 *
 * Raw levels: what is debounced, turned round and meant by them is the client's. Not on the real-time
 * path.
 */
import type { ErrorJson } from "../../base/mod.ts";
import { GPIO_BIASES, type GpioBias } from "../../base/names/mod.ts";

export type ContactSource =
  | {
    kind: "key";
    /** `/dev/input/…` */
    device: string;
    /** Key code of linux/input-event-codes.h. */
    code: number;
  }
  | {
    kind: "gpio";
    /** `/dev/gpiochip0` */
    chip: string;
    line: number;
    activeLow: boolean;
    bias: GpioBias;
  };

export interface ContactRequests {
  "open-contact": {
    /** `contact`: 0–65535, unused on this connection. */
    params: { contact: number; source: ContactSource };
    result: { active: boolean };
  };
  "close-contact": { params: { contact: number }; result: Record<never, never> };
}

export type ContactMessage =
  | { type: "contact-changed"; contact: number; active: boolean }
  | { type: "contact-failed"; contact: number; error: ErrorJson };

export type ContactRequest = {
  [T in keyof ContactRequests]: { type: T; id: number } & ContactRequests[T]["params"];
}[keyof ContactRequests];

export const CONTACT_REQUEST_CHECKS: {
  [T in keyof ContactRequests]: (message: Record<string, unknown>) => boolean;
} = {
  "open-contact": ({ contact, source }) => isNumber(contact, 0xffff) && isSource(source),
  "close-contact": ({ contact }) => isNumber(contact, 0xffff),
};

export function isContactRequest(request: { type: string }): request is ContactRequest {
  return Object.hasOwn(CONTACT_REQUEST_CHECKS, request.type);
}

export function isContactMessage(message: Record<string, unknown>): boolean {
  return isNumber(message.contact, 0xffff) &&
    ((message.type === "contact-changed" && typeof message.active === "boolean") ||
      message.type === "contact-failed");
}

/** KEY_MAX of linux/input-event-codes.h. */
const KEY_MAX = 0x2ff;

function isSource(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, device, code, chip, line, activeLow, bias } = value as Record<string, unknown>;
  if (kind === "key") return typeof device === "string" && isNumber(code, KEY_MAX);
  return kind === "gpio" && typeof chip === "string" && isNumber(line, 0xffff) &&
    typeof activeLow === "boolean" && (GPIO_BIASES as readonly unknown[]).includes(bias);
}

function isNumber(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
