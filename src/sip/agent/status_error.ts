/**
 * The meaning of a SIP status as a typed error: one table for calls, one for registrations. Pure.
 */
import { callErrorCode } from "../../base/network/mod.ts";
import { type ErrorCode, OffhookError } from "../../base/mod.ts";
import type { Flow } from "../transport/flow/mod.ts";

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  "auth-refused": "Check the user name and the password of the account.",
  "no-common-codec": "Allow more codecs with --codec, or in the account.",
  "not-found": "Check the number or address.",
  unreachable: "The server answers, but does not serve this: try later, or ask who runs it.",
};

/** Asterisk says 403 for both. */
const HELD_CONTACTS =
  "Check the user name and the password of the account. The server may also hold as many contacts " +
  "of it as it allows (Asterisk: max_contacts): they expire, or set remove_existing = yes there.";

/** What a final status of a REGISTER means. 403 is a refusal of the account, not of a call. */
export function registrationErrorCode(status: number): ErrorCode {
  if (status === 401 || status === 403 || status === 407) return "auth-refused";
  if (status === 404 || status === 410) return "not-found";
  if (status === 408 || status >= 500 || status < 400) return "unreachable";
  return "declined";
}

/**
 * The error of a call that was refused.
 * @param target what was called, for the sentence
 */
export function callError(status: number, reason: string, target: string): OffhookError {
  return fromStatus(callErrorCode(status), status, `${target} refused the call: `, reason);
}

/** The error of a registration that was refused. */
export function registrationError(status: number, reason: string, aor: string): OffhookError {
  const prefix = `${aor} was not registered: `;
  const hint = status === 403 ? HELD_CONTACTS : undefined;
  return fromStatus(registrationErrorCode(status), status, prefix, reason, hint);
}

/** The error of a 200 to REGISTER that grants no time. */
export function nothingGrantedError(aor: string): OffhookError {
  return new OffhookError(
    "declined",
    `${aor} was not registered: the server said OK and granted 0 seconds`,
    {
      hint: "Ask for another registration_interval, or ask who runs the server.",
      data: { status: 200, expires: 0 },
    },
  );
}

/** The error of a request to which not one response came: SIP.js's own 408. */
export function silenceError(
  { transport, remote }: Pick<Flow, "transport" | "remote">,
): OffhookError {
  const { host, port } = remote;
  const at = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new OffhookError("unreachable", `nothing answers at ${at} over ${transport}`, {
    hint: "Check the address and the port; a firewall may drop the messages.",
    data: { transport, host, port },
  });
}

function fromStatus(
  code: ErrorCode,
  status: number,
  prefix: string,
  reason: string,
  hint = HINTS[code],
): OffhookError {
  return new OffhookError(code, `${prefix}${status} ${reason}`.trimEnd(), {
    ...(hint === undefined ? {} : { hint }),
    data: { status, reason },
  });
}
