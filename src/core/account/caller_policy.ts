/**
 * Who may call, and whose word counts. Pure.
 *
 *     the account's server ──────────► may call, trusted
 *     an address of `calls.from` ────► may call, trusted
 *     a stranger, with `anyone` ─────► may call; its From is its own claim: no auto-answer, no transfer
 *     a stranger else ───────────────► 403 without ringing, counted
 */
import type { Account } from "./account.ts";
import { isInNetwork } from "../../base/network/mod.ts";
import type { Names } from "../../base/names/mod.ts";

/** The account's server alone; everybody; or the server and these addresses and networks. */
export const CALLERS = ["server", "anyone"] as const satisfies Names<2>;
export type CallersPolicy = (typeof CALLERS)[number] | readonly string[];

/**
 * Who brought us a request outside any dialog: the account's server (over the account's flow, or from an
 * address that the server's name resolves to), or anybody else. Without an account: always a stranger.
 */
export type RequestOrigin = "server" | "stranger";

/** Where an INVITE came from. */
export interface CallSource {
  origin: RequestOrigin;
  /** Numeric address. */
  source: string;
}

/** @param account absent: there is none, and so no server */
export function mayCall(
  policy: CallersPolicy | undefined,
  from: CallSource,
  account: Account | undefined,
): boolean {
  const { register = false, server = "" } = account ?? {};
  const usual = policy ?? (register ? "server" : "anyone");
  // Where there is no server, who listens on an address means whoever calls there.
  const chosen = usual === "server" && server === "" ? "anyone" : usual;
  return chosen === "anyone" || isTrusted(chosen, from);
}

/** Whether the caller's identity is more than its own claim. */
export function isTrusted(
  policy: CallersPolicy | undefined,
  { origin, source }: CallSource,
): boolean {
  if (origin === "server") return true;
  return typeof policy === "object" && policy.some((network) => isInNetwork(source, network));
}
