/**
 * Which account a target goes by, and the URI that it means. Every face dials through here.
 *
 *     an account is named ──────────────────────► that account
 *     600, alice, tel:… ────────────────────────► the first account, by its dial plan
 *     a complete address ─ an account is there ─► that account
 *                        └ none is ─────────────► no account: straight to the address
 *
 * Pure.
 */
import { type HostPort, isIpv4, isIpv6, parseHostPort } from "../../base/network/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  type Account,
  type AccountId,
  DIRECT_ACCOUNT,
  type PartyIdentity,
  type TransportName,
} from "./account.ts";
import { resolveTarget, type TargetContext } from "./target.ts";

export interface Route {
  account: AccountId;
  /** SIP, SIPS or TEL URI. */
  uri: string;
}

/** What of an account decides whether it is the way to an address. */
type Server = Pick<Account, "id" | "server" | "transport" | "dialPlan">;

/**
 * @param accounts the default account first; the direct one counts for nothing here
 * @param named the account that was asked for; an unknown one is the core's to refuse
 * @throws OffhookError `invalid-target`; `config-missing` for a number without an account
 */
export function routeOf(
  target: string,
  accounts: Iterable<Server>,
  named: AccountId | undefined,
): Route {
  const all = [...accounts];
  if (named !== undefined) {
    const account = all.find(({ id }) => id === named);
    return { account: named, uri: account === undefined ? target : uriFor(target, account) };
  }
  const known = all.filter(({ id }) => id !== DIRECT_ACCOUNT);
  const { uri, host } = resolveTarget(target, contextOf(known[0]));
  if (host === undefined) return { account: known[0]?.id ?? DIRECT_ACCOUNT, uri };
  const own = known.find((account) => leadsTo(account, uri, parseHostPort(host)!));
  return { account: own?.id ?? DIRECT_ACCOUNT, uri };
}

/**
 * What a person wrote, as the account dials it.
 * @param account absent: only complete addresses can be dialled
 * @throws OffhookError `invalid-target`, `config-missing`
 */
export function uriFor(target: string, account: Server | undefined): string {
  return resolveTarget(target, contextOf(account)).uri;
}

/** Who we say that we are, as a whole address. @throws OffhookError `usage` when it is none */
export function identityFor(party: PartyIdentity, account: Server | undefined): PartyIdentity {
  const server = account?.server ?? "";
  try {
    const { uri } = resolveTarget(party.uri, server === "" ? {} : { server });
    return { ...party, uri };
  } catch (thrown) {
    throw new OffhookError("usage", `from: ${OffhookError.from(thrown).message}`, {
      hint: "Give a whole address, sip:user@host.",
      data: { from: party.uri },
    });
  }
}

function contextOf(account: Server | undefined): TargetContext {
  if (account === undefined) return {};
  const { server, dialPlan } = account;
  return {
    ...(server === "" ? {} : { server }),
    ...(dialPlan === undefined ? {} : { dialPlan }),
  };
}

/**
 * Whether the address is one of the account's server. What the address leaves open (transport, port) is
 * as the account has it; but an IP address without a port means the default port (RFC 3261 §19.1.2),
 * while the port of a domain is DNS's to say (RFC 3263 §4.2).
 */
function leadsTo({ server, transport }: Server, uri: string, { host, port }: HostPort): boolean {
  const own = parseHostPort(server);
  if (own === undefined || hostKey(own.host) !== hostKey(host)) return false;
  const isDomain = !isIpv4(host) && !isIpv6(host);
  // Of a domain without a port DNS says which transport it has, too.
  const its = transport ?? (isDomain && own.port === undefined ? undefined : "udp");
  if (!takesTransport(its, uri)) return false;
  if (port === undefined && isDomain) return true;
  const usual = isSecure(its) ? 5061 : 5060;
  return (port ?? usual) === (own.port ?? usual);
}

/** @param its of the account; undefined: not known before DNS was asked */
function takesTransport(its: TransportName | undefined, uri: string): boolean {
  if (/^sips:/i.test(uri)) return isSecure(its);
  const asked = /;transport=([^;?]+)/i.exec(uri)?.[1]?.toLowerCase();
  return asked === undefined || its === undefined || asked === its;
}

/** Whether the target asks for encryption that a transport of the account's own choice does not have. */
export function asksForMore(target: string, its: TransportName | undefined): boolean {
  return its !== undefined && /^sips:/i.test(target) && !isSecure(its);
}

function isSecure(transport: TransportName | undefined): boolean {
  return transport === "tls" || transport === "wss";
}

/** Equal for equal hosts: `Example.COM.` and `example.com`, `::1` and `0:0::1`. */
function hostKey(host: string): string {
  if (isIpv6(host) && !host.includes("%")) return new URL(`http://[${host}]/`).hostname;
  return host.toLowerCase().replace(/\.$/, "");
}
