/** RTCP (RFC 3550): compounds, reports, intervals. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  buildRtcp,
  compactNtp,
  type Compound,
  ntpTime,
  parseRtcp,
  type RtcpPacket,
} from "../../../src/media/rtp/rtcp.ts";
import {
  type ExtendedContent,
  rtcpInterval,
  RtcpSession,
} from "../../../src/media/rtp/rtcp_session.ts";
import { RtpSender } from "../../../src/media/rtp/sender.ts";
import { SourceStatistics } from "../../../src/media/rtp/source_statistics.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";

const uint32 = fc.nat(0xffff_ffff);
const block = fc.record({
  ssrc: uint32,
  fractionLost: fc.nat(255),
  cumulativeLost: fc.integer({ min: -0x80_0000, max: 0x7f_ffff }),
  highestSequence: uint32,
  jitterTicks: uint32,
  lastSenderReport: uint32,
  delaySinceLastSenderReport: uint32,
}, { noNullPrototype: true });
const compound: fc.Arbitrary<Compound> = fc.record({
  ssrc: uint32,
  cname: fc.string({ maxLength: 40 }),
  sender: fc.record({
    ntpSeconds: uint32,
    ntpFraction: uint32,
    rtpTimestamp: uint32,
    packets: uint32,
    octets: uint32,
  }, { noNullPrototype: true }),
  reports: fc.array(block, { maxLength: 3 }),
  bye: fc.record({ reason: fc.string({ maxLength: 20 }) }, { noNullPrototype: true }),
}, { requiredKeys: ["ssrc", "cname", "reports"] });

Deno.test("a compound is parsed back as it was built", () => {
  fc.assert(fc.property(compound, (sent) => {
    const data = buildRtcp(sent);
    assert.equal(data.length % 4, 0);
    const { ssrc, sender, reports, cname, bye } = sent;
    const expected: RtcpPacket[] = [
      sender ? { type: "SR", ssrc, sender, reports } : { type: "RR", ssrc, reports },
      { type: "SDES", chunks: [{ ssrc, cname }] },
    ];
    if (bye) expected.push({ type: "BYE", ssrcs: [ssrc], reason: bye.reason });
    assert.deepEqual(parseRtcp(data), expected);
  }));
});

Deno.test("no datagram makes the RTCP parser throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (data) => void parseRtcp(data)));
  fc.assert(fc.property(
    compound,
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 5 }),
    fc.nat(200),
    (sent, changes, length) => {
      const data = buildRtcp(sent);
      for (const [at, octet] of changes) if (at < data.length) data[at] = octet;
      parseRtcp(data.subarray(0, length));
    },
  ));
});

Deno.test("what is not RTCP is refused, feedback and the like are passed over", () => {
  const good = buildRtcp({ ssrc: 1, cname: "x", reports: [] });
  assert.equal(parseRtcp(Uint8Array.from([0x41, ...good.subarray(1)])), undefined);
  assert.equal(parseRtcp(good.subarray(0, good.length - 1)), undefined);
  assert.equal(parseRtcp(Uint8Array.of(0x80, 0, 0, 0)), undefined);
  const feedback = Uint8Array.of(0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2);
  assert.deepEqual(parseRtcp(feedback), [{ type: "other", packetType: 206 }]);
});

Deno.test("NTP time and its middle", () => {
  assert.deepEqual(ntpTime(0), { seconds: 2_208_988_800, fraction: 0 });
  assert.deepEqual(ntpTime(500), { seconds: 2_208_988_800, fraction: 0x8000_0000 });
  // The example of RFC 3550 figure 2.
  assert.equal(compactNtp(0xb44d_b705, 0x2000_0000), 0xb705_2000);
});

Deno.test("the interval is random around its minimum, shorter at first", () => {
  assert.ok(Math.abs(rtcpInterval(100, false, 0) - 2.052) < 0.001);
  assert.ok(rtcpInterval(100, false, 0.999) < 6.16);
  assert.ok(Math.abs(rtcpInterval(100, true, 0.5) - 2.052) < 0.001);
  assert.ok(rtcpInterval(5000, false, 0) > rtcpInterval(100, false, 0));
});

/** Two sessions whose packets take a while. */
function pair(clock: VirtualClock, delayMs: number) {
  const make = (seed: number) => {
    let state = seed;
    const random = () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0);
    const sender = new RtpSender(random, () => {});
    const source = { current: undefined as SourceStatistics | undefined };
    const sent: Uint8Array[] = [];
    const extended: { content?: ExtendedContent } = {};
    const subject = {
      sender,
      timestamp: () => 42,
      source: () => source.current,
      extended: () => extended.content,
    };
    const session = new RtcpSession(clock, random, "cname", subject, (data) => {
      sent.push(data);
      clock.setTimeout(() => link.to?.receive(data), delayMs);
    });
    const link: { to?: RtcpSession } = {};
    return { sender, source, session, sent, link, extended };
  };
  const [a, b] = [make(1), make(2)];
  a.link.to = b.session;
  b.link.to = a.session;
  a.source.current = new SourceStatistics(b.sender.ssrc, 0);
  b.source.current = new SourceStatistics(a.sender.ssrc, 0);
  for (const { source } of [a, b]) for (const n of [0, 1, 2, 5]) source.current!.update(n);
  return { a, b };
}

Deno.test("reports give the peer's loss and the round trip", () => {
  const clock = new VirtualClock();
  const { a, b } = pair(clock, 30);
  for (let ms = 0; ms < 20_000; ms += 20) {
    for (const { sender, session } of [a, b]) {
      sender.send(false, 0, 0, 160);
      session.tick(clock.now());
    }
    clock.advance(20);
  }
  for (const { session } of [a, b]) {
    assert.equal(session.remote?.lost, 2);
    const { roundTripMs } = session.view(clock.now(), 8000);
    assert.ok(Math.abs(roundTripMs! - 60) < 2, `${roundTripMs}`);
  }
  assert.ok(a.sent.length >= 3 && a.sent.length <= 11, `${a.sent.length} reports`);
  a.session.bye("end");
  clock.advance(100);
  assert.equal(b.session.peerLeft, true);
  assert.equal(a.session.peerLeft, false);
});

Deno.test("a peer that only listens measures the round trip by extended reports", () => {
  const clock = new VirtualClock();
  const { a, b } = pair(clock, 30);
  const run = () => {
    for (let ms = 0; ms < 20_000; ms += 20) {
      for (const { session } of [a, b]) session.tick(clock.now());
      clock.advance(20);
    }
  };
  run();
  assert.equal(a.session.view(clock.now(), 8000).roundTripMs, undefined, "receiver reports alone");
  assert.ok(a.sent.every((data) => parseRtcp(data)!.every(({ type }) => type !== "XR")));
  a.extended.content = { roundTrip: true };
  b.extended.content = { roundTrip: true };
  run();
  for (const { session } of [a, b]) {
    const { roundTripMs } = session.view(clock.now(), 8000);
    assert.ok(Math.abs(roundTripMs! - 60) < 2, `${roundTripMs}`);
  }
});

Deno.test("a round trip is believed only of a time that we sent", () => {
  const clock = new VirtualClock();
  const { a, b } = pair(clock, 30);
  const { seconds, fraction } = ntpTime(clock.now() - 500);
  const forged = compactNtp(seconds, fraction);
  a.sender.send(false, 0, 0, 160);
  a.session.receive(buildRtcp({
    ssrc: b.sender.ssrc,
    cname: "x",
    reports: [{
      ssrc: a.sender.ssrc,
      fractionLost: 0,
      cumulativeLost: 0,
      highestSequence: 5,
      jitterTicks: 0,
      lastSenderReport: forged,
      delaySinceLastSenderReport: 0,
    }],
    extended: { delays: [{ ssrc: a.sender.ssrc, lastReference: forged, delay: 0 }] },
  }));
  assert.equal(a.session.remote?.lost, 0);
  assert.equal(a.session.view(clock.now(), 8000).roundTripMs, undefined);
});

Deno.test("metrics count when the source that is heard tells them of us", () => {
  const { a, b } = pair(new VirtualClock(), 1);
  const tell = (from: number, about: number) =>
    a.session.receive(buildRtcp({
      ssrc: from,
      cname: "x",
      reports: [],
      extended: { delays: [], voip: { ...METRICS, ssrc: about } },
    }));
  tell(4711, a.sender.ssrc);
  tell(b.sender.ssrc, 4711);
  assert.deepEqual([a.session.metrics], [undefined]);
  tell(b.sender.ssrc, a.sender.ssrc);
  assert.equal(a.session.metrics?.voip.burstMs, METRICS.burstMs);
});

const METRICS = {
  lossShare: 0.25,
  discardShare: 0,
  burstDensity: 0.5,
  gapDensity: 0,
  burstMs: 120,
  gapMs: 4_000,
  gmin: 16,
  roundTripMs: 60,
  endSystemMs: 80,
  concealment: "enhanced",
  bufferMs: 40,
  bufferMaxMs: 200,
} as const;

Deno.test("who sends nothing sends receiver reports, and no goodbye when it never sent", () => {
  const clock = new VirtualClock();
  const { a } = pair(clock, 1);
  for (let ms = 0; ms < 8000; ms += 20) {
    a.session.tick(clock.now());
    clock.advance(20);
  }
  assert.ok(a.sent.length > 0);
  for (const data of a.sent) assert.equal(parseRtcp(data)![0]!.type, "RR");
  const before = a.sent.length;
  a.session.bye("end");
  assert.equal(a.sent.length, before);
  a.session.receive(Uint8Array.of(1, 2, 3));
  assert.equal(a.session.invalid, 1);
});
