/** The addresses of this machine. */
import { canonicalAddress } from "../mod.ts";
import { scopeOf } from "./candidate.ts";

/** Addresses of ours that are used: a machine with many containers has many. */
const MAX_ADDRESSES = 8;

/**
 * IP addresses of every interface, IPv6 before IPv4 (RFC 8421 §4) as the system lists them; none where
 * the process may not ask. Link-local ones, which need their interface to mean anything, are left out.
 */
export function ownAddresses(): string[] {
  const all = Deno.networkInterfaces().map(({ address }) => canonicalAddress(address));
  const usable = all.filter((address) => !/^fe[89ab]/i.test(address));
  const isIpv6 = (address: string) => address.includes(":");
  return [...new Set([...usable.filter(isIpv6), ...usable.filter((each) => !isIpv6(each))])];
}

/** Those that candidates are made of: loopback only where there is nothing else, and never link-local. */
export function candidateAddresses(all: readonly string[]): string[] {
  const network = all.filter((address) => scopeOf(address) === "network");
  const used = network.length > 0 ? network : all.filter((each) => scopeOf(each) === "loopback");
  return used.slice(0, MAX_ADDRESSES);
}
