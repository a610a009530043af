/** Whole calls between two engines, in virtual time. */
import assert from "node:assert/strict";
import type { CallLevels } from "../../../src/core/ports/media_port.ts";
import { parseRtcp } from "../../../src/media/rtp/rtcp.ts";
import { EngineBench, QUIET, TONE } from "../../fakes/media/engine_call.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";
import { formatOf } from "../../fakes/media_party.ts";

/** A tone of −6 dBm0 as RMS below full scale. */
const TONE_DBFS = -12.1;

function near(level: number, expected: number, tolerance = 1.5): void {
  assert.ok(Math.abs(level - expected) < tolerance, `${level} dBFS instead of ${expected}`);
}

Deno.test("a call: heard once, reported every second, closed with a goodbye", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(5050);
  const { a, b } = bench;
  assert.equal(b.of("MediaStarted").length, 1);
  assert.equal(b.of("MediaHeard").length, 1);
  assert.equal(b.of("MediaReported").length, 5);
  const { report } = b;
  assert.ok(report.received >= 249, `${report.received}`);
  assert.deepEqual([report.lost, report.late, report.duplicates, report.codec], [0, 0, 0, "PCMU"]);
  near(report.receivedLevel, TONE_DBFS);
  assert.equal(report.sentLevel, -90);
  near(a.report.sentLevel, TONE_DBFS, 0.2);
  const before = bench.net.sent.length;
  const last = await a.close();
  assert.ok(last.sent >= 252);
  const goodbye = bench.net.sent.slice(before).map(({ data }) => parseRtcp(data));
  assert.deepEqual(goodbye.map((packets) => packets?.at(-1)?.type), ["BYE"]);
  await b.close();
  assert.deepEqual(b.inputs.at(-1)!.type, "MediaClosed");
  await bench.run(10);
  assert.equal(bench.clock.pending, 0);
});

Deno.test("reports say for how long nothing came from the peer, in RTP and in RTCP", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  await bench.run(20_000);
  const { a, b } = bench;
  assert.ok(a.report.rtpSilentMs <= 40, `${a.report.rtpSilentMs}`);
  assert.ok(a.report.rtcpReceived > 0 && a.report.rtcpSilentMs < 7000);
  assert.deepEqual([a.report.remoteHears, a.report.remoteLost], [true, 0]);
  assert.ok(a.report.remoteReportAgeMs! < 7000);
  bench.net.fate = ({ from }) => from.address === b.address ? [] : [1];
  await bench.run(30_000);
  assert.ok(Math.abs(a.report.rtpSilentMs - 30_000) < 1100, `${a.report.rtpSilentMs}`);
  assert.ok(a.report.rtcpSilentMs >= 29_000, `${a.report.rtcpSilentMs}`);
  assert.ok(a.report.remoteReportAgeMs! >= 29_000);
  // A stream that is changed, say resumed, is given its time again.
  await a.start(b);
  await bench.run(2000);
  assert.ok(a.report.rtpSilentMs <= 2000 && a.report.rtcpSilentMs <= 2000);
  await bench.close();
});

Deno.test("a peer that receives nothing is seen not to hear, though it speaks", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  await bench.run(10_000);
  const { a } = bench;
  bench.net.fate = ({ from, to }) => from.address === a.address && to.port % 2 === 0 ? [] : [1];
  await bench.run(20_000);
  assert.equal(a.report.remoteHears, false);
  assert.ok(a.report.rtpSilentMs <= 40);
  await bench.close();
});

Deno.test("a call in which nothing ever came is told from one that went quiet", async () => {
  const bench = await EngineBench.open(TONE, QUIET);
  await bench.a.start(bench.b);
  await bench.run(12_000);
  const { received, rtcpReceived, rtpSilentMs, rtcpSilentMs } = bench.a.report;
  assert.deepEqual([received, rtcpReceived], [0, 0]);
  assert.ok(rtpSilentMs >= 11_000 && rtcpSilentMs >= 11_000);
  assert.equal(bench.a.report.remoteHears, undefined);
  await bench.close();
});

Deno.test("levels are told ten times a second, and only while they are wanted", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(500);
  const told: CallLevels[][] = [];
  bench.a.engine.meter((levels) => told.push(levels));
  await bench.run(1000);
  assert.ok(Math.abs(told.length - 10) <= 1, `${told.length}`);
  const [{ call, sent, received }] = told.at(-1)! as [CallLevels];
  assert.deepEqual([call, received], [bench.a.call, -90]);
  near(sent, TONE_DBFS);
  bench.a.engine.meter(undefined);
  const before = told.length;
  await bench.run(500);
  assert.equal(told.length, before);
  await bench.close();
});

Deno.test("packets are paced: one per 20 ms, 160 ticks apart, in sequence", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(1000);
  const packets = bench.a.sentRtp();
  assert.equal(packets.length, 51);
  for (let i = 1; i < packets.length; i++) {
    assert.equal((packets[i]!.sequenceNumber - packets[i - 1]!.sequenceNumber) & 0xffff, 1);
    assert.equal((packets[i]!.timestamp - packets[i - 1]!.timestamp) >>> 0, 160);
    assert.equal(packets[i]!.marker, false);
  }
  assert.equal(packets[0]!.marker, true);
  await bench.close();
});

Deno.test("a longer packet time gathers frames", async () => {
  const bench = await EngineBench.call(TONE, QUIET, { ptime: 60 });
  await bench.run(1190);
  const packets = bench.a.sentRtp();
  assert.equal(packets.length, 20);
  assert.ok(packets.every((packet) => packet.payload.length === 480));
  near(bench.b.report.receivedLevel, TONE_DBFS);
  await bench.close();
});

Deno.test("a shorter packet time halves a frame", async () => {
  const bench = await EngineBench.call(TONE, QUIET, { ptime: 10 });
  await bench.run(1000);
  const packets = bench.a.sentRtp();
  assert.equal(packets.length, 102);
  assert.ok(packets.every((packet) => packet.payload.length === 80));
  for (let i = 1; i < packets.length; i++) {
    assert.equal((packets[i]!.timestamp - packets[i - 1]!.timestamp) >>> 0, 80);
  }
  const { report } = bench.b;
  near(report.receivedLevel, TONE_DBFS);
  assert.deepEqual([report.lost, report.late, report.concealedMs], [0, 0, 0]);
  await bench.close();
});

Deno.test("the report knows the peer's side from its RTCP", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  const random = seeded(9);
  bench.net.fate = ({ to }) => to.port % 2 === 0 && random() < 0.1 ? [] : [25];
  await bench.run(30_000);
  const { report } = bench.a;
  assert.ok(report.remoteLost! > 50 && report.remoteLost! < 250, `${report.remoteLost}`);
  assert.ok(Math.abs(report.roundTripMs! - 50) < 3, `${report.roundTripMs}`);
  assert.ok(report.remoteJitterMs! < 1);
  assert.ok(report.lost > 50);
  await bench.close();
});

Deno.test("mute sends silence and keeps the packets coming", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(1000);
  bench.a.mute(true);
  await bench.run(1000);
  const before = bench.a.sentRtp().length;
  await bench.run(1000);
  assert.equal(bench.a.sentRtp().length - before, 50);
  assert.equal(bench.a.report.sentLevel, -90);
  assert.ok(bench.b.report.receivedLevel < -60, `${bench.b.report.receivedLevel}`);
  bench.a.mute(false);
  await bench.run(1000);
  near(bench.b.report.receivedLevel, TONE_DBFS);
  await bench.close();
});

Deno.test("directions: who may not send is silent on RTP and goes on with RTCP", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  await bench.run(1000);
  await bench.a.start(bench.b, { direction: "recvonly" });
  await bench.b.start(bench.a, { direction: "sendonly" });
  const before = bench.net.sent.length;
  await bench.run(10_000);
  assert.equal(bench.a.sentRtp(before).length, 0);
  assert.ok(bench.b.sentRtp(before).length >= 499);
  near(bench.a.report.receivedLevel, TONE_DBFS);
  assert.equal(bench.b.report.receivedLevel, -90);
  const reports = bench.net.sent.slice(before).filter(({ from }) =>
    from.address === bench.a.address && from.port % 2 === 1
  );
  assert.ok(reports.length >= 1);
  assert.ok(reports.some(({ data }) => parseRtcp(data)![0]!.type === "RR"));
  await bench.a.start(bench.b);
  await bench.b.start(bench.a);
  const resumed = bench.net.sent.length;
  await bench.run(1000);
  assert.equal(bench.a.sentRtp(resumed)[0]!.marker, true);
  near(bench.b.report.receivedLevel, TONE_DBFS);
  await bench.close();
});

Deno.test("who may not send keeps the way open: at once, and every 15 seconds", async () => {
  for (const direction of ["recvonly", "inactive"] as const) {
    const bench = await EngineBench.call(TONE, TONE);
    await bench.run(1000);
    const empty = (from: number) =>
      bench.net.sent.slice(from).filter(({ from, data }) =>
        data.length === 0 && from.address === bench.a.address && from.port % 2 === 0
      ).length;
    assert.equal(empty(0), 0, "sound keeps it open");
    await bench.a.start(bench.b, { direction });
    const held = bench.net.sent.length;
    await bench.run(100);
    assert.equal(empty(held), 1, direction);
    await bench.run(15_000);
    assert.equal(empty(held), 2, direction);
    assert.equal(bench.a.sentRtp(held).length, 0);
    await bench.a.start(bench.b, { direction, rtcpMux: true });
    const muxed = bench.net.sent.length;
    await bench.run(16_000);
    assert.equal(empty(muxed), 0, "RTCP on the same port does it");
    await bench.a.start(bench.b);
    await bench.run(1000);
    assert.equal(bench.b.report.lost, 0, "no sequence number is lost by it");
    await bench.close();
  }
});

Deno.test("another codec in mid-call: the sound goes on, the endpoints too", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(1000);
  const g722 = formatOf("G722");
  const both = { sendFormat: g722, receiveFormats: [g722, formatOf("PCMU")] };
  await bench.b.start(bench.a, both);
  await bench.run(500);
  await bench.a.start(bench.b, both);
  await bench.run(2000);
  assert.equal(bench.b.report.codec, "G722");
  near(bench.b.report.receivedLevel, TONE_DBFS);
  assert.deepEqual([bench.b.report.lost, bench.b.of("MediaHeard").length], [0, 1]);
  const rtp = bench.a.sentRtp();
  assert.deepEqual([...new Set(rtp.map((packet) => packet.payloadType))], [0, 9]);
  for (let i = 1; i < rtp.length; i++) {
    assert.equal((rtp[i]!.timestamp - rtp[i - 1]!.timestamp) >>> 0, 160);
  }
  await bench.close();
});

Deno.test("early media is heard while the file waits for the answer", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  await Deno.writeFile(path, await toneFile());
  const file = { ...QUIET, microphone: { kind: "file" as const, path, loop: false } };
  const bench = await EngineBench.open(file, TONE);
  await bench.a.start(bench.b, {}, false);
  await bench.b.start(bench.a, {}, false);
  await bench.run(2000);
  near(bench.a.report.receivedLevel, TONE_DBFS);
  assert.ok(bench.a.report.sent >= 99);
  assert.equal(bench.a.report.sentLevel, -90);
  await bench.a.start(bench.b, {}, true);
  await bench.run(1100);
  assert.ok(bench.a.report.sentLevel > -20, `${bench.a.report.sentLevel}`);
  assert.equal(bench.a.of("MicrophoneEnded").length, 0);
  for (let i = 0; i < 20; i++) {
    await bench.run(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(bench.a.of("MicrophoneEnded").length, 1);
  await bench.close();
  await Deno.remove(path);
});

/** Two seconds of a loud square wave. */
async function toneFile(): Promise<Uint8Array> {
  const { wavBytes } = await import("../../fakes/wav_bytes.ts");
  const samples = Array.from({ length: 16_000 }, (_, i) => (i & 8 ? 0.4 : -0.4));
  return wavBytes({ encoding: "s16", rate: 8000, channels: 1 }, samples);
}

Deno.test("digits go out while muted and come in once, as events", async () => {
  const bench = await EngineBench.call(TONE, QUIET);
  await bench.run(500);
  bench.a.mute(true);
  bench.a.dial("12w3");
  await bench.run(4000);
  assert.deepEqual(bench.a.of("DigitsSent").map(({ digits }) => digits), ["12w3"]);
  assert.deepEqual(bench.b.of("DigitReceived").map(({ digit }) => digit), ["1", "2", "3"]);
  assert.deepEqual(bench.b.of("DigitReceived").map(({ durationMs }) => durationMs), [
    100,
    100,
    100,
  ]);
  assert.equal(bench.b.report.dtmfReceived, "123");
  bench.a.dial("no");
  assert.deepEqual(bench.a.of("DigitsSent").at(-1)!.digits, "");
  assert.equal(bench.a.of("MediaFailed").length, 0);
  await bench.close();
});

Deno.test("the echo microphone sends back what is heard", async () => {
  const bench = await EngineBench.call(TONE, {
    microphone: { kind: "echo" },
    speaker: { kind: "null" },
  });
  await bench.run(3000);
  near(bench.a.report.receivedLevel, TONE_DBFS);
  await bench.close();
});

Deno.test("a call that is closed while it opens is closed, and opens nothing", async () => {
  const bench = new EngineBench();
  bench.a.engine.perform({ type: "OpenMedia", call: "call", endpoints: QUIET });
  const report = await bench.a.close();
  assert.equal(report.sent, 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(bench.a.inputs.map(({ type }) => type), ["MediaClosed"]);
});

Deno.test("what cannot be opened fails the media with its reason, and can be closed after", async () => {
  const bench = new EngineBench();
  await bench.a.open({
    ...QUIET,
    microphone: { kind: "file", path: "/no/where.wav", loop: false },
  });
  const [failed] = bench.a.of("MediaFailed");
  assert.equal(failed!.error.code, "file-unusable");
  await bench.a.close();
  assert.deepEqual(bench.a.inputs.map(({ type }) => type), ["MediaFailed", "MediaClosed"]);
  await bench.b.open({ ...QUIET, speaker: { kind: "device" } });
  assert.equal(bench.b.of("MediaFailed")[0]!.error.code, "device-failed");
  await bench.close();
  assert.equal(bench.clock.pending, 0);
});

Deno.test("a stream that cannot be run ends the media, with everything released", async () => {
  const bench = await EngineBench.open(TONE, QUIET);
  const speex = { payloadType: 96, encoding: "SPEEX", clockRate: 16_000, channels: 1 };
  await bench.a.start(bench.b, { sendFormat: speex, receiveFormats: [speex] });
  await bench.run(100);
  assert.equal(bench.a.of("MediaFailed")[0]!.error.code, "media-failed");
  assert.equal(bench.a.sentRtp().length, 0);
  await bench.close();
});

Deno.test("the volume is heard in the speaker, and neither recorded nor measured", async () => {
  const [speaker, record] = [
    await Deno.makeTempFile({ suffix: ".wav" }),
    `${await Deno.makeTempDir()}/new.wav`,
  ];
  const bench = await EngineBench.call(
    { microphone: { kind: "silence" }, speaker: { kind: "file", path: speaker }, record },
    TONE,
  );
  bench.a.engine.perform({ type: "SetVolume", call: "call", volume: -12 });
  for (let i = 0; i < 20; i++) {
    await bench.run(100);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  near(bench.a.report.receivedLevel, TONE_DBFS, 0.8);
  await bench.close();
  const { readWavChannel } = await import("../../support/whole_wav.ts");
  const { rms } = await import("../../fakes/media/signals.ts");
  const level = (samples: Int16Array) => 20 * Math.log10(rms(samples.subarray(8000)) / 32_768);
  near(level(await readWavChannel(speaker, 0)), TONE_DBFS - 12, 0.8);
  near(level(await readWavChannel(record, 1)), TONE_DBFS, 0.8);
  await Promise.all([Deno.remove(speaker), Deno.remove(record)]);
});

Deno.test("the recording has ours on the left and theirs on the right", async () => {
  const path = `${await Deno.makeTempDir()}/new.wav`;
  const bench = await EngineBench.call(
    { ...TONE, record: path },
    { ...QUIET, microphone: { kind: "tone", frequency: 400, level: -20 } },
  );
  for (let i = 0; i < 30; i++) {
    await bench.run(100);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await bench.close();
  const { readWavChannel } = await import("../../support/whole_wav.ts");
  const { rms } = await import("../../fakes/media/signals.ts");
  const [left, right] = [await readWavChannel(path, 0), await readWavChannel(path, 1)];
  assert.ok(left.length >= 16_000 * 2.9, `${left.length} samples`);
  const level = (samples: Int16Array) => 20 * Math.log10(rms(samples.subarray(8000)) / 32_768);
  near(level(left), TONE_DBFS, 0.5);
  near(level(right), -26.1, 0.8);
  await Deno.remove(path);
});
