/** Times of a registration, and what a registrar's answer says of them: Retry-After, granted seconds. Pure. */
import { parseNameAddrList, parseUri, type ReadableMessage } from "../message/mod.ts";

/** ms that taking bindings away may take before the phone goes. */
export const UNREGISTER_MS = 2_000;

type Headers = Pick<ReadableMessage, "header" | "headers">;

/** Seconds of a Retry-After header (RFC 3261 §20.33), bounded by a day; undefined when there is none. */
export function retryAfter(message: Headers): number | undefined {
  const match = /^\s*([0-9]{1,9})/.exec(message.header("retry-after") ?? "");
  return match === null ? undefined : Math.min(Number(match[1]), 86_400);
}

/** Seconds of a Flow-Timer header (RFC 5626 §10), at least 10; undefined when there is none. */
export function flowTimer(message: Headers): number | undefined {
  const match = /^\s*([0-9]{1,5})\s*$/.exec(message.header("flow-timer") ?? "");
  return match === null ? undefined : Math.max(10, Number(match[1]));
}

/** The routes of requests outside dialogs, as a registrar tells them (RFC 3608). */
export function serviceRoutes(message: Headers): string[] {
  return message.headers("service-route").flatMap((value) => value.split(/,(?=\s*<)/))
    .map((route) => route.trim());
}

/**
 * Seconds that a 200 grants to our Contact: its `expires` parameter, else the Expires header, else what
 * was asked for. A registrar may list other phones, rewrite our Contact, or list none at all.
 * @param contact our Contact's URI as it stood on the wire
 */
export function grantedExpires(
  message: Headers,
  contact: string,
  asked: number,
): number {
  const bindings = message.headers("contact").flatMap((value) =>
    value === "*" ? [] : parseNameAddrList(value) ?? []
  );
  const own = parseUri(contact);
  const ours =
    bindings.find(({ uri }) =>
      own !== undefined && uri.user === own.user && uri.port === own.port &&
      uri.host.toLowerCase() === own.host.toLowerCase()
    ) ?? (bindings.length === 1 ? bindings[0] : undefined);
  const stated = ours?.parameters.get("expires") ?? message.header("expires") ?? "";
  return /^\s*[0-9]{1,9}\s*$/.test(stated) ? Number(stated) : asked;
}
