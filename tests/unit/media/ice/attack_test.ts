/** What strangers and odd peers do to an ICE agent: nothing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { IceCandidate } from "../../../../src/core/media/media_description.ts";
import { checkRequest, checkResponse } from "../../../../src/media/transport/ice/checks.ts";
import { parseStun } from "../../../../src/base/stun/message.ts";
import { begin, iceScene, type Side } from "../../../fakes/media/ice_sides.ts";

const STRANGER = { address: "192.0.2.66", port: 6 };
const WRONG = { ufrag: "WRONGNAME", password: "wrong password, twenty-four" };

/** A check for the side, by who knows what of its credentials is given. */
function check(
  to: Side,
  given: { ufrag?: string; password?: string; nominate?: boolean; controlling?: boolean },
): Uint8Array {
  const { ufrag, password } = to.agent.credentials;
  return checkRequest({
    transactionId: "0123456789abcdef01234567",
    local: WRONG,
    remote: { ufrag: given.ufrag ?? ufrag, password: given.password ?? password },
    priority: 1,
    controlling: given.controlling ?? true,
    tieBreaker: 2n ** 64n - 1n,
    nominate: given.nominate ?? true,
  });
}

Deno.test("ICE answers no stranger, lists no pair for him and changes no role", () => {
  const s = iceScene();
  begin(s);
  s.clock.advance(2000);
  const { length } = s.b.agent.pairs;
  const { sent } = s.network;
  for (let i = 0; i < 200; i++) {
    const source = { ...STRANGER, port: 1000 + i };
    s.b.inject(check(s.b, { password: WRONG.password }), source);
    s.b.inject(check(s.b, { ufrag: WRONG.ufrag }), source);
    s.b.inject(check(s.b, { password: WRONG.password, controlling: false }), source);
    s.b.inject(check(s.b, {}).slice(0, -40), source);
    s.b.inject("data", source);
  }
  assert.equal(s.network.sent, sent, "nothing was sent");
  assert.equal(s.b.agent.pairs.length, length);
  assert.ok(!s.b.agent.controlling);
  assert.deepEqual(s.b.heard, []);
  assert.equal(s.b.agent.pair!.remote.address, "192.0.2.1");
});

Deno.test("a check of the peer that is recorded and sent again from elsewhere makes nobody a candidate", () => {
  const s = iceScene({ nats: ["symmetric", "symmetric"], relays: [true, false] });
  const recorded: Uint8Array[] = [];
  const receive = s.b.agent.receive.bind(s.b.agent);
  s.b.agent.receive = (base, data, source) => {
    if (parseStun(data)?.class === "request") recorded.push(data.slice());
    receive(base, data, source);
  };
  const sentTo = new Set<string>();
  begin(s);
  const { base } = s.b.agent.pairs[0]!.local;
  const send = base.send.bind(base);
  base.send = (data, address, port) => {
    sentTo.add(address);
    send(data, address, port);
  };
  const replay = () => {
    for (const bytes of recorded.slice()) receive(base, bytes, STRANGER);
  };
  for (let i = 0; i < 100; i++) {
    s.clock.advance(100);
    replay();
  }
  assert.ok(recorded.length > 1, `${recorded.length} checks`);
  assert.ok(!sentTo.has(STRANGER.address));
  assert.equal(s.b.agent.state, "connected");
});

Deno.test("ICE does not believe a response that the peer did not sign", () => {
  const s = iceScene();
  const requests: Uint8Array[] = [];
  s.network.cut = true;
  s.a.agent.start(s.b.description);
  s.a.agent.pairs[0].local.base.send = (data) => requests.push(data.slice());
  s.clock.advance(600);
  for (const bytes of requests) {
    const forged = checkResponse(parseStun(bytes)!, WRONG, { address: "192.0.2.1", port: 5000 });
    s.a.inject(forged, { address: "192.0.2.2", port: 5000 });
  }
  assert.ok(requests.length > 0);
  assert.equal(s.a.agent.pair, undefined);
});

Deno.test("ICE does not believe a signed response from another address", () => {
  const s = iceScene();
  const requests: Uint8Array[] = [];
  s.network.cut = true;
  s.a.agent.start(s.b.description);
  s.a.agent.pairs[0].local.base.send = (data) => requests.push(data.slice());
  s.clock.advance(600);
  for (const bytes of requests) {
    const seen = { address: "192.0.2.1", port: 5000 };
    s.a.inject(checkResponse(parseStun(bytes)!, s.b.agent.credentials, seen), STRANGER);
  }
  assert.equal(s.a.agent.pair, undefined);
});

Deno.test("ICE keeps early data of the peer whatever a stranger sends, and delivers it when proved", () => {
  const s = iceScene();
  s.b.agent.start(s.a.description);
  for (let i = 0; i < 1000; i++) s.b.inject(`stranger ${i}`, { ...STRANGER, port: 1 + i });
  for (let i = 0; i < 3; i++) s.b.inject(`peer ${i}`, { address: "192.0.2.1", port: 5000 });
  assert.deepEqual(s.b.heard, []);
  s.a.agent.start(s.b.description);
  s.clock.advance(1000);
  assert.deepEqual(s.b.heard, ["peer 0", "peer 1", "peer 2"]);
});

Deno.test("ICE tries 100 pairs of 200 candidates at most, one in 50 ms, and says what it left out", () => {
  const s = iceScene();
  const candidates = Array.from({ length: 200 }, (_, i): IceCandidate => ({
    foundation: String(i),
    component: 1,
    transport: "udp",
    priority: 1000 + i,
    address: `198.18.0.${1 + i % 200}`,
    port: 9,
    type: "host",
  }));
  s.a.agent.start({ ...s.b.description, candidates });
  assert.ok(s.a.agent.pairs.length <= 100);
  assert.ok(s.a.agent.leftOut > 0);
  const { sent } = s.network;
  s.clock.advance(1000);
  assert.ok(s.network.sent - sent <= 20 + 21 + 10, `${s.network.sent - sent} in a second`);
});

Deno.test("ICE sends a stranger whom a description names 300 checks at most, and then no more", () => {
  const s = iceScene();
  const candidates = Array.from({ length: 100 }, (_, i): IceCandidate => ({
    foundation: String(i),
    component: 1,
    transport: "udp",
    priority: 1000 + i,
    address: "198.18.0.1",
    port: 9 + i,
    type: "host",
  }));
  s.a.agent.start({ ...s.b.description, candidates });
  const { sent } = s.network;
  s.clock.advance(120_000);
  assert.ok(s.network.sent - sent <= 300, `${s.network.sent - sent} checks`);
});

for (
  const address of [
    "127.0.0.1",
    "::1",
    "169.254.1.1",
    "fe80::1",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "a1b2.local",
    "example.com",
    "10.0.0.256",
  ]
) {
  Deno.test(`ICE never tries the peer's candidate ${address}`, () => {
    const s = iceScene();
    const candidate = { ...s.b.description.candidates[0], address };
    s.a.agent.start({ ...s.b.description, candidates: [candidate] });
    s.clock.advance(1000);
    assert.equal(s.a.agent.pairs.length, 0);
    assert.equal(s.network.sent, 0);
  });
}

Deno.test("ICE takes nominations of a peer that nominates every pair, and keeps to the best", () => {
  const s = iceScene({ relays: [true, true] });
  s.b.agent.start(s.a.description);
  const at = { address: "192.0.2.1", port: 5000 };
  const relay = { address: "198.51.100.11", port: 50_000 };
  s.a.agent.start(s.b.description);
  s.clock.advance(120);
  s.b.inject(check(s.b, {}), relay);
  s.b.inject(check(s.b, {}), at);
  s.b.inject(check(s.b, {}), relay);
  s.clock.advance(3000);
  const { remote } = s.b.agent.pair!;
  assert.deepEqual({ address: remote.address, port: remote.port }, at);
});

Deno.test("ICE takes any datagram from anywhere without throwing", () => {
  const valid = check(iceScene().b, {});
  const mutated = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 }).map(
    (changes) => {
      const bytes = valid.slice();
      for (const [index, value] of changes) bytes[index] = value;
      return bytes;
    },
  );
  const s = iceScene();
  begin(s);
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), fc.nat(3), (bytes, port) => {
      s.b.inject(bytes, { address: "192.0.2.1", port: 5000 + port });
    }),
    { numRuns: 3000 },
  );
  s.clock.advance(5000);
  assert.equal(s.b.agent.state, "connected");
});
