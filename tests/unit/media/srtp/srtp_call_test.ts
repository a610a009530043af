/** Calls with SRTP between two engines: sound, new keys, and an attacker on the media ports. */
import assert from "node:assert/strict";
import { SRTP_SUITES, type SrtpSuite } from "../../../../src/core/media/media_description.ts";
import { parseRtp, RtpPacket } from "../../../../src/media/rtp/packet.ts";
import { EngineBench, TONE } from "../../../fakes/media/engine_call.ts";
import type { Datagram } from "../../../fakes/media/fake_network.ts";
import { seeded } from "../../../fakes/media/impaired_link.ts";
import { sdesPair } from "../../../fakes/media/sdes_keys.ts";

const SUITE: SrtpSuite = "AES_CM_128_HMAC_SHA1_80";
const MALLORY = "10.0.0.66";

async function secureCall(suite = SUITE as SrtpSuite): Promise<EngineBench> {
  const bench = await EngineBench.open(TONE, TONE);
  const [a, b] = sdesPair(suite);
  await bench.a.start(bench.b, { keying: a });
  await bench.b.start(bench.a, { keying: b });
  return bench;
}

const isRtp = ({ data, to }: Datagram) => to.port % 2 === 0 && data.length > 100;

for (const suite of SRTP_SUITES) {
  Deno.test(`a call with ${suite} has sound both ways and reports, and none of it is readable`, async () => {
    const bench = await secureCall(suite);
    await bench.run(12_000);
    for (const party of [bench.a, bench.b]) {
      const { report } = party;
      assert.ok(report.received > 500 && report.lost === 0, JSON.stringify(report));
      assert.ok(Math.abs(report.receivedLevel - report.sentLevel) < 1);
      assert.ok(report.rtcpReceived > 0 && report.remoteLost === 0);
    }
    const tone = new Set<string>();
    for (const { data } of bench.net.sent.filter(isRtp).slice(0, 100)) {
      const packet = new RtpPacket();
      assert.ok(parseRtp(data, packet));
      tone.add(packet.payload.slice(0, 80).join());
    }
    // A tone of 1 kHz repeats itself in each packet; its ciphertext does not.
    assert.equal(tone.size, 100);
    await bench.close();
  });
}

Deno.test("with different keys nothing is heard, believed or answered", async () => {
  const bench = await EngineBench.open(TONE, TONE);
  await bench.a.start(bench.b, { keying: sdesPair(SUITE, 1)[0] });
  await bench.b.start(bench.a, { keying: sdesPair(SUITE, 2)[1] });
  await bench.run(6000);
  for (const { report, of } of [bench.a, bench.b].map((p) => ({ report: p.report, of: p }))) {
    assert.equal(report.received, 0);
    assert.equal(report.rtcpReceived, 0);
    assert.equal(of.of("MediaHeard").length, 0);
  }
  await bench.close();
});

Deno.test("plain sound is not taken by an end that has keys", async () => {
  const bench = await EngineBench.open(TONE, TONE);
  await bench.a.start(bench.b, { keying: sdesPair(SUITE)[0] });
  await bench.b.start(bench.a);
  await bench.run(2000);
  assert.equal(bench.a.report.received, 0);
  await bench.close();
});

Deno.test("keys change in mid-call without a gap, whichever side is first", async () => {
  const bench = await secureCall();
  await bench.run(3000);
  const [a, b] = sdesPair("AES_256_CM_HMAC_SHA1_80", 50);
  await bench.a.start(bench.b, { keying: a });
  // The answer is on its way: b goes on with the old keys meanwhile, and cannot read the new ones.
  await bench.run(40);
  await bench.b.start(bench.a, { keying: b });
  await bench.run(3000);
  const { lost, concealedMs } = bench.a.report;
  assert.deepEqual([lost, concealedMs], [0, 0], "what the first side hears");
  assert.ok(bench.b.report.lost <= 3, "what was sent before the answer came");
  await bench.close();
});

Deno.test("the same keys again change nothing: roll-over and windows go on", async () => {
  const bench = await secureCall();
  const [a, b] = sdesPair(SUITE);
  for (let i = 0; i < 5; i++) {
    await bench.run(1000);
    await bench.a.start(bench.b, { keying: a });
    await bench.b.start(bench.a, { keying: b });
  }
  const replayed = bench.net.sent.filter(isRtp).slice(0, 50);
  const before = bench.b.report.received;
  for (const datagram of replayed) bench.net.inject(datagram);
  await bench.run(2000);
  assert.ok(bench.b.report.received - before <= 101);
  assert.deepEqual([bench.b.report.lost, bench.b.report.duplicates], [0, 0]);
  await bench.close();
});

/** What an attacker who reads the wire and can send from anywhere would try. */
function attacks(datagram: Datagram, random: () => number): Datagram[] {
  const { data, to } = datagram;
  const mallory = { address: MALLORY, port: 40_000 };
  const noise = Uint8Array.from({ length: 172 }, () => random() * 256);
  noise[0] = 0x80;
  noise[1] = 0;
  const spoiled = data.slice();
  spoiled[spoiled.length - 1]! ^= 1;
  const ahead = data.slice();
  ahead[2]! ^= 0x40;
  const bye = Uint8Array.of(0x81, 203, 0, 1, ...data.subarray(8, 12), 0, 0, 0, 0, 0, 0, 0, 0);
  return [
    // A copy that is faster than the original, from elsewhere.
    { data, from: mallory, to },
    { data, from: { address: datagram.from.address, port: 1024 }, to },
    { data: spoiled, from: datagram.from, to },
    { data: ahead, from: datagram.from, to },
    { data: noise, from: datagram.from, to },
    { data: noise, from: mallory, to },
    { data: bye, from: datagram.from, to: { ...to, port: to.port + 1 } },
    { data: bye, from: datagram.from, to },
    { data: Uint8Array.of(0x16, 0xfe, 0xfd), from: datagram.from, to },
    { data: new Uint8Array(), from: mallory, to },
  ];
}

Deno.test("an attacker on the media ports moves, ends and delays nothing", async () => {
  const quiet = await secureCall();
  await quiet.run(10_000);
  const expected = [quiet.a.report, quiet.b.report];
  await quiet.close();

  const bench = await secureCall();
  const random = seeded(7);
  let injecting = false;
  bench.net.fate = (datagram) => {
    // What the attacker sends arrives before what it saw.
    if (injecting) return [0.5];
    if (isRtp(datagram)) {
      injecting = true;
      for (const attack of attacks(datagram, random)) bench.net.inject(attack);
      injecting = false;
    }
    return [1];
  };
  await bench.run(10_000);
  const got = [bench.a.report, bench.b.report];
  for (const report of got) assert.equal(report.ignored?.reason, "not-authentic");
  assert.deepEqual(got.map(({ ignored: _, ...report }) => report), expected);
  assert.ok(bench.net.sent.every(({ to }) => to.address !== MALLORY));
  await bench.close();
});

Deno.test("a peer that moves is followed: its packets prove who it is", async () => {
  const bench = await secureCall();
  await bench.run(2000);
  bench.net.fate = (datagram) => {
    if (datagram.from.address === "10.0.0.1") datagram.from.port += 1000;
    return [1];
  };
  await bench.run(2000);
  const last = bench.b.report.received;
  assert.ok(last > 180, `${last}`);
  const toA = bench.net.sent.filter(({ from }) => from.address === "10.0.0.2").at(-1)!;
  assert.ok(toA.to.port >= bench.a.port + 1000);
  await bench.close();
});
