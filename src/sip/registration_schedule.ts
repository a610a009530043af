/** When to register again (RFC 3261 §10.2.4, RFC 5626 §4.5), and what a registrar granted. Pure. */
import type { IncomingResponseMessage } from "sip.js/lib/core/index.js";
import { parseNameAddrList, parseUri } from "./uri.ts";

/** ms; the first wait after a failure, and the longest. */
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 300_000;
/** A refusal that a person has to lift: no point in asking often. */
const REFUSED_RETRY_MS = 300_000;

/** ms until the refresh: after 70 to 85 % of what was granted, so that a lost one can be repeated. */
export function refreshDelay(grantedSeconds: number, random: number): number {
  return Math.round(Math.max(1, grantedSeconds) * 1000 * (0.7 + 0.15 * random));
}

/**
 * ms until the next try after a failure.
 * @param failures failures in a row, this one included
 * @param retryAfterSeconds what the server asked for
 */
export function retryDelay(
  status: number,
  failures: number,
  random: number,
  retryAfterSeconds: number | undefined,
): number {
  if (retryAfterSeconds !== undefined) return retryAfterSeconds * 1000;
  const transient = status === 0 || status === 408 || status === 480 || status >= 500;
  if (!transient) return Math.round(REFUSED_RETRY_MS * (0.8 + 0.2 * random));
  const bound = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(bound * (0.5 + 0.5 * random));
}

/** Seconds of a Retry-After header (RFC 3261 §20.33), bounded by a day; undefined when there is none. */
export function retryAfter(message: IncomingResponseMessage): number | undefined {
  const match = /^\s*([0-9]{1,9})/.exec(message.getHeader("retry-after") ?? "");
  return match === null ? undefined : Math.min(Number(match[1]), 86_400);
}

/**
 * Seconds that a 200 grants to our Contact: its `expires` parameter, else the Expires header, else what
 * was asked for. A registrar may list other phones, rewrite our Contact, or list none at all.
 * @param contact our Contact's URI as it stood on the wire
 */
export function grantedExpires(
  message: IncomingResponseMessage,
  contact: string,
  asked: number,
): number {
  const bindings = message.getHeaders("contact").flatMap((value) =>
    value === "*" ? [] : parseNameAddrList(value) ?? []
  );
  const own = parseUri(contact);
  const ours =
    bindings.find(({ uri }) =>
      own !== undefined && uri.user === own.user && uri.port === own.port &&
      uri.host.toLowerCase() === own.host.toLowerCase()
    ) ?? (bindings.length === 1 ? bindings[0] : undefined);
  const stated = ours?.parameters.get("expires") ?? message.getHeader("expires") ?? "";
  return /^\s*[0-9]{1,9}\s*$/.test(stated) ? Number(stated) : asked;
}
