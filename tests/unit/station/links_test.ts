/** What kind of link an interface is: by the system where it may be read, else by its name. */
import assert from "node:assert/strict";
import type { NetworkLink } from "../../../src/control/contract/mod.ts";
import { linkFiles, Links, linksOf } from "../../../src/station/network/links.ts";

type Files = Record<string, string>;

/** The links of a machine with one interface. @param files below /sys/class/net/NAME */
function linksOfMachine(name: string, files: Files = {}): NetworkLink[] {
  const one = { address: "192.0.2.7" } as Deno.NetworkInterfaceInfo;
  const lines = Object.entries(files).flatMap(([path, text]) =>
    text.split("\n").map((line) => `${name}/${path}:${line}`)
  );
  return linksOf({ [name]: [one], silent0: [] } as never, linkFiles(lines.join("\n")));
}

Deno.test("by the system: its type, its device, and its MTU", () => {
  const table: [string, Files, string][] = [
    ["lo", { type: "772" }, "loopback"],
    ["eth0", { type: "1", "device/uevent": "DRIVER=x" }, "wired"],
    [
      "enp3s0",
      { type: "1", "device/uevent": "DRIVER=x", uevent: "INTERFACE=enp3s0\nIFINDEX=2" },
      "wired",
    ],
    [
      "wlp2s0",
      { type: "1", "device/uevent": "DRIVER=x", uevent: "DEVTYPE=wlan\nINTERFACE=wlp2s0" },
      "wifi",
    ],
    ["home", { type: "1", "device/uevent": "DRIVER=x", "phy80211/name": "phy0" }, "wifi"],
    ["wwan0", { type: "65534", "device/uevent": "DRIVER=x", uevent: "DEVTYPE=wwan" }, "mobile"],
    ["wg0", { type: "65534", uevent: "DEVTYPE=wireguard" }, "vpn"],
    ["office", { type: "65534", tun_flags: "0x1001" }, "vpn"],
    ["tap0", { type: "1", tun_flags: "0x1002" }, "vpn"],
    ["ppp0", { type: "512", uevent: "DEVTYPE=ppp" }, "vpn"],
    ["docker0", { type: "1", uevent: "DEVTYPE=bridge" }, "virtual"],
    ["eth7", { type: "1" }, "virtual"],
  ];
  for (const [name, files, kind] of table) {
    const [link, ...others] = linksOfMachine(name, { ...files, mtu: "1420" });
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
    assert.deepEqual(linksOfMachine(name), [{ name, kind, addresses: ["192.0.2.7"] }], name);
  }
});

Deno.test("an MTU that is none is left out", () => {
  for (const mtu of ["", "x", "-1", "0"]) {
    assert.equal(linksOfMachine("eth0", { type: "1", mtu })[0]?.mtu, undefined);
  }
});

Deno.test("what nobody can read costs nothing, and is asked for again ten seconds later", async () => {
  let now = 0;
  let asked = 0;
  const read = () =>
    ++asked === 1 ? Promise.reject(new Error("gone")) : Promise.resolve("lo/mtu:65536");
  const links = new Links(read, () => now);
  const loopback = () => links.now().find(({ addresses }) => addresses.includes("127.0.0.1"))!;
  await links.refresh();
  assert.deepEqual([loopback().kind, loopback().mtu, asked], ["loopback", undefined, 1]);
  now = 10_000;
  await links.refresh();
  assert.deepEqual([loopback().mtu, asked], [65_536, 2]);
});
