/**
 * Failures of sockets and connections as {@link OffhookError}s: `unreachable` with host, port and
 * transport named. TLS failures are described in `tls_error.ts`.
 */
import type { TransportName } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { hostPort } from "../../message/mod.ts";
import type { Address } from "./types.ts";

/** What a connection was for: the configured name, where that led, and by which transport. */
export interface Attempt {
  transport: TransportName;
  /** As configured or dialled. */
  name: string;
  address: Address;
}

const REASONS: Record<string, [why: string, hint: string]> = {
  ECONNREFUSED: ["nothing listens there", "Check the port and the transport, and that it runs."],
  ENETUNREACH: ["no route leads there", "Check the network connection and the address."],
  EHOSTUNREACH: ["the host does not answer", "Check the address and that the host is up."],
  ETIMEDOUT: ["there was no answer", "A firewall may drop it; check the address and the port."],
  ECONNRESET: ["the peer reset the connection", "Check that the port speaks this transport."],
  EACCES: ["this host does not allow it", "Check local firewall rules."],
  EPERM: ["this host does not allow it", "Check local firewall rules."],
  EADDRNOTAVAIL: ["this host has no address for that", "Check that IPv4 or IPv6 is configured."],
};

export function errorCode(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** `pbx.example (192.0.2.1:5060) by TCP`. */
export function describeAttempt(attempt: Attempt): string {
  return `${describePlace(attempt)} by ${attempt.transport.toUpperCase()}`;
}

/** `pbx.example (192.0.2.1:5060)`. */
export function describePlace({ name, address }: Attempt): string {
  const where = hostPort(address);
  const same = name === "" || name === where || name === address.host;
  return same ? where : `${name} (${where})`;
}

/** A connection that did not come up. */
export function connectError(attempt: Attempt, cause: unknown): OffhookError {
  const code = errorCode(cause);
  const text = cause instanceof Error ? cause.message : String(cause);
  const [why, hint] = REASONS[code] ?? [text, "Check the address, the port and the transport."];
  const { transport, name, address } = attempt;
  return new OffhookError("unreachable", `Cannot reach ${describeAttempt(attempt)}: ${why}`, {
    hint,
    data: { transport, name, host: address.host, port: address.port, cause: code || text },
    cause,
  });
}

export function timeoutError(attempt: Attempt, ms: number): OffhookError {
  const error = new Error(`no connection within ${ms / 1000} s`);
  return connectError(attempt, Object.assign(error, { code: "ETIMEDOUT" }));
}

/** A message that could not be handed to the network, or a connection that broke. */
export function sendError(
  transport: TransportName,
  remote: Address,
  cause?: unknown,
  why = "the connection is closed",
): OffhookError {
  const code = errorCode(cause);
  const reason = REASONS[code]?.[0] ?? (cause instanceof Error ? cause.message : why);
  return new OffhookError(
    "unreachable",
    `The ${transport.toUpperCase()} connection to ${hostPort(remote)} failed: ${reason}`,
    { data: { transport, host: remote.host, port: remote.port, cause: code }, cause },
  );
}

/** An address that could not be listened on. */
export function listenError(transport: TransportName, at: Address, cause: unknown): OffhookError {
  const code = errorCode(cause);
  const why = code === "EADDRINUSE"
    ? "another program uses it"
    : code === "EACCES" || code === "EPERM"
    ? "this user may not"
    : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
    ? "this host has no such address"
    : cause instanceof Error
    ? cause.message
    : String(cause);
  const hint = code === "EADDRINUSE" ? "Choose another port, or 0 for a free one." : undefined;
  return new OffhookError(
    "unreachable",
    `Cannot listen on ${hostPort(at)} by ${transport.toUpperCase()}: ${why}`,
    { hint, data: { transport, host: at.host, port: at.port, cause: code }, cause },
  );
}
