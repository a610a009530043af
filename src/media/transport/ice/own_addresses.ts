/** The addresses of this machine. */
import { canonicalAddress } from "../mod.ts";

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
