/** Which peers count as a server by their address. */
import assert from "node:assert/strict";
import type { Target } from "../../../../src/sip/dns/locate.ts";
import { KnownAddresses } from "../../../../src/sip/transport/routing/known_addresses.ts";

function target(host: string, port: number): Target {
  return { transport: "udp", host, port, name: "pbx.example" };
}

Deno.test("a server has every address that its name led to, from whatever port it sends", () => {
  const addresses = new KnownAddresses();
  addresses.add([target("192.0.2.1", 5060), target("2001:db8::1", 5060)]);
  addresses.add([target("192.0.2.2", 5070)]);
  const table: [transport: "udp" | "tcp", host: string, port: number, included: boolean][] = [
    ["udp", "192.0.2.1", 5060, true],
    ["udp", "192.0.2.1", 5080, true],
    ["tcp", "192.0.2.2", 40_000, true],
    ["udp", "2001:db8::1", 5060, true],
    ["udp", "192.0.2.3", 5060, false],
    ["tcp", "2001:db8::2", 5060, false],
  ];
  for (const [transport, host, port, included] of table) {
    assert.equal(addresses.include({ transport, remote: { host, port } }), included, host);
  }
});

Deno.test("on a loopback address, which all of a machine share, a datagram needs the port too", () => {
  const addresses = new KnownAddresses();
  addresses.add([target("127.0.0.1", 5060), target("127.0.0.1", 5062), target("::1", 5060)]);
  const includes = (transport: "udp" | "tcp", host: string, port: number) =>
    addresses.include({ transport, remote: { host, port } });
  assert(includes("udp", "127.0.0.1", 5060));
  assert(includes("udp", "127.0.0.1", 5062));
  assert(!includes("udp", "127.0.0.1", 5061));
  assert(!includes("udp", "::1", 5061));
  assert(includes("tcp", "127.0.0.1", 40_000));
});

Deno.test("a name that keeps changing does not fill the memory; the latest addresses stay", () => {
  const addresses = new KnownAddresses();
  for (let last = 0; last < 200; last++) addresses.add([target(`192.0.2.${last}`, 5060)]);
  const includes = (last: number) =>
    addresses.include({ transport: "udp", remote: { host: `192.0.2.${last}`, port: 5060 } });
  assert(includes(199));
  assert(includes(150));
  assert(!includes(100));
});
