/** What an account's settings may be, where it takes more than a list of names to tell. Pure. */
import { parseHostPort, parseWebSocketUrl } from "../../base/network/mod.ts";

/** RFC 3261 §25.1 `user`, unescaped: what can stand before the @ of a SIP URI without escapes. */
export const USER_NAME = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]+$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Seconds between registrations. */
export const REGISTRATION_INTERVAL = { min: 30, max: 86_400 } as const;

/** What may end up in a header. */
export function isLine(text: string): boolean {
  return text !== "" && !CONTROL.test(text);
}

export function isUserName(text: string): boolean {
  return USER_NAME.test(text);
}

/** `HOST` or `HOST:PORT`. */
export function isServer(text: string): boolean {
  return parseHostPort(text) !== undefined;
}

export function isHostName(text: string): boolean {
  return isServer(text) && !text.includes(":");
}

export function isWebSocketUrl(text: string): boolean {
  return parseWebSocketUrl(text) !== undefined;
}

/** `HOST`, `HOST:PORT` or a SIP URI without a user. */
export function isSipProxy(text: string): boolean {
  if (isServer(text)) return true;
  const uri = /^sips?:([^@;?]+)((?:;[^;?\s]+)*)$/i.exec(text);
  return uri !== null && isServer(uri[1]!);
}
