/** Whole calls whose network is not what was described: strangers, NAT, echoes, other sources. */
import assert from "node:assert/strict";
import { buildRtcp } from "../../../src/media/rtp/rtcp.ts";
import { RTP_HEADER_LENGTH, writeRtpHeader } from "../../../src/media/rtp/packet.ts";
import { EngineBench, QUIET, TONE } from "../../fakes/media/engine_call.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";

/** A tone of −6 dBm0 as RMS below full scale. */
const TONE_DBFS = -12.1;

function near(level: number, expected: number, tolerance = 1.5): void {
  assert.ok(Math.abs(level - expected) < tolerance, `${level} dBFS instead of ${expected}`);
}

Deno.test("garbage on the RTP and RTCP ports changes nothing", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  await bench.run(1000);
  const random = seeded(77);
  for (let i = 0; i < 500; i++) {
    const length = Math.floor(random() * 200);
    const data = Uint8Array.from({ length }, () => random() * 256);
    if (i % 2 && length > 0) data[0] = 0x80 | (data[0]! & 0x3f);
    const from = { address: i % 3 ? "203.0.113.5" : bench.b.address, port: 1000 + i };
    const port = bench.a.port + (i % 4 === 0 ? 1 : 0);
    bench.net.inject({ data, from, to: { address: bench.a.address, port } });
    await bench.run(3);
  }
  await bench.run(1000);
  const { report } = bench.a;
  assert.deepEqual([report.lost, report.late], [0, 0]);
  near(report.receivedLevel, TONE_DBFS);
  assert.ok(bench.a.sentRtp().every(({ to }) => to.address === bench.b.address));
  await bench.close();
});

Deno.test("RTP that another host sends in sequence cannot take over a call that talks", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  await bench.run(500);
  const data = new Uint8Array(RTP_HEADER_LENGTH + 160);
  for (let i = 0; i < 100; i++) {
    writeRtpHeader(data, false, 0, i, i * 160, 99);
    bench.net.inject({
      data,
      from: { address: "203.0.113.5", port: 5000 },
      to: { address: bench.a.address, port: bench.a.port },
    });
    await bench.run(20);
  }
  assert.ok(bench.a.sentRtp().every(({ to }) => to.address === bench.b.address));
  near(bench.a.report.receivedLevel, TONE_DBFS);
  await bench.close();
});

Deno.test("a peer behind a NAT is answered where it really is, RTCP too", async () => {
  const bench = await EngineBench.open(TONE, TONE);
  // A NAT between: whatever b sends seems to come from there, and what goes there reaches b.
  const nat = "198.51.100.1";
  await bench.a.start(bench.b, { remoteAddress: "192.168.1.5" });
  await bench.b.start(bench.a);
  const direct = bench.net.inject.bind(bench.net);
  bench.net.inject = (datagram) => {
    const { from, to } = datagram;
    if (from.address === bench.b.address) {
      datagram = { ...datagram, from: { ...from, address: nat } };
    }
    if (to.address === nat) datagram = { ...datagram, to: { ...to, address: bench.b.address } };
    direct(datagram);
  };
  await bench.run(10_000);
  near(bench.a.report.receivedLevel, TONE_DBFS);
  near(bench.b.report.receivedLevel, TONE_DBFS);
  const rtp = bench.a.sentRtp();
  assert.ok(rtp.findIndex(({ to }) => to.address === nat) < 10);
  assert.equal(rtp.at(-1)!.to.address, nat);
  assert.ok(bench.a.report.remoteLost !== undefined, "no RTCP came through");
  assert.ok(bench.b.report.remoteLost !== undefined, "no RTCP came through");
  await bench.close();
});

Deno.test("a re-negotiated address is used at once", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(500);
  const before = bench.net.sent.length;
  await bench.a.start(bench.b, { remoteAddress: "10.9.9.9", remotePort: 7000 });
  await bench.run(500);
  const packets = bench.a.sentRtp(before);
  assert.ok(packets.every(({ to }) => to.address === "10.9.9.9" && to.port === 7000));
  await bench.close();
});

Deno.test("hold by a null address keeps what is known of the peer", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  await bench.run(500);
  await bench.a.start(bench.b, { remoteAddress: "0.0.0.0", direction: "inactive" });
  await bench.run(500);
  const before = bench.net.sent.length;
  await bench.a.start(bench.b);
  await bench.run(2000);
  assert.ok(bench.a.sentRtp(before).every(({ to }) => to.address === bench.b.address));
  near(bench.a.report.receivedLevel, TONE_DBFS);
  await bench.close();
});

Deno.test("rtcp-mux: reports share the port with the sound", async () => {
  const bench = await EngineBench.open(TONE, TONE);
  await bench.a.start(bench.b, { rtcpMux: true });
  await bench.b.start(bench.a, { rtcpMux: true });
  await bench.run(12_000);
  assert.ok(bench.a.report.roundTripMs !== undefined);
  assert.deepEqual([bench.a.report.lost, bench.b.report.lost], [0, 0]);
  assert.ok(bench.net.sent.every(({ to }) => to.port % 2 === 0));
  await bench.close();
});

Deno.test("an echo of our own packets is heard, and our SSRC changes once (RFC 3550 §8.2)", async () => {
  const bench = await EngineBench.open(TONE, QUIET);
  await bench.a.start(bench.b);
  const direct = bench.net.inject.bind(bench.net);
  bench.net.inject = (datagram) => {
    const { from, to, data } = datagram;
    if (to.address === bench.b.address && to.port % 2 === 0) direct({ data, from: to, to: from });
    else direct(datagram);
  };
  await bench.run(5000);
  near(bench.a.report.receivedLevel, TONE_DBFS);
  assert.equal(new Set(bench.a.sentRtp().map(({ ssrc }) => ssrc)).size, 2);
  await bench.close();
});

Deno.test("a peer that changes its SSRC is heard on", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  const direct = bench.net.inject.bind(bench.net);
  let turn = false;
  bench.net.inject = (datagram) => {
    if (turn && datagram.from.address === bench.a.address && datagram.from.port % 2 === 0) {
      datagram.data[8] = 0x55;
      datagram.data[2] ^= 0x40;
      datagram.data[4] ^= 0x22;
    }
    direct(datagram);
  };
  await bench.run(1000);
  turn = true;
  await bench.run(3000);
  near(bench.b.report.receivedLevel, TONE_DBFS);
  assert.ok(bench.b.report.lost <= 1, `${bench.b.report.lost} lost`);
  await bench.close();
});

Deno.test("comfort noise and events that were not agreed are no loss, and no sound", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  const direct = bench.net.inject.bind(bench.net);
  let count = 0;
  bench.net.inject = (datagram) => {
    const rtp = datagram.from.address === bench.b.address && datagram.from.port % 2 === 0;
    if (rtp && ++count % 5 === 0) datagram.data[1] = count % 2 ? 13 : 96;
    direct(datagram);
  };
  await bench.run(5000);
  const { report } = bench.a;
  assert.equal(report.lost, 0);
  assert.ok(report.received >= 245, `${report.received}`);
  assert.equal(report.dtmfReceived, "");
  // A stranger's are counted for nothing.
  const data = new Uint8Array(RTP_HEADER_LENGTH + 1);
  for (let i = 0; i < 50; i++) {
    writeRtpHeader(data, false, 13, 60_000 + i * 90, 0, bench.b.sentRtp()[0]!.ssrc);
    bench.net.inject({
      data,
      from: { address: "203.0.113.5", port: 5000 },
      to: { address: bench.a.address, port: bench.a.port },
    });
  }
  await bench.run(2000);
  assert.equal(bench.a.report.lost, 0);
  await bench.close();
});

/** What a stranger says of our sound. */
const AWFUL = {
  lossShare: 0.9,
  discardShare: 0.9,
  burstDensity: 0.9,
  gapDensity: 0.9,
  burstMs: 60_000,
  gapMs: 0,
  gmin: 16,
  roundTripMs: 60_000,
  endSystemMs: 60_000,
  concealment: "disabled",
  bufferMs: 60_000,
  bufferMaxMs: 60_000,
} as const;

Deno.test("RTCP from beside the peer neither takes over nor ends anything", async () => {
  for (const rtcpMux of [false, true]) {
    const bench = await EngineBench.open(TONE, TONE);
    const { a, b } = bench;
    await a.start(b, { rtcpMux });
    await b.start(a, { rtcpMux });
    await bench.run(15_000);
    const before = a.report;
    const report = {
      ssrc: 77,
      fractionLost: 255,
      cumulativeLost: 4242,
      highestSequence: 1,
      jitterTicks: 9,
      lastSenderReport: 0,
      delaySinceLastSenderReport: 0,
    };
    const sent = bench.net.sent.length;
    for (let i = 0; i < 100; i++) {
      const reports = [{ ...report, ssrc: a.sentRtp().at(-1)!.ssrc }];
      bench.net.inject({
        data: buildRtcp({
          ssrc: i % 2 ? 78 : b.sentRtp().at(-1)!.ssrc,
          cname: "stranger",
          reports,
          extended: { delays: [], voip: { ...AWFUL, ssrc: reports[0]!.ssrc } },
          bye: { reason: "gone" },
        }),
        from: { address: b.address, port: 9000 + i % 3 },
        to: { address: a.address, port: a.port + (rtcpMux ? 0 : 1) },
      });
      await bench.run(100);
    }
    await bench.run(1000);
    assert.equal(a.report.remoteLost, 0, `mux ${rtcpMux}`);
    assert.equal(a.report.quality?.outgoing?.call.listening.mos, 4.41);
    assert.equal(a.report.quality?.outgoing?.bursts, undefined);
    assert.ok(a.report.rtcpReceived - before.rtcpReceived < 10);
    assert.ok(bench.net.sent.slice(sent).every(({ to }) => to.port < 9000 || to.port > 9002));
    await bench.close();
  }
});
