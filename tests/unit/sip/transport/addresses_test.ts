/** Next hops, local addresses, Via and Contact stamps: what decides where messages go. */
import assert from "node:assert/strict";
import { replaceVia, scanText } from "../../../../src/sip/message/scan.ts";
import { header, type SipMessage } from "../../../../src/sip/message/sip_message.ts";
import { plainHost } from "../../../../src/sip/transport/flow/flow.ts";
import {
  addressBits,
  localAddressToward,
  networkSignature,
  wayToward,
} from "../../../../src/sip/transport/flow/local_address.ts";
import type { HostNetwork } from "../../../../src/sip/transport/flow/types.ts";
import {
  configuredHop,
  nextHopOf,
  parseHopUri,
} from "../../../../src/sip/transport/routing/next_hop.ts";
import { stampContact } from "../../../../src/sip/transport/stamps.ts";
import { parseVia, stampVia } from "../../../../src/sip/message/via.ts";

function request(uri: string, ...headers: string[]): SipMessage {
  const lines = ["Via: SIP/2.0/UDP x.invalid;branch=z9hG4bK1", "To: <sip:b@h>", "From: <sip:a@h>"];
  const scan = scanText(
    [`BYE ${uri} SIP/2.0`, ...lines, "Call-ID: c", "CSeq: 1 BYE", ...headers, "", ""].join("\r\n"),
  );
  assert(scan.ok);
  return scan.message;
}

Deno.test("a SIP URI says host, port, transport, and whether it must be secure", () => {
  const cases: [string, string, number | undefined, string | undefined, boolean][] = [
    ["sip:example.com", "example.com", undefined, undefined, false],
    ["sip:bob@example.com:5080;transport=TCP", "example.com", 5080, "tcp", false],
    ["sips:bob:pw@[2001:db8::1]:5061;lr", "2001:db8::1", 5061, undefined, true],
    ["sip:a;b=c@h.example;transport=sctp", "h.example", undefined, undefined, false],
    ["sip:h;maddr=192.0.2.9;transport=ws?x=y", "192.0.2.9", undefined, "ws", false],
  ];
  for (const [uri, host, port, transport, secure] of cases) {
    const hop = parseHopUri(uri);
    assert.deepEqual([hop?.host, hop?.port, hop?.transport, hop?.secure], [
      host,
      port,
      transport,
      secure,
    ]);
  }
  for (const none of ["tel:+41", "bob", "sip:", "sip:h:99999", "sip:h p", "mailto:a@b"]) {
    assert.equal(parseHopUri(none), undefined, none);
  }
});

Deno.test("the topmost Route decides before the request URI", () => {
  const uri = "sip:bob@192.0.2.1";
  assert.equal(nextHopOf(request(uri))?.host, "192.0.2.1");
  const route = 'Route: "A, B" <sip:p1.example;lr>, <sip:p2.example;lr>';
  assert.equal(nextHopOf(request(uri, route, "Route: <sip:p3.example;lr>"))?.host, "p1.example");
  assert.equal(nextHopOf(request("tel:+4161")), undefined);
  const strict = request("sip:strict.example", "Route: <sip:bob@192.0.2.1>");
  assert.equal(nextHopOf(strict)?.host, "strict.example", "a strict router is in the request URI");
  const both = request("sip:strict.example", "Route: <sip:loose.example;lr>, <sip:bob@192.0.2.1>");
  assert.equal(nextHopOf(both)?.host, "loose.example");
  replaceVia(both, "SIP/2.0/UDP strict-router.x.invalid;branch=z9hG4bK1");
  assert.equal(nextHopOf(both)?.host, "strict.example", "the library knows that it is strict");
});

Deno.test("a server is written in many ways", () => {
  const cases: [string, string, number | undefined, string | undefined][] = [
    ["pbx.example", "pbx.example", undefined, undefined],
    ["pbx.example:5070", "pbx.example", 5070, undefined],
    ["192.0.2.1", "192.0.2.1", undefined, undefined],
    ["[::1]:5060", "::1", 5060, undefined],
    ["::1", "::1", undefined, undefined],
    ["2001:db8::1", "2001:db8::1", undefined, undefined],
    ["sip:pbx.example;transport=tls", "pbx.example", undefined, "tls"],
    ["<sip:proxy.example:5080;lr>", "proxy.example", 5080, undefined],
    ["sips:pbx.example", "pbx.example", undefined, undefined],
    ["wss://pbx.example:8089/ws", "pbx.example", 8089, "wss"],
  ];
  for (const [server, host, port, transport] of cases) {
    const hop = configuredHop({ server });
    assert.deepEqual([hop.host, hop.port, hop.transport], [host, port, transport], server);
  }
  assert.equal(configuredHop({ server: "wss://pbx.example/ws" }).path, "/ws");
  assert.equal(configuredHop({ server: "sips:pbx.example" }).secure, true);
  assert.equal(configuredHop({ server: "pbx.example", transport: "tcp" }).transport, "tcp");
  for (const bad of ["", "not a host", "http://x", "pbx:port", "a@b@c"]) {
    assert.throws(() => configuredHop({ server: bad }), /is not a SIP server/, bad);
  }
});

const NETWORK: HostNetwork = {
  interfaces: () => ({
    lo: [entry("127.0.0.1", "8", true), entry("::1", "128", true)],
    eth0: [entry("192.0.2.7", "24"), entry("fe80::1", "64"), entry("2001:db8::7", "64")],
    vpn0: [entry("10.8.0.2", "32")],
  }),
  routes: (family) =>
    family === 4
      ? "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n" +
        "eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n" +
        "vpn0\t0000080A\t00000000\t0001\t0\t0\t50\t0000FFFF\t0\t0\t0\n"
      : "00000000000000000000000000000000 00 00000000000000000000000000000000 00 " +
        "fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n",
};

function entry(address: string, prefix: string, internal = false) {
  const family = address.includes(":") ? "IPv6" as const : "IPv4" as const;
  const base = { address, netmask: "", mac: "", internal, cidr: `${address}/${prefix}` };
  return family === "IPv6" ? { ...base, family, scopeid: 0 } : { ...base, family };
}

Deno.test("the local address toward a peer follows subnets, then routes", () => {
  const cases: [string, string][] = [
    ["127.0.0.5", "127.0.0.1"],
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.99", "192.0.2.7"],
    ["10.8.44.1", "10.8.0.2"],
    ["198.51.100.1", "192.0.2.7"],
    ["::1", "::1"],
    ["2001:db8::99", "2001:db8::7"],
    ["2620::1", "2001:db8::7"],
  ];
  for (const [remote, local] of cases) {
    assert.equal(localAddressToward(remote, NETWORK), local, remote);
  }
  const unrouted = { ...NETWORK, routes: () => "" };
  assert.equal(localAddressToward("198.51.100.1", unrouted), "192.0.2.7");
  const lonely = { interfaces: () => ({}), routes: () => "" };
  assert.equal(localAddressToward("198.51.100.1", lonely), "127.0.0.1");
});

Deno.test("there is no way over an interface that is down, which keeps its addresses", () => {
  const down = {
    ...NETWORK,
    routes: (family: 4 | 6) => NETWORK.routes(family).replace(/^eth0.*\n/m, ""),
  };
  assert.equal(wayToward("198.51.100.1", down), undefined);
  assert.equal(wayToward("192.0.2.99", down), undefined);
  assert.equal(wayToward("10.8.44.1", down), "10.8.0.2");
  assert.equal(localAddressToward("198.51.100.1", down), "192.0.2.7", "a guess for the Contact");
  assert.notEqual(networkSignature(down), networkSignature(NETWORK));
});

Deno.test("the address in use stays while its interface is the one to take and has it", () => {
  const renewed = {
    ...NETWORK,
    interfaces: () => ({ eth0: [entry("2001:db8::99", "64"), entry("2001:db8::7", "64")] }),
  };
  assert.equal(wayToward("2620::1", renewed, "2001:db8::7"), "2001:db8::7");
  assert.equal(wayToward("2620::1", renewed, "2001:db8::5"), "2001:db8::99");
  assert.equal(wayToward("10.8.44.1", NETWORK, "192.0.2.7"), "10.8.0.2");
  assert.equal(networkSignature(NETWORK), networkSignature({ ...NETWORK }));
});

Deno.test("addresses are numbers, or none", () => {
  assert.equal(addressBits("192.0.2.1"), 0xc0000201n);
  assert.equal(addressBits("::ffff:192.0.2.1"), 0xffffc0000201n);
  assert.equal(addressBits("2001:db8::1"), 0x20010db8000000000000000000000001n);
  for (const bad of ["", "256.1.1.1", "1.2.3", "::1::", "1:2:3:4:5:6:7", "g::1", "::1.2.3.999"]) {
    assert.equal(addressBits(bad), undefined, bad);
  }
  assert.equal(plainHost("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(plainHost("[2001:db8::1]"), "2001:db8::1");
});

Deno.test("received and rport are filled in as the RFCs say", () => {
  const source = { host: "198.51.100.1", port: 4444 };
  const cases: [string, string][] = [
    ["SIP/2.0/UDP 198.51.100.1;branch=b", "SIP/2.0/UDP 198.51.100.1;branch=b"],
    ["SIP/2.0/UDP h.example;branch=b", "SIP/2.0/UDP h.example;branch=b;received=198.51.100.1"],
    [
      "SIP/2.0/UDP 198.51.100.1;rport;branch=b",
      "SIP/2.0/UDP 198.51.100.1;branch=b;received=198.51.100.1;rport=4444",
    ],
    [
      "SIP / 2.0 / UDP 10.0.0.1 : 5060 ; received=6.6.6.6 ; rport=1; branch = b",
      "SIP / 2.0 / UDP 10.0.0.1 : 5060 ; branch = b;received=198.51.100.1;rport=4444",
    ],
  ];
  for (const [value, wanted] of cases) {
    const via = parseVia(value, 0, value.length);
    assert(via !== undefined);
    assert.equal(stampVia(value, via, source), wanted);
  }
  const v6 = "SIP/2.0/UDP [2001:DB8::1];branch=b";
  const via = parseVia(v6, 0, v6.length)!;
  assert.equal(stampVia(v6, via, { host: "2001:db8::1", port: 1 }), v6);
});

Deno.test("a placeholder Contact becomes the flow's address, any other stays", () => {
  const stamped = (contact: string, transport?: string, port: number | undefined = 5062) => {
    const message = request("sip:b@h", `Contact: ${contact}`, "Subject: x.invalid");
    stampContact(message, { host: "[::1]", port, transport });
    const again = scanText(message.text);
    assert(again.ok && header(again.message, "subject") === "x.invalid");
    return header(again.message, "contact");
  };
  const placeholder = '<sip:a1@q3.invalid;transport=ws>;expires=600;+sip.instance="<urn:x>"';
  assert.equal(stamped(placeholder), '<sip:a1@[::1]:5062>;expires=600;+sip.instance="<urn:x>"');
  assert.match(stamped(placeholder, "tcp")!, /^<sip:a1@\[::1\]:5062;transport=tcp>/);
  assert.equal(stamped("<sip:a1@q3.invalid;ob>", "tls"), "<sip:a1@[::1]:5062;ob;transport=tls>");
  assert.equal(stamped("sip:a1@q3.invalid"), "sip:a1@[::1]:5062");
  assert.equal(stamped("*"), "*");
  assert.equal(stamped("<sip:a1@pbx.example;transport=ws>"), "<sip:a1@pbx.example;transport=ws>");
  const message = request("sip:b@h", `Contact: ${placeholder}`);
  stampContact(message, { host: "offhook.invalid", port: undefined, transport: "ws" });
  assert.match(header(message, "contact") ?? message.text, /q3\.invalid/);
});
