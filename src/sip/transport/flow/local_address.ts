/**
 * The address that this host would use toward another: what a wildcard UDP socket cannot tell and a
 * Via, a Contact and an SDP have to say. Deno's UDP sockets cannot be connected to ask the kernel, so
 * the routing table is read where it is a file (Linux) and may be read: Deno 2.9 wants --allow-all for
 * what lies in /proc, which our permission sets do not give. Without it subnets decide.
 */
import { isIPv6 } from "./flow.ts";
import type { HostNetwork } from "./types.ts";

interface Interface {
  name: string;
  address: string;
  bits: bigint;
  prefix: number;
  internal: boolean;
}

/** A route of the host: destinations whose first `prefix` bits are those of `bits` leave by `name`. */
interface Route {
  name: string;
  bits: bigint;
  prefix: number;
  metric: number;
}

export const hostNetwork: HostNetwork = {
  interfaces() {
    const addresses = Deno.networkInterfaces().map((each) => ({
      ...each,
      internal: /^(?:127\.|::1$|fe80::1$)/.test(each.address),
    }));
    return Object.groupBy(addresses, ({ name }) => name);
  },
  routes(family) {
    try {
      return Deno.readTextFileSync(family === 4 ? "/proc/net/route" : "/proc/net/ipv6_route");
    } catch {
      return "";
    }
  },
};

/** Numeric local address toward the numeric `remote`; loopback when nothing better is known. */
export function localAddressToward(remote: string, network: HostNetwork = hostNetwork): string {
  const family = isIPv6(remote) ? 6 : 4;
  const loopback = family === 6 ? "::1" : "127.0.0.1";
  if (addressBits(remote) === undefined) return loopback;
  const way = wayToward(remote, network);
  return way ?? anyUsable(readInterfaces(network, family))?.address ?? loopback;
}

/**
 * The same; undefined when the host has no way there.
 * @param current the address in use: it stays where the interface to take still has it, as others of
 *   that interface come and go (RFC 8981)
 */
export function wayToward(
  remote: string,
  network: HostNetwork = hostNetwork,
  current?: string,
): string | undefined {
  const bits = addressBits(remote);
  if (bits === undefined) return undefined;
  const family = isIPv6(remote) ? 6 : 4;
  const width = family === 6 ? 128 : 32;
  const matches = (entry: { bits: bigint; prefix: number }) =>
    entry.prefix === 0 || ((entry.bits ^ bits) >> BigInt(width - entry.prefix)) === 0n;
  const routes = readRoutes(network, family);
  const interfaces = readInterfaces(network, family).filter((each) => isUp(each, routes));
  if (interfaces.some((each) => each.address === remote)) return remote;
  const onLink = interfaces.filter(matches).sort((a, b) => b.prefix - a.prefix);
  const found = onLink[0] ?? routed(interfaces, routes?.filter(matches));
  const stays = interfaces.some((each) =>
    each.name === found?.name && each.address === current && (onLink.length === 0 || matches(each))
  );
  return stays ? current : found?.address;
}

/** One that is down keeps its addresses, but has no routes. */
function isUp({ name, internal }: Interface, routes: readonly Route[] | undefined): boolean {
  return internal || routes === undefined || routes.some((route) => route.name === name);
}

function routed(
  interfaces: readonly Interface[],
  routes: Route[] | undefined,
): Interface | undefined {
  if (routes === undefined) return anyUsable(interfaces);
  const best = routes.sort((a, b) => b.prefix - a.prefix || a.metric - b.metric)[0];
  return interfaces.find((each) => each.name === best?.name && isGlobal(each.address));
}

function anyUsable(interfaces: readonly Interface[]): Interface | undefined {
  return interfaces.find((each) => !each.internal && isGlobal(each.address));
}

/** Whether the host has a numeric address. */
export function hasAddress(address: string, network: HostNetwork = hostNetwork): boolean {
  return Object.values(network.interfaces()).some((all) =>
    all?.some((each) => each.address === address)
  );
}

/** What decides over ways, as it is now: equal while nothing of it changes. */
export function networkSignature(network: HostNetwork = hostNetwork): string {
  const interfaces = Object.entries(network.interfaces()).map(([name, addresses]) =>
    `${name} ${addresses?.map(({ address, cidr }) => `${address} ${cidr}`).sort().join(",")}`
  );
  return [...interfaces.sort(), ...([4, 6] as const).map((family) => wayPart(network, family))]
    .join("\n");
}

/** The routes, without the counters that use changes. */
function wayPart(network: HostNetwork, family: 4 | 6): string {
  return (readRoutes(network, family) ?? [])
    .map(({ name, bits, prefix, metric }) => `${name} ${bits} ${prefix} ${metric}`)
    .sort().join(",");
}

function readInterfaces(network: HostNetwork, family: 4 | 6): Interface[] {
  const found: Interface[] = [];
  for (const [name, addresses] of Object.entries(network.interfaces())) {
    for (const each of addresses ?? []) {
      if (each.family !== `IPv${family}`) continue;
      const bits = addressBits(each.address);
      const prefix = Number(each.cidr?.split("/")[1] ?? (family === 6 ? 64 : 24));
      if (bits === undefined) continue;
      found.push({ name, address: each.address, bits, prefix, internal: each.internal });
    }
  }
  return found;
}

/** Link-local IPv6 needs a zone, which SIP cannot say. */
function isGlobal(address: string): boolean {
  return !/^fe[89ab]/i.test(address);
}

/** Undefined where the host does not tell them. */
function readRoutes(network: HostNetwork, family: 4 | 6): Route[] | undefined {
  const text = network.routes(family);
  if (text === "") return undefined;
  const lines = text.split("\n");
  const routes = family === 4 ? lines.slice(1).map(route4) : lines.map(route6);
  return routes.filter((route) => route !== undefined);
}

/** Iface Destination Gateway Flags RefCnt Use Metric Mask …, addresses little-endian hex. */
function route4(line: string): Route | undefined {
  const fields = line.trim().split(/\s+/);
  if (fields.length < 8 || (parseInt(fields[3], 16) & 1) === 0) return undefined;
  const mask = fromLittleEndian(fields[7]);
  const prefix = mask.toString(2).replaceAll("0", "").length;
  const bits = BigInt(fromLittleEndian(fields[1]));
  return { name: fields[0], bits, prefix, metric: Number(fields[6]) };
}

/** dest plen src plen next-hop metric refcnt use flags iface, all hex. */
function route6(line: string): Route | undefined {
  const fields = line.trim().split(/\s+/);
  if (fields.length < 10) return undefined;
  const flags = parseInt(fields[8], 16);
  // RTF_UP, and not RTF_REJECT.
  if ((flags & 1) === 0 || (flags & 0x200) !== 0 || fields[9] === "lo") return undefined;
  return {
    name: fields[9],
    bits: BigInt(`0x${fields[0]}`),
    prefix: parseInt(fields[1], 16),
    metric: parseInt(fields[5], 16),
  };
}

function fromLittleEndian(hex: string): number {
  const value = parseInt(hex, 16);
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) |
    (value >>> 24)) >>> 0;
}

/** An address as a number of 32 or 128 bits; undefined when it is none. */
export function addressBits(address: string): bigint | undefined {
  return isIPv6(address) ? bits6(address.split("%")[0]) : bits4(address);
}

function bits4(address: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return undefined;
  const bytes = address.split(".").map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

function bits6(address: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted !== null) {
    const low = bits4(dotted[2]);
    if (low === undefined) return undefined;
    return bits6(`${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const left = groups(halves[0]);
  const right = groups(halves[1] ?? "");
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array(missing).fill("0"), ...right];
  if (all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function groups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
