/** Scanners: OPTIONS and requests for nobody, from strangers, are answered, but not all of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { PROBES } from "../../../src/sip/limits/bounds.ts";
import { ProbeRate } from "../../../src/sip/limits/probe_rate.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { description, Phone } from "./phone.ts";
import { RawPeer, sdp } from "./raw_peer.ts";

const { perSource, inAll } = PROBES;

interface House {
  clock: VirtualClock;
  phone: Phone;
  server: RawPeer;
  scanner: RawPeer;
  port: number;
}

/** A phone of an account at `server`, in virtual time, and a stranger. */
async function withHouse(run: (house: House) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const server = await RawPeer.open();
  const scanner = await RawPeer.open("127.0.0.9");
  const phone = await Phone.listening({ clock, account: { server: server.at } });
  phone.agent.start();
  await phone.next("ConnectionChanged");
  try {
    await run({ clock, phone, server, scanner, port: Number(phone.at.split(":")[1]) });
  } finally {
    const stopped = phone.stop();
    clock.advance(5_000);
    await stopped;
    await Promise.all([server.close(), scanner.close()]);
  }
}

/**
 * Sends a number of requests, then some that are always answered: what came until then is all.
 * @returns the status of each request that was answered
 */
async function answers(
  peer: RawPeer,
  port: number,
  count: number,
  ask: () => void,
): Promise<string[]> {
  const before = new Set(peer.received.map((message) => message.header("call-id")));
  for (let index = 0; index < count; index++) ask();
  // An answer may overtake one that is sent at the same time, not one that was sent a while before.
  for (let round = 0; round < 5; round++) {
    peer.request("BYE", port);
    await peer.next("481", "BYE");
  }
  const answered = new Map<string, string>();
  for (const message of peer.received) {
    const callId = message.header("call-id");
    if (message.header("cseq").endsWith("BYE") || before.has(callId)) continue;
    answered.set(callId, message.kind);
  }
  return [...answered.values()];
}

const KINDS: [name: string, ask: (peer: RawPeer, port: number) => void, status: string][] = [
  ["OPTIONS for us", (peer, port) => void peer.request("OPTIONS", port), "200"],
  [
    "OPTIONS for others",
    (peer, port) => void peer.request("OPTIONS", port, { uri: `sip:100@127.0.0.1:${port}` }),
    "200",
  ],
  [
    "OPTIONS in no dialog",
    (peer, port) => void peer.request("OPTIONS", port, { to: "<sip:alice@127.0.0.1>;tag=x" }),
    "481",
  ],
  [
    "INVITE for others",
    (peer, port) => void peer.request("INVITE", port, { uri: `sip:900442@127.0.0.1:${port}` }),
    "404",
  ],
  [
    "REGISTER for others",
    (peer, port) => void peer.request("REGISTER", port, { uri: `sip:127.0.0.1:${port}` }),
    "405",
  ],
];

for (const [name, ask, status] of KINDS) {
  Deno.test(`${name}: some are answered, the others are silence and one line of the log`, () =>
    withHouse(async ({ clock, phone, scanner, port }) => {
      const ofSource = () => ask(scanner, port);
      const first = await answers(scanner, port, 60, ofSource);
      assert.deepEqual(first, new Array(perSource.burst).fill(status));
      clock.advance(2_000);
      const more = await answers(scanner, port, 30, ofSource);
      assert.equal(more.length, 2 * perSource.perSecond);
      const lines = phone.logs.filter((line) => line.includes("127.0.0.9"));
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0]!, /too many requests that concern nobody here/);
      clock.advance(60_000);
      await answers(scanner, port, perSource.burst + 1, ofSource);
      assert.ok(phone.logs.some((line) => /59 more messages from 127\.0\.0\.9/.test(line)));
    }));
}

Deno.test("a scanner silences neither the account's server, nor others, nor calls for us", () =>
  withHouse(async ({ phone, server, scanner, port }) => {
    await answers(scanner, port, 200, () => scanner.request("OPTIONS", port));
    const pings = await answers(server, port, 40, () => server.request("OPTIONS", port));
    assert.equal(pings.length, 40);
    const other = await RawPeer.open("127.0.0.8");
    other.request("OPTIONS", port);
    await other.next("200", "OPTIONS");
    await other.close();
    scanner.request("INVITE", port);
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendReject", call, status: 486 });
    await scanner.next("486", "INVITE");
  }));

Deno.test("who calls is answered in the call, whatever else comes from its address", () =>
  withHouse(async ({ phone, scanner, port }) => {
    const body = sdp(7000);
    const invite = scanner.request("INVITE", port, { body });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendAccept", call, description: description(4000) });
    const ok = await scanner.next("200", "INVITE");
    scanner.inDialog("ACK", invite, ok, { cseq: 1 });
    await phone.next("CallConfirmed");
    await answers(scanner, port, 100, () => scanner.request("OPTIONS", port));
    const inCall = scanner.inDialog("OPTIONS", invite, ok);
    const reply = await scanner.next("200", "OPTIONS");
    for (let other = reply; other.header("call-id") !== inCall.header("call-id");) {
      other = await scanner.next("200", "OPTIONS");
    }
  }));

Deno.test("whatever comes when: never more than the rates allow", () => {
  const steps = fc.array(
    fc.record({
      source: fc.integer({ min: 0, max: 5_000 }),
      passed: fc.integer({ max: 40, min: 0 }),
    }),
    { minLength: 300, maxLength: 1_500 },
  );
  fc.assert(
    fc.property(steps, fc.boolean(), (all, isOneSource) => {
      const rate = new ProbeRate();
      let now = 0;
      let taken = 0;
      for (const { source, passed } of all) {
        now += passed;
        if (rate.take(isOneSource ? "a" : `${source}`, now)) taken++;
      }
      const { perSecond, burst } = isOneSource ? perSource : inAll;
      const allowed = Math.min(burst + (perSecond * now) / 1000, all.length);
      assert.ok(taken <= allowed, `${taken} of ${allowed}`);
      if (isOneSource) assert.ok(taken >= Math.min(all.length, burst));
    }),
    { numRuns: 30 },
  );
});

Deno.test("a clock that is set back silences nobody", () => {
  const rate = new ProbeRate();
  const now = 10_000_000;
  for (let count = 0; count < 100; count++) rate.take("a", now);
  assert.equal(rate.take("a", now), false);
  assert.equal(rate.take("a", now - 3_600_000), true);
});
