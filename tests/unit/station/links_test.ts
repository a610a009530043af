/** What kind of link an interface is: by the system where it may be read, else by its name. */
import assert from "node:assert/strict";
import { type LinkFiles, linksOf } from "../../../src/station/network/links.ts";

type Files = Record<string, string>;

/** A machine with one interface. @param files below /sys/class/net/NAME; absent: not to be read */
function machine(name: string, files?: Files): LinkFiles {
  const folder = `/sys/class/net/${name}/`;
  const below = (path: string) => path.startsWith(folder) ? path.slice(folder.length) : "";
  const one = { address: "192.0.2.7" } as Deno.NetworkInterfaceInfo;
  return {
    interfaces: () => ({ [name]: [one], silent0: [] }) as never,
    read: (path) => files?.[below(path)],
    exists: (path) => files?.[below(path)] !== undefined,
  };
}

Deno.test("by the system: its type, its device, and its MTU", () => {
  const table: [string, Files, string][] = [
    ["lo", { type: "772" }, "loopback"],
    ["eth0", { type: "1", device: "" }, "wired"],
    ["enp3s0", { type: "1", device: "", uevent: "INTERFACE=enp3s0\nIFINDEX=2" }, "wired"],
    ["wlp2s0", { type: "1", device: "", uevent: "DEVTYPE=wlan\nINTERFACE=wlp2s0" }, "wifi"],
    ["home", { type: "1", device: "", wireless: "" }, "wifi"],
    ["wwan0", { type: "65534", device: "", uevent: "DEVTYPE=wwan" }, "mobile"],
    ["wg0", { type: "65534", uevent: "DEVTYPE=wireguard" }, "vpn"],
    ["office", { type: "65534", tun_flags: "0x1001" }, "vpn"],
    ["tap0", { type: "1", tun_flags: "0x1002" }, "vpn"],
    ["ppp0", { type: "512", uevent: "DEVTYPE=ppp" }, "vpn"],
    ["docker0", { type: "1", uevent: "DEVTYPE=bridge" }, "virtual"],
    ["eth7", { type: "1" }, "virtual"],
  ];
  for (const [name, files, kind] of table) {
    const [link, ...others] = linksOf(machine(name, { ...files, mtu: "1420" }));
    assert.deepEqual(link, { name, kind, mtu: 1420, addresses: ["192.0.2.7"] });
    assert.deepEqual(others, [], "an interface without an address carries nothing");
  }
});

Deno.test("by the name, where the system may not be read; then the MTU is not known", () => {
  const table: Record<string, string> = {
    lo: "loopback",
    lo0: "loopback",
    eth0: "wired",
    eno1: "wired",
    enx0123456789ab: "wired",
    wlan0: "wifi",
    wlp2s0: "wifi",
    wwp0s20u4: "mobile",
    tun0: "vpn",
    wg1: "vpn",
    ppp0: "vpn",
    tailscale0: "vpn",
    "br-12ab": "virtual",
    docker0: "virtual",
    veth12: "virtual",
    strange: "unknown",
  };
  for (const [name, kind] of Object.entries(table)) {
    assert.deepEqual(linksOf(machine(name)), [{ name, kind, addresses: ["192.0.2.7"] }], name);
  }
});

Deno.test("an MTU that is none is left out", () => {
  for (const mtu of ["", "x", "-1", "0"]) {
    assert.equal(linksOf(machine("eth0", { type: "1", mtu }))[0]?.mtu, undefined);
  }
});

Deno.test("of this machine: loopback is there, whatever may be read", () => {
  const loopback = linksOf().find(({ addresses }) => addresses.includes("127.0.0.1"));
  assert.equal(loopback?.kind, "loopback");
});
