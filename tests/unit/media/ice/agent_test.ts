/** Two ICE agents over a simulated network: they agree on one pair that works, or both fail in time. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { NatKind } from "../../../fakes/media/ice_network.ts";
import { begin, FAIR, iceScene, say } from "../../../fakes/media/ice_sides.ts";

/** Both sides have the same pair, and what one says the other hears. */
function assertAgree({ a, b, clock }: ReturnType<typeof iceScene>, lossy = false): void {
  const [one, other] = [a.agent.pair!, b.agent.pair!];
  assert.ok(one.nominated && other.nominated, "both are nominated");
  const { address, port } = one.remote;
  assert.deepEqual(other.mapped, { address, port }, "what A sends to is where B is seen");
  const { address: hisAddress, port: hisPort } = other.remote;
  assert.deepEqual(one.mapped, { address: hisAddress, port: hisPort });
  for (let i = 0; i < (lossy ? 20 : 1); i++) {
    say(a, "from a");
    say(b, "from b");
    clock.advance(300);
  }
  assert.ok(a.heard.includes("from b"), "A hears B");
  assert.ok(b.heard.includes("from a"), "B hears A");
}

Deno.test("two ICE agents on one network take their host addresses within 300 ms", () => {
  const s = iceScene();
  begin(s);
  s.clock.advance(300);
  assert.equal(s.a.agent.state, "connected");
  assert.equal(s.b.agent.state, "connected");
  assert.equal(s.a.agent.pair!.local.type, "host");
  assertAgree(s);
});

Deno.test("ICE agents agree on one pair, or both fail within 20 s, on any network", () => {
  const nat = fc.constantFrom<NatKind>(
    "none",
    "full-cone",
    "restricted",
    "port-restricted",
    "symmetric",
  );
  const any = fc.record({
    nats: fc.tuple(nat, nat),
    sameNat: fc.boolean(),
    relays: fc.tuple(fc.boolean(), fc.boolean()),
    roles: fc.tuple(fc.boolean(), fc.boolean()),
    weather: fc.record({
      loss: fc.constantFrom(0, 0.1, 0.25),
      duplicates: fc.constantFrom(0, 0.2),
      maxDelayMs: fc.constantFrom(10, 60, 250),
    }),
    seed: fc.integer(),
    answerMs: fc.integer({ min: 0, max: 400 }),
  });
  const property = fc.property(any, ({ answerMs, ...given }) => {
    const s = iceScene({ ...given, sameNat: given.sameNat && given.nats[0] !== "none" });
    begin(s, answerMs);
    s.clock.advance(20_000);
    assert.notEqual(s.a.agent.state, "checking");
    assert.notEqual(s.b.agent.state, "checking");
    // The last packet may have been lost: the questions for consent tell whoever missed it.
    s.clock.advance(30_000);
    assert.equal(s.b.agent.state, s.a.agent.state, "both or none");
    const connected = s.a.agent.state === "connected";
    if (given.relays.includes(true)) assert.ok(connected, "a relay always works");
    if (connected) assertAgree(s, given.weather.loss > 0);
    s.a.agent.close();
    s.b.agent.close();
    s.clock.advance(1000);
    assert.equal(s.clock.pending, 0, "nothing runs on");
  });
  fc.assert(property, { numRuns: 200 });
});

Deno.test("a nomination that is lost is asked again, though another check of the pair is under way", () => {
  const s = iceScene({
    ...{ nats: ["port-restricted", "none"], sameNat: true, relays: [true, false] },
    ...{ roles: [false, false], weather: { loss: 0.25, duplicates: 0, maxDelayMs: 60 } },
    seed: 530_833_317,
  });
  begin(s, 56);
  s.clock.advance(20_000);
  assert.deepEqual([s.a.agent.state, s.b.agent.state], ["connected", "connected"]);
});

for (
  const [nats, relays, type] of [
    [["full-cone", "full-cone"], [false, false], "host"],
    [["port-restricted", "port-restricted"], [false, false], "host"],
    [["symmetric", "full-cone"], [false, false], "host"],
    [["symmetric", "symmetric"], [true, false], "relay"],
    [["symmetric", "port-restricted"], [true, true], "relay"],
  ] as const
) {
  Deno.test(`ICE gets through NATs ${nats.join(" and ")} by ${type}`, () => {
    const s = iceScene({ nats, relays });
    begin(s);
    s.clock.advance(3000);
    assertAgree(s);
    const relayed = [s.a, s.b].some(({ agent: { pair } }) =>
      pair!.local.type === "relay" || pair!.remote.type === "relay"
    );
    assert.equal(relayed, type === "relay");
  });
}

Deno.test("ICE behind two symmetric NATs without a relay fails after 20 s and says so", () => {
  const s = iceScene({ nats: ["symmetric", "symmetric"] });
  begin(s, 0);
  s.clock.advance(19_900);
  assert.equal(s.a.agent.state, "checking");
  s.clock.advance(100);
  assert.deepEqual([s.a.agent.state, s.a.agent.failure], ["failed", "no-pair"]);
  assert.ok(!say(s.a, "to nobody"));
});

for (const roles of [[true, true], [false, false]] as const) {
  Deno.test(`ICE settles a role conflict: both ${roles[0] ? "controlling" : "controlled"}`, () => {
    const s = iceScene({ roles });
    begin(s);
    s.clock.advance(2000);
    assertAgree(s);
    assert.notEqual(s.a.agent.controlling, s.b.agent.controlling);
  });
}

Deno.test("ICE with a lite peer controls, whoever offered", () => {
  const s = iceScene({ roles: [false, false] });
  s.a.agent.start({ ...s.b.description, lite: true });
  assert.ok(s.a.agent.controlling);
  s.clock.advance(1000);
  assert.equal(s.a.agent.state, "connected");
});

Deno.test("a peer that sends by another pair than is in use is heard once that pair is proved", () => {
  const s = iceScene({ relays: [false, true] });
  begin(s);
  s.clock.advance(2000);
  const { base } = s.b.agent.pairs.find(({ local }) => local.type === "relay")!.local;
  const speak = (text: string) => {
    base.send(new TextEncoder().encode(text), "192.0.2.1", 5000);
    s.clock.advance(200);
  };
  const selected = s.a.agent.pair;
  assert.equal(selected?.local.type, "host");
  speak("first");
  speak("second");
  assert.deepEqual(s.a.heard, ["first", "second"]);
  assert.equal(s.a.agent.pair, selected);
});

Deno.test("a pair that cannot be proved is tried once, however much comes by it", () => {
  const s = iceScene({ relays: [false, true] });
  begin(s);
  s.clock.advance(2000);
  const relay = s.b.description.candidates.find(({ type }) => type === "relay")!;
  s.b.agent.close();
  const asked = s.network.sent;
  for (let i = 0; i < 100; i++) {
    s.a.inject("forged", relay);
    s.a.inject("forged", { address: "203.0.113.9", port: 9 });
    s.clock.advance(100);
  }
  assert.deepEqual(s.a.heard, []);
  // Seven requests of one check, and questions for consent, each put three times.
  assert.ok(s.network.sent - asked <= 7 + 3 * 3, `${s.network.sent - asked} datagrams`);
});

Deno.test("ICE consent that is not given for 30 s ends the sending", () => {
  const s = iceScene();
  begin(s);
  s.clock.advance(10_000);
  s.network.cut = true;
  s.clock.advance(24_000);
  assert.equal(s.a.agent.state, "connected");
  assert.ok(say(s.a, "still allowed"));
  s.clock.advance(7000);
  assert.deepEqual([s.a.agent.state, s.a.agent.failure], ["failed", "no-consent"]);
  assert.ok(!say(s.a, "not allowed"));
  const { sent } = s.network;
  s.clock.advance(60_000);
  assert.equal(s.network.sent, sent, "not a datagram more");
});

Deno.test("ICE consent lasts for hours when it is given", () => {
  const s = iceScene({ weather: { ...FAIR, loss: 0.1 } });
  begin(s);
  s.clock.advance(5 * 3_600_000);
  assert.equal(s.a.agent.state, "connected");
  assert.equal(s.b.agent.state, "connected");
});
