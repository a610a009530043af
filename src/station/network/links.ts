/**
 * What the machine's network links are: wired, Wi-Fi, VPN, and how large their packets may be.
 *
 *     interfaces ─► what the system says of them, where somebody may read it, else the name ─► NetworkLink
 *
 * Deno 2.9 wants --allow-all for /sys, which our permission sets do not give: the station's spawner has
 * another program read it. Where nobody does, the name decides, by systemd's and the usual drivers'
 * rules, and the MTU is not known.
 */
import type { NetworkLink, NetworkLinkKind } from "../../control/contract/mod.ts";

type Interfaces = Partial<Record<string, readonly { address: string }[]>>;
/** By `NAME/FILE` below /sys/class/net: its lines. */
type LinkFiles = ReadonlyMap<string, string>;

/** Time for one reading to serve, ms: a link's kind and MTU hardly ever change. */
const FRESH_MS = 10_000;

/** The links of this machine, as they were when somebody asked last. */
export class Links {
  readonly #read: () => Promise<string>;
  readonly #now: () => number;
  #files: LinkFiles = new Map();
  #readAt = -Infinity;

  /**
   * @param read lines `NAME/FILE:TEXT` of files below /sys/class/net
   * @param now ms
   */
  constructor(read: () => Promise<string>, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** Reads anew what is old. Never rejects: what cannot be read is not known. */
  async refresh(): Promise<void> {
    if (this.#now() - this.#readAt < FRESH_MS) return;
    this.#readAt = this.#now();
    this.#files = linkFiles(await this.#read().catch(() => ""));
  }

  /** At once, of the last reading; who asks next has a new one. */
  now(): NetworkLink[] {
    void this.refresh();
    return linksOf(Object.groupBy(Deno.networkInterfaces(), ({ name }) => name), this.#files);
  }
}

/** ARPHRD of `linux/if_arp.h`: loopback; PPP, tunnels and what has no link layer (tun, WireGuard). */
const LOOPBACK = "772";
const TUNNELS = ["512", "768", "769", "776", "778", "65534"];

const NAMES: readonly (readonly [RegExp, NetworkLinkKind])[] = [
  [/^lo\d*$/, "loopback"],
  [/^(wl|ath|ra\d)/, "wifi"],
  [/^(ww|rmnet)/, "mobile"],
  [/^(tun|tap|wg|ppp|ipsec|vti|tailscale|zt|nordlynx|utun|vpn|proton|gre|sit)/, "vpn"],
  [/^(veth|docker|br-|br\d|bridge|virbr|vnet|ifb|dummy|lxc|vmnet|cni|flannel)/, "virtual"],
  [/^(en|eth|em\d|p\d+p\d)/, "wired"],
];

/** Links that have an address, in the system's order. */
export function linksOf(interfaces: Interfaces, files: LinkFiles): NetworkLink[] {
  return Object.entries(interfaces).flatMap(([name, found = []]) => {
    if (found.length === 0) return [];
    const mtu = Number(files.get(`${name}/mtu`) ?? Number.NaN);
    return [{
      name,
      kind: bySystem(name, files) ?? byName(name),
      ...(Number.isInteger(mtu) && mtu > 0 ? { mtu } : {}),
      addresses: found.map(({ address }) => address),
    }];
  });
}

function bySystem(name: string, files: LinkFiles): NetworkLinkKind | undefined {
  const type = files.get(`${name}/type`);
  if (type === undefined) return undefined;
  if (type === LOOPBACK) return "loopback";
  const kind = /^DEVTYPE=(.*)$/m.exec(files.get(`${name}/uevent`) ?? "")?.[1];
  if (kind === "wlan" || files.has(`${name}/phy80211/name`)) return "wifi";
  if (kind === "wwan") return "mobile";
  const isTunnel = TUNNELS.includes(type) || files.has(`${name}/tun_flags`);
  if (kind === "wireguard" || kind === "ppp" || isTunnel) return "vpn";
  return files.has(`${name}/device/uevent`) ? "wired" : "virtual";
}

function byName(name: string): NetworkLinkKind {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? "unknown";
}

/** `eth0/mtu:1500`, a line each; a file with several lines has several. */
export function linkFiles(text: string): LinkFiles {
  const files = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf(":", line.indexOf("/"));
    if (at < 0) continue;
    const path = line.slice(0, at);
    const before = files.get(path);
    const value = line.slice(at + 1);
    files.set(path, before === undefined ? value : `${before}\n${value}`);
  }
  return files;
}
