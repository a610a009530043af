/**
 * What the machine's network links are: wired, Wi-Fi, VPN, and how large their packets may be.
 *
 *     interfaces ─► /sys/class/net where it may be read, else the name ─► NetworkLink
 *
 * Deno 2.9 wants --allow-all for /sys, which our permission sets do not give: there the name decides, by
 * systemd's and the usual drivers' rules, and the MTU is not known.
 */
import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { NetworkLink, NetworkLinkKind } from "../../control/contract/mod.ts";

/** What is asked of the system; `read` gives undefined where there is no such file, or none for us. */
export interface LinkFiles {
  interfaces(): ReturnType<typeof networkInterfaces>;
  read(path: string): string | undefined;
  exists(path: string): boolean;
}

const SYSTEM: LinkFiles = {
  interfaces: networkInterfaces,
  read(path) {
    try {
      return readFileSync(path, "utf8").trim();
    } catch {
      return undefined;
    }
  },
  exists(path) {
    try {
      return existsSync(path);
    } catch {
      return false;
    }
  },
};

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
export function linksOf(files: LinkFiles = SYSTEM): NetworkLink[] {
  return Object.entries(files.interfaces()).flatMap(([name, found = []]) => {
    if (found.length === 0) return [];
    const mtu = Number(files.read(`/sys/class/net/${name}/mtu`) ?? Number.NaN);
    return [{
      name,
      kind: bySystem(name, files) ?? byName(name),
      ...(Number.isInteger(mtu) && mtu > 0 ? { mtu } : {}),
      addresses: found.map(({ address }) => address),
    }];
  });
}

function bySystem(name: string, { read, exists }: LinkFiles): NetworkLinkKind | undefined {
  const folder = `/sys/class/net/${name}`;
  const type = read(`${folder}/type`);
  if (type === undefined) return undefined;
  if (type === LOOPBACK) return "loopback";
  const kind = /^DEVTYPE=(.*)$/m.exec(read(`${folder}/uevent`) ?? "")?.[1];
  if (kind === "wlan" || exists(`${folder}/wireless`)) return "wifi";
  if (kind === "wwan") return "mobile";
  const isTunnel = TUNNELS.includes(type) || exists(`${folder}/tun_flags`);
  if (kind === "wireguard" || kind === "ppp" || isTunnel) return "vpn";
  return exists(`${folder}/device`) ? "wired" : "virtual";
}

function byName(name: string): NetworkLinkKind {
  return NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? "unknown";
}
