/**
 * Locating a SIP server (RFC 3263 §4): from a host, as configured or in a URI, to an ordered list of
 * addresses to try. Pure but for the {@link Resolver}.
 *
 *     numeric host ────────────────────────────────────────────► that address
 *     port given ──────────────────────────────────► A, AAAA ──► transport given, else UDP (sips: TLS)
 *     transport given ─────────────► SRV ─► (none:) A, AAAA ───► its default port
 *     neither ──► NAPTR ─► (none:) SRV of each transport ─► (none:) A, AAAA, UDP (sips: TLS)
 *
 * Deviation: NAPTR and every SRV name are asked at once, not one after the other; it costs a few
 * queries and saves their time. Without NAPTR, UDP, TCP and then TLS are preferred, as §4.1 leaves to us.
 */
import { isNumericHost } from "../../base/network/mod.ts";
import type { TransportName } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { unbracketed } from "../message/mod.ts";
import type { Resolver, SrvRecord } from "./resolver.ts";
import { srvOrder } from "./srv_order.ts";

/** What is to be located. */
export interface Destination {
  /** Name or numeric address, brackets allowed. */
  host: string;
  port?: number;
  transport?: TransportName;
  /** A sips: URI: only TLS and WSS will do. */
  secure?: boolean;
}

/** One address to try. */
export interface Target {
  transport: TransportName;
  /** Numeric. */
  host: string;
  port: number;
  /** The name that was asked for: what a certificate has to be for (RFC 5922 §4). */
  name: string;
  /** Of a WebSocket's URL. */
  path?: string;
  /** Which of an account's configured servers it belongs to, from 0. */
  hop?: number;
}

const DEFAULT_PORTS: Record<TransportName, number> = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};

/** SRV prefix of each transport (RFC 3263 §4.1, RFC 7118 §6). */
const SRV_PREFIX: Record<TransportName, string> = {
  udp: "_sip._udp",
  tcp: "_sip._tcp",
  tls: "_sips._tcp",
  ws: "_sip._ws",
  wss: "_sips._ws",
};

/** NAPTR services (RFC 3263 §4.1, RFC 7118 §6). */
const NAPTR_SERVICES: Record<string, TransportName> = {
  "SIP+D2U": "udp",
  "SIP+D2T": "tcp",
  "SIPS+D2T": "tls",
  "SIP+D2W": "ws",
  "SIPS+D2W": "wss",
};

/** In the order of preference when nothing else decides. */
const SUPPORTED: TransportName[] = ["udp", "tcp", "tls"];

/**
 * Every address for a destination, best first; never empty.
 * @param random uniform in [0, 1), for SRV weights
 * @throws OffhookError `unreachable` when the name has no address or the DNS does not answer
 */
export async function locate(
  destination: Destination,
  resolver: Resolver,
  random: () => number,
): Promise<Target[]> {
  const host = unbracketed(destination.host);
  const secure = destination.secure === true;
  const transport = secured(destination.transport, secure);
  const search = new Search(host, resolver, random);
  if (isNumericHost(host) || destination.port !== undefined) {
    const by = transport ?? (secure ? "tls" : "udp");
    return await search.addresses(by, host, destination.port ?? DEFAULT_PORTS[by]);
  }
  if (transport !== undefined) return await search.byTransport(transport);
  return await search.byName(secure);
}

/** `sips:` asks for TLS on every hop: TCP becomes TLS, WS becomes WSS (RFC 3261 §26.2.2). */
function secured(transport: TransportName | undefined, secure: boolean): TransportName | undefined {
  if (!secure) return transport;
  if (transport === "udp" || transport === "tcp") return "tls";
  return transport === "ws" ? "wss" : transport;
}

class Search {
  constructor(
    readonly name: string,
    readonly resolver: Resolver,
    readonly random: () => number,
  ) {}

  /** A and AAAA of one host; IPv4 first, because most networks route it. */
  async addresses(transport: TransportName, host: string, port: number): Promise<Target[]> {
    const numeric = isNumericHost(host);
    const hosts = numeric ? [host] : await this.#hosts(host);
    if (hosts.length === 0) throw noAddress(this.name, host);
    return hosts.map((each) => ({ transport, host: each, port, name: this.name }));
  }

  async byTransport(transport: TransportName): Promise<Target[]> {
    const records = await this.#srv(`${SRV_PREFIX[transport]}.${this.name}`);
    const found = await this.#srvTargets(transport, records);
    if (found.length > 0) return found;
    return await this.addresses(transport, this.name, DEFAULT_PORTS[transport]);
  }

  async byName(secure: boolean): Promise<Target[]> {
    const candidates = secure ? (["tls"] as const) : SUPPORTED;
    const [naptr, ...srvs] = await Promise.all([
      this.#naptr(secure),
      ...candidates.map((each) => this.#srv(`${SRV_PREFIX[each]}.${this.name}`)),
    ]);
    const found: Target[] = [];
    for (const { transport, replacement } of naptr) {
      found.push(...await this.#srvTargets(transport, await this.#srv(replacement)));
    }
    if (found.length > 0) return found;
    for (const [index, transport] of candidates.entries()) {
      found.push(...await this.#srvTargets(transport, srvs[index]));
    }
    if (found.length > 0) return found;
    const transport = secure ? "tls" : "udp";
    return await this.addresses(transport, this.name, DEFAULT_PORTS[transport]);
  }

  async #naptr(secure: boolean): Promise<{ transport: TransportName; replacement: string }[]> {
    const records = await orNone(this.resolver.naptr(this.name));
    return records
      .filter((record) => record.flags.toLowerCase() === "s")
      .sort((a, b) => a.order - b.order || a.preference - b.preference)
      .map((record) => ({
        transport: NAPTR_SERVICES[record.service.toUpperCase()],
        replacement: record.replacement.replace(/\.$/, ""),
      }))
      .filter(({ transport }) => transport !== undefined)
      .filter(({ transport }) => !secure || transport === "tls" || transport === "wss");
  }

  async #srv(name: string): Promise<SrvRecord[]> {
    const records = await orNone(this.resolver.srv(name));
    // A single "." says that the service is decidedly not there (RFC 2782).
    return records.filter((record) => record.target !== "." && record.target !== "");
  }

  async #srvTargets(transport: TransportName, records: SrvRecord[]): Promise<Target[]> {
    const ordered = srvOrder(records, this.random);
    const lists = await Promise.all(ordered.map(async ({ target, port }) => {
      const hosts = await orNone(this.#hosts(target.replace(/\.$/, "")));
      return hosts.map((host) => ({ transport, host, port, name: this.name }));
    }));
    return lists.flat();
  }

  async #hosts(host: string): Promise<string[]> {
    if (isNumericHost(host)) return [host];
    const [v4, v6] = await Promise.allSettled([this.resolver.a(host), this.resolver.aaaa(host)]);
    // What is no address would be looked up, or shown to a socket: a resolver may say anything.
    const hosts = [v4, v6].flatMap((each) => each.status === "fulfilled" ? each.value : [])
      .filter((each) => isNumericHost(each));
    if (hosts.length === 0 && v4.status === "rejected") throw dnsFailed(host, v4.reason);
    return hosts;
  }
}

/** Without an answer about NAPTR or SRV the plain address may still do. */
async function orNone<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records;
  } catch {
    return [];
  }
}

function noAddress(name: string, host: string): OffhookError {
  const asked = host === name ? "" : ` (for ${name})`;
  return new OffhookError(
    "unreachable",
    `The host ${host}${asked} is not known: no address found`,
    {
      hint: "Check the spelling of the host, or give its address.",
      data: { name, host },
    },
  );
}

function dnsFailed(host: string, cause: unknown): OffhookError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new OffhookError("unreachable", `The address of ${host} could not be asked: ${text}`, {
    hint: "Check the network connection and the DNS server.",
    data: { host },
    cause,
  });
}
