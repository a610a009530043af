/** IP addresses and networks as people write them: `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. Pure. */
import { isIpv4, isIpv6 } from "./address.ts";

interface Network {
  /** 32 or 128 bits. */
  bits: number;
  address: bigint;
  prefix: number;
}

/** Whether `text` is an address or a network with its prefix length. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/** @param address numeric; an IPv4 address that is mapped into IPv6 counts as the IPv4 one */
export function isInNetwork(address: string, network: string): boolean {
  return isInOne(address, [parseNetwork(network)]);
}

const NO_HOST = parsedOnce(["0.0.0.0", "::"]);

/** Whether it is the address of no host: `0.0.0.0`, `::`, in any spelling. */
export function isUnspecified(address: string): boolean {
  return isInOne(address, NO_HOST());
}

/** Several hosts, all hosts of a network, and hosts of "this network" (RFC 1112, 919, 1122, 4291). */
const NOT_ONE_HOST = parsedOnce([
  ...["224.0.0.0/4", "255.255.255.255", "0.0.0.0/8"],
  ...["ff00::/8", "::"],
]);

/** Whether one host may have the address; true for a name, which is no address. */
export function isUnicast(address: string): boolean {
  return !isInOne(address, NOT_ONE_HOST());
}

function isInOne(address: string, networks: readonly (Network | undefined)[]): boolean {
  const given = parseAddress(address);
  return given !== undefined && networks.some((network) => {
    if (network === undefined || network.bits !== given.bits) return false;
    const rest = BigInt(network.bits - network.prefix);
    return given.address >> rest === network.address >> rest;
  });
}

/** The 4 or 16 bytes of a numeric address; undefined for what is none. */
export function addressBytes(address: string): Uint8Array | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const { bits, address: value } = parsed;
  return Uint8Array.from(
    { length: bits / 8 },
    (_, i) => Number((value >> BigInt(bits - 8 - 8 * i)) & 0xffn),
  );
}

/** The inverse, in the shortest spelling. @param bytes 4 or 16 */
export function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! << 8 | bytes[2 * i + 1]!);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return bytes.subarray(12).join(".");
  const written = groups.map((group) => group.toString(16)).join(":");
  return new URL(`http://[${written}]/`).hostname.slice(1, -1);
}

/** When they are first needed: every command loads this module, and some want no network of it. */
function parsedOnce(texts: readonly string[]): () => readonly (Network | undefined)[] {
  let parsed: readonly (Network | undefined)[] | undefined;
  return () => parsed ??= texts.map(parseNetwork);
}

function parseNetwork(text: string): Network | undefined {
  const [, host = "", prefix] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const length = prefix === undefined ? address.bits : Number(prefix);
  return length > address.bits ? undefined : { ...address, prefix: length };
}

function parseAddress(text: string): { bits: number; address: bigint } | undefined {
  const bare = text.replace(/%.*$/, "");
  if (isIpv4(bare)) return { bits: 32, address: joined(bare.split(".").map(Number), 8n) };
  if (!isIpv6(bare)) return undefined;
  const groups = groupsOf(bare);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return mapped
    ? { bits: 32, address: joined(groups.slice(6), 16n) }
    : { bits: 128, address: joined(groups, 16n) };
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // As the URL standard writes it: no IPv4 tail.
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = written.split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  if (tail === undefined) return numbers(head);
  const [first, last] = [numbers(head), numbers(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function joined(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n);
}
