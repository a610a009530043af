/** Finding a server (RFC 3263). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import { type Destination, locate } from "../../../src/sip/dns/locate.ts";
import type { SrvRecord } from "../../../src/sip/dns/resolver.ts";
import { srvOrder } from "../../../src/sip/dns/srv_order.ts";
import { type DnsTable, TableResolver } from "../../fakes/table_resolver.ts";

const first = () => 0;

function srv(target: string, port = 5060, priority = 10, weight = 0): SrvRecord {
  return { target, port, priority, weight };
}

function naptr(order: number, service: string, replacement: string, flags = "s", preference = 0) {
  return { order, preference, flags, service, replacement };
}

async function found(destination: Destination, table: DnsTable): Promise<string[]> {
  const targets = await locate(destination, new TableResolver(table), first);
  return targets.map(({ transport, host, port }) => `${transport} ${host} ${port}`);
}

Deno.test("numeric hosts are taken as they are, and nothing is asked", async () => {
  const resolver = new TableResolver({});
  const cases: [Destination, string][] = [
    [{ host: "192.0.2.1" }, "udp 192.0.2.1 5060"],
    [{ host: "192.0.2.1", port: 5070, transport: "tcp" }, "tcp 192.0.2.1 5070"],
    [{ host: "[2001:db8::1]", transport: "tls" }, "tls 2001:db8::1 5061"],
    [{ host: "192.0.2.1", secure: true }, "tls 192.0.2.1 5061"],
    [{ host: "192.0.2.1", secure: true, transport: "tcp" }, "tls 192.0.2.1 5061"],
    [{ host: "192.0.2.1", secure: true, transport: "ws" }, "wss 192.0.2.1 443"],
    [{ host: "192.0.2.1", transport: "ws" }, "ws 192.0.2.1 80"],
  ];
  for (const [destination, wanted] of cases) {
    const [target] = await locate(destination, resolver, first);
    assert.equal(`${target.transport} ${target.host} ${target.port}`, wanted);
  }
  assert.deepEqual(resolver.asked, []);
});

Deno.test("an explicit port suppresses NAPTR and SRV", async () => {
  const resolver = new TableResolver({ a: { "h.example": ["192.0.2.1", "192.0.2.2"] } });
  const targets = await locate({ host: "h.example", port: 5999 }, resolver, first);
  assert.deepEqual(targets.map((each) => [each.transport, each.host, each.port, each.name]), [
    ["udp", "192.0.2.1", 5999, "h.example"],
    ["udp", "192.0.2.2", 5999, "h.example"],
  ]);
  assert.deepEqual(resolver.asked, ["a h.example", "aaaa h.example"]);
});

Deno.test("NAPTR chooses the transport, SRV host and port, in their orders", async () => {
  const table: DnsTable = {
    naptr: {
      "example.com": [
        naptr(20, "SIP+D2U", "_sip._udp.example.com"),
        naptr(10, "SIPS+D2T", "_sips._tcp.example.com."),
        naptr(10, "E2U+email", "mail.example.com", "u"),
        naptr(5, "SIP+D2S", "_sip._sctp.example.com"),
      ],
    },
    srv: {
      "_sips._tcp.example.com": [srv("b.example.com", 5061, 20), srv("a.example.com.", 5062, 10)],
      "_sip._udp.example.com": [srv("a.example.com", 5060)],
    },
    a: { "a.example.com": ["192.0.2.1"], "b.example.com": ["192.0.2.2"] },
    aaaa: { "a.example.com": ["2001:db8::1"] },
  };
  assert.deepEqual(await found({ host: "example.com" }, table), [
    "tls 192.0.2.1 5062",
    "tls 2001:db8::1 5062",
    "tls 192.0.2.2 5061",
    "udp 192.0.2.1 5060",
    "udp 2001:db8::1 5060",
  ]);
  assert.deepEqual(
    (await found({ host: "example.com", secure: true }, table)).filter((each) =>
      !each.startsWith("tls")
    ),
    [],
    "sips: takes TLS only",
  );
});

Deno.test("without NAPTR every transport's SRV counts, UDP first", async () => {
  const table: DnsTable = {
    srv: {
      "_sips._tcp.example.com": [srv("a.example.com", 5061)],
      "_sip._tcp.example.com": [srv("a.example.com", 5070)],
    },
    a: { "a.example.com": ["192.0.2.1"] },
  };
  assert.deepEqual(await found({ host: "example.com" }, table), [
    "tcp 192.0.2.1 5070",
    "tls 192.0.2.1 5061",
  ]);
});

Deno.test("a given transport asks its own SRV only, and falls back to the host", async () => {
  const resolver = new TableResolver({ a: { "example.com": ["192.0.2.9"] } });
  const targets = await locate({ host: "example.com", transport: "wss" }, resolver, first);
  assert.deepEqual(targets.map((each) => [each.transport, each.host, each.port]), [
    ["wss", "192.0.2.9", 443],
  ]);
  assert.deepEqual(resolver.asked, [
    "srv _sips._ws.example.com",
    "a example.com",
    "aaaa example.com",
  ]);
});

Deno.test("nothing but an address means UDP at 5060, sips TLS at 5061", async () => {
  const table = { a: { "example.com": ["192.0.2.9"] } };
  assert.deepEqual(await found({ host: "example.com" }, table), ["udp 192.0.2.9 5060"]);
  assert.deepEqual(await found({ host: "example.com", secure: true }, table), [
    "tls 192.0.2.9 5061",
  ]);
});

Deno.test("an SRV target of '.' and one without address are skipped", async () => {
  const table: DnsTable = {
    srv: { "_sip._udp.example.com": [srv("."), srv("gone.example.com"), srv("a.example.com")] },
    a: { "a.example.com": ["192.0.2.1"] },
  };
  assert.deepEqual(await found({ host: "example.com" }, table), ["udp 192.0.2.1 5060"]);
});

Deno.test("a DNS that fails on SRV does not hide the address", async () => {
  const table: DnsTable = {
    naptr: { "example.com": new Error("SERVFAIL") },
    srv: { "_sip._udp.example.com": new Error("SERVFAIL") },
    a: { "example.com": ["192.0.2.1"] },
  };
  assert.deepEqual(await found({ host: "example.com" }, table), ["udp 192.0.2.1 5060"]);
});

Deno.test("an unknown host and a dead DNS are told apart, both unreachable", async () => {
  await assert.rejects(found({ host: "nowhere.example" }, {}), (error) => {
    assert(error instanceof OffhookError);
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /nowhere\.example is not known/);
    return true;
  });
  const dead = { a: { "nowhere.example": new Error("the DNS does not answer") } };
  await assert.rejects(found({ host: "nowhere.example" }, dead), /could not be asked/);
});

Deno.test("SRV: priorities ascend, and every record comes once", () => {
  const record = fc.record({
    priority: fc.nat(3),
    weight: fc.nat(100),
    port: fc.nat(65535),
    target: fc.constantFrom("a", "b", "c"),
  });
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 8 }),
      fc.infiniteStream(fc.double({
        min: 0,
        max: 1,
        maxExcluded: true,
        noNaN: true,
      })),
      (records, randoms) => {
        const order = srvOrder(records, () => randoms.next().value);
        assert.deepEqual([...order].sort(byAll), [...records].sort(byAll));
        for (let index = 1; index < order.length; index++) {
          assert(order[index - 1].priority <= order[index].priority);
        }
      },
    ),
  );
  function byAll(a: SrvRecord, b: SrvRecord): number {
    return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
  }
});

Deno.test("SRV: the first draw follows the weights, and 0 is not never", () => {
  const records = [srv("heavy", 1, 1, 75), srv("light", 1, 1, 25), srv("zero", 1, 1, 0)];
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const firsts: Record<string, number> = { heavy: 0, light: 0, zero: 0 };
  for (let run = 0; run < 4000; run++) firsts[srvOrder(records, random)[0].target]++;
  assert(Math.abs(firsts.heavy / 4000 - 0.75) < 0.03, `${firsts.heavy}`);
  assert(Math.abs(firsts.light / 4000 - 0.25) < 0.03, `${firsts.light}`);
  assert(firsts.zero > 0 && firsts.zero < 120, `${firsts.zero}`);
});
