/**
 * Candidates: addresses by which a party may be reached (RFC 8445 §5.1). Ours have a base that
 * datagrams leave by; the peer's are words of a stranger, of which only the usable ones are taken.
 */
import { addressBytes, isInNetwork, isIpv4, isIpv6, isUnicast } from "../../../base/network/mod.ts";
import type { IceCandidate } from "../../../core/media/mod.ts";

export type CandidateType = "host" | "srflx" | "prflx" | "relay";

/** RFC 8445 §5.1.2.1. */
const TYPE_PREFERENCE: Record<CandidateType, number> = {
  host: 126,
  prflx: 110,
  srflx: 100,
  relay: 0,
};
/** 1: RTP, and RTCP where it shares the port; 2: RTCP of peers that want a port for it. */
export type Component = 1 | 2;

/** What datagrams leave and come by: a socket on one address of ours, or a relay. */
export interface IceBase {
  readonly component: Component;
  readonly address: string;
  readonly port: number;
  /** A relay's: how its server is reached, of which UDP is the best. */
  readonly relay?: { server: string; protocol: "udp" | "tcp" | "tls" };
  /** Never throws; what cannot be sent is lost. */
  send(data: Uint8Array, address: string, port: number): void;
  /** Most of what is sent from now on goes there. */
  prefer?(address: string, port: number): void;
}

export interface LocalCandidate extends IceCandidate {
  type: CandidateType;
  base: IceBase;
}

/** A candidate of the peer that can be tried. */
export interface RemoteCandidate {
  type: CandidateType;
  address: string;
  port: number;
  priority: number;
  foundation: string;
}

/** @param localPreference 0–65535, another for each base */
function priorityOf(
  type: CandidateType,
  localPreference: number,
  component: Component,
): number {
  return TYPE_PREFERENCE[type] * 2 ** 24 + localPreference * 2 ** 8 + (256 - component);
}

/** What a candidate that the peer finds by a check from here would have (RFC 8445 §7.1.1). */
export function peerReflexivePriority({ priority }: LocalCandidate): number {
  return TYPE_PREFERENCE.prflx * 2 ** 24 + priority % 2 ** 24;
}

/**
 * Our candidates in the making: foundations and preferences in the order in which bases come, the
 * best first.
 */
export class LocalCandidates {
  readonly #foundations = new Map<string, string>();
  readonly #bases: IceBase[] = [];
  readonly list: LocalCandidate[] = [];

  /** The base itself: a host or relayed candidate. */
  addBase(base: IceBase, related?: { address: string; port: number }): void {
    this.#bases.push(base);
    this.#add(base.relay === undefined ? "host" : "relay", base, base, related ?? base);
  }

  /**
   * Where a server saw a base (RFC 8445 §5.1.1.2); the same as the base itself adds nothing, nor does
   * what no host has.
   */
  addReflexive(base: IceBase, seen: { address: string; port: number }): void {
    if (seen.port === 0 || !isUnicast(seen.address)) return;
    this.#add("srflx", seen, base, base);
  }

  #add(
    type: CandidateType,
    { address, port }: { address: string; port: number },
    base: IceBase,
    related: { address: string; port: number },
  ): void {
    if (this.list.some((known) => known.address === address && known.port === port)) return;
    this.list.push({
      foundation: this.#foundation(type, base),
      component: base.component,
      transport: "udp",
      priority: priorityOf(type, this.#preference(base), base.component),
      address,
      port,
      type,
      ...(type === "host" ? {} : { relatedAddress: related.address, relatedPort: related.port }),
      base,
    });
  }

  /** A relay that is reached by TCP comes behind every one by UDP. */
  #preference(base: IceBase): number {
    const rank = base.relay === undefined ? 0 : ["udp", "tcp", "tls"].indexOf(base.relay.protocol);
    // Both components of an address have one preference.
    const order = this.#bases.filter(({ component }) => component === 1).findIndex(
      ({ address, relay }) => address === base.address && relay === base.relay,
    );
    return 65_535 - 4096 * rank - order;
  }

  /** RFC 8445 §5.1.1.3: type, base address, server and protocol. */
  #foundation(type: CandidateType, base: IceBase): string {
    const { server = "", protocol = "" } = base.relay ?? {};
    const key = [type, base.address, server, protocol].join(" ");
    const known = this.#foundations.get(key);
    if (known !== undefined) return known;
    const foundation = String(this.#foundations.size + 1);
    this.#foundations.set(key, foundation);
    return foundation;
  }
}

const TYPES: readonly string[] = Object.keys(TYPE_PREFERENCE);

/**
 * The candidates of the peer that can be tried at all: UDP, for the component, one host's address. Host names
 * are left out: names that end in `.local` say nothing here (mDNS), and any other would have a
 * stranger choose what we ask the DNS.
 */
export function usableCandidates(
  candidates: readonly IceCandidate[],
  wanted: Component,
): RemoteCandidate[] {
  const seen = new Set<string>();
  return candidates.flatMap(
    ({ type, port, priority, foundation, component, transport, ...rest }) => {
      const address = spelled(rest.address);
      const key = `${address} ${port}`;
      const usable = component === wanted && transport === "udp" && port > 0 &&
        address !== undefined && isUnicast(address) && TYPES.includes(type) && !seen.has(key);
      if (!usable) return [];
      seen.add(key);
      return [{ type: type as CandidateType, address, port, priority, foundation }];
    },
  );
}

/** The one spelling of an IP address; undefined for a name. */
function spelled(address: string): string | undefined {
  if (isIpv4(address)) return address;
  if (!isIpv6(address) || address.includes("%")) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** Of an address: who can be reached from it and from whom it can be. */
export function scopeOf(address: string): "loopback" | "link" | "network" {
  if (isInNetwork(address, "127.0.0.0/8") || isInNetwork(address, "::1")) return "loopback";
  if (isInNetwork(address, "169.254.0.0/16") || isInNetwork(address, "fe80::/10")) return "link";
  return "network";
}

/**
 * Whether a datagram from the base may reach the peer. A peer that names a loopback address would have
 * us talk to our own services: only who has nothing but loopback himself tries it.
 */
export function canReach(base: IceBase, { address }: { address: string }): boolean {
  return addressBytes(base.address)?.length === addressBytes(address)?.length &&
    scopeOf(base.address) === scopeOf(address);
}
