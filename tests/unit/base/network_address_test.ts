/** Which addresses are in which network. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isInNetwork,
  isNetwork,
  isUnicast,
  isUnspecified,
} from "../../../src/base/network/network_address.ts";

Deno.test("addresses and networks are told from what is none", () => {
  for (const text of ["192.0.2.7", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0"]) {
    assert.ok(isNetwork(text), text);
  }
  for (
    const text of ["", "host", "192.0.2", "192.0.2.256", "10.0.0.0/33", "::1/129", "1.2.3.4/", "/8"]
  ) {
    assert.ok(!isNetwork(text), text);
  }
});

Deno.test("an address is in a network when the leading bits are the same", () => {
  const table: [string, string, boolean][] = [
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.8", "192.0.2.7", false],
    ["10.200.0.1", "10.0.0.0/8", true],
    ["11.0.0.1", "10.0.0.0/8", false],
    ["192.0.2.129", "192.0.2.128/25", true],
    ["192.0.2.127", "192.0.2.128/25", false],
    ["::ffff:10.0.0.1", "10.0.0.0/8", true],
    ["2001:db8:0:0::5", "2001:db8::/32", true],
    ["2001:db9::5", "2001:db8::/32", false],
    ["fe80::1%eth0", "fe80::/10", true],
    ["192.0.2.7", "::/0", false],
    ["nonsense", "0.0.0.0/0", false],
  ];
  for (const [address, network, included] of table) {
    assert.equal(isInNetwork(address, network), included, `${address} ${network}`);
  }
});

Deno.test("any IPv6 address is in its own network of any length, in any spelling", () => {
  const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(groups, fc.integer({ min: 0, max: 128 }), (numbers, prefix) => {
    const mapped = numbers.slice(0, 5).every((n) => n === 0) && numbers[5] === 0xffff;
    fc.pre(!mapped);
    const full = numbers.map((n) => n.toString(16).padStart(4, "0")).join(":");
    const short = new URL(`http://[${full}]/`).hostname.slice(1, -1);
    assert.ok(isInNetwork(short, `${full}/${prefix}`));
    const other = [...numbers.slice(0, 7), numbers[7]! ^ 1];
    const neighbour = other.map((n) => n.toString(16)).join(":");
    assert.equal(isInNetwork(neighbour, `${full}/${prefix}`), prefix < 128);
  }));
});

Deno.test("groups, whole networks and nowhere are not one host, in any spelling", () => {
  const many =
    "224.0.0.1 239.255.255.255 232.1.1.1 255.255.255.255 ff02::1 FF0E:0::1 ::ffff:224.0.0.1";
  const nowhere = "0.0.0.0 :: 0:0:0:0:0:0:0:0 ::0 ::ffff:0.0.0.0";
  for (const address of [...many.split(" "), ...nowhere.split(" "), "0.1.2.3"]) {
    assert.ok(!isUnicast(address), address);
  }
  for (const address of nowhere.split(" ")) assert.ok(isUnspecified(address), address);
  for (const address of many.split(" ")) assert.ok(!isUnspecified(address), address);
  const one = "223.255.255.255 240.0.0.1 192.0.2.255 127.0.0.1 ::1 fe80::1%eth0 media.example.com";
  for (const address of one.split(" ")) {
    assert.ok(isUnicast(address) && !isUnspecified(address), address);
  }
});
