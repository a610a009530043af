/** What the codec contract carries beyond G.711 and G.722: shown by a codec with Opus' properties. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { packetMsFor } from "../../../src/media/codec/codec.ts";
import { createCodec } from "../../../src/media/codec/registry.ts";
import { Playout } from "../../../src/media/jitter/playout.ts";
import { RtpPacket } from "../../../src/media/rtp/packet.ts";
import { EngineBench, QUIET, TONE } from "../../fakes/media/engine_call.ts";
import {
  CONCEALED,
  FakeOpus,
  OPUS,
  OPUS_STREAM,
  OPUS_STREAM_NARROW_EVENTS,
  withOpus,
} from "../../fakes/media/fake_opus.ts";
import { formatOf } from "../../fakes/media_party.ts";

Deno.test("packets are the longest that the peer takes and the codec can make", () => {
  const [opus, pcmu] = [new FakeOpus(), createCodec(formatOf("PCMU"))];
  const rows = [[10, 20, 10], [20, 20, 20], [40, 20, 40], [60, 60, 60], [120, 60, 60]] as const;
  for (const [ptime, ofOpus, ofPcmu] of rows) {
    assert.deepEqual([packetMsFor(opus, ptime), packetMsFor(pcmu, ptime)], [ofOpus, ofPcmu]);
  }
});

Deno.test("a call on a clock of 48 kHz: timestamps, sound and digits", async () => {
  const bench = await EngineBench.open(TONE, QUIET, withOpus());
  await bench.a.start(bench.b, OPUS_STREAM);
  await bench.b.start(bench.a, OPUS_STREAM);
  await bench.run(3000);
  const sent = bench.a.sentRtp();
  for (let i = 1; i < sent.length; i++) {
    assert.equal((sent[i]!.timestamp - sent[i - 1]!.timestamp) >>> 0, 960);
  }
  const { report } = bench.b;
  assert.deepEqual([report.codec, report.lost, report.late], ["OPUS", 0, 0]);
  assert.ok(Math.abs(report.receivedLevel - -12.1) < 2, `${report.receivedLevel} dBFS`);
  assert.ok(report.jitterMs < 1, `${report.jitterMs} ms`);
  bench.a.dial("5");
  await bench.run(1000);
  const digits = bench.b.of("DigitReceived").map(({ digit, durationMs }) => [digit, durationMs]);
  assert.deepEqual(digits, [["5", 100]]);
  await bench.close();
});

Deno.test("events at 8000 beside sound at 48 kHz: durations on theirs, timestamps on the sound's", async () => {
  const bench = await EngineBench.open(TONE, QUIET, withOpus());
  await bench.a.start(bench.b, OPUS_STREAM_NARROW_EVENTS);
  await bench.b.start(bench.a, OPUS_STREAM_NARROW_EVENTS);
  await bench.run(1000);
  bench.a.dial("55");
  await bench.run(1000);
  const sent = bench.a.sentRtp();
  const events = sent.filter(({ payloadType }) => payloadType === 110);
  const first = events.filter(({ timestamp }) => timestamp === events[0]!.timestamp);
  const ticks = first.map(({ payload }) => payload[2]! << 8 | payload[3]!);
  assert.deepEqual(ticks, [160, 320, 480, 640, 800, 800, 800]);
  const before = sent[sent.indexOf(first[0]!) - 1]!;
  assert.equal((first[0]!.timestamp - before.timestamp) >>> 0, 960);
  const digits = bench.b.of("DigitReceived").map(({ digit, durationMs }) => [digit, durationMs]);
  assert.deepEqual(digits, [["5", 100], ["5", 100]]);
  assert.deepEqual([bench.b.report.lost, bench.b.report.late], [0, 0]);
  await bench.close();
});

Deno.test("60 ms are one frame of the codec, not three in a row", async () => {
  const bench = await EngineBench.open(TONE, QUIET, withOpus());
  await bench.a.start(bench.b, { ...OPUS_STREAM, ptime: 60 });
  await bench.b.start(bench.a, OPUS_STREAM);
  await bench.run(3000);
  const sent = bench.a.sentRtp();
  assert.ok(sent.length >= 49 && sent.every(({ payload }) => payload[0] === 3));
  assert.equal((sent[9]!.timestamp - sent[8]!.timestamp) >>> 0, 2880);
  assert.equal(bench.b.report.concealedMs, 0);
  await bench.close();
});

Deno.test("silence that is not sent is a gap in time, and a talk spurt after it", async () => {
  const bench = await EngineBench.open(TONE, QUIET, withOpus());
  await bench.a.start(bench.b, OPUS_STREAM);
  await bench.run(200);
  const before = bench.a.sentRtp().length;
  bench.a.mute(true);
  // The resampler and its filter may hold the end of the tone for a frame.
  await bench.run(60);
  const muted = bench.a.sentRtp().length;
  await bench.run(500);
  assert.ok(bench.a.sentRtp().length <= muted && before > 8);
  bench.a.mute(false);
  await bench.run(100);
  const [last, first, second] = bench.a.sentRtp().slice(muted - 1);
  assert.deepEqual([first!.marker, second!.marker], [true, false]);
  assert.equal((first!.sequenceNumber - last!.sequenceNumber) & 0xffff, 1);
  assert.ok(((first!.timestamp - last!.timestamp) >>> 0) >= 500 * 48);
  await bench.close();
});

Deno.test("a codec is told what the peer loses, and freed with its stream", async () => {
  const made: FakeOpus[] = [];
  const bench = await EngineBench.open(TONE, TONE, withOpus(made));
  await bench.a.start(bench.b, OPUS_STREAM);
  await bench.b.start(bench.a, OPUS_STREAM);
  let count = 0;
  bench.net.fate = ({ from, to }) => {
    if (from.address !== bench.a.address || to.port % 2 === 1) return [1];
    // Jitter makes the receiver wait, so that the packet after a gap is there in time.
    return ++count % 4 === 0 ? [] : [1 + (count % 3) * 25];
  };
  await bench.run(30_000);
  const [sending] = made;
  assert.ok(Math.abs(sending!.loss - 0.25) < 0.05, `${sending!.loss}`);
  // From then on what is lost is in the packet after it.
  const decoder = made.find(({ recovered }) => recovered > 0);
  assert.ok((decoder?.recovered ?? 0) > 48_000, made.map((one) => one.recovered).join());
  await bench.close();
  assert.deepEqual(made.map(({ freed }) => freed), made.map(() => 1));
});

Deno.test("the codec changes in mid-call, and with it the clock, both ways", async () => {
  const bench = await EngineBench.open(TONE, QUIET, withOpus());
  await bench.a.start(bench.b);
  await bench.b.start(bench.a);
  await bench.run(2000);
  const [ssrc] = bench.a.sentRtp().map((packet) => packet.ssrc);
  for (const [changes, codec] of [[OPUS_STREAM, "OPUS"], [{}, "PCMU"]] as const) {
    await bench.a.start(bench.b, changes);
    await bench.b.start(bench.a, changes);
    await bench.run(2000);
    assert.equal(bench.b.report.codec, codec);
    const level = bench.b.report.receivedLevel;
    assert.ok(Math.abs(level - -12.1) < 2, `${codec}: ${level} dBFS`);
    assert.notEqual(bench.a.sentRtp().at(-1)!.ssrc, ssrc);
  }
  await bench.close();
});

/** A playout that gets 20 ms packets of one level each, some of them lost. */
async function played(lost: number[], fec: boolean): Promise<{ heard: number[]; codec: FakeOpus }> {
  await loadResampler();
  const [encoder, codec] = [new FakeOpus(), new FakeOpus()];
  encoder.loss = fec ? 0.1 : 0;
  const playout = new Playout(48_000, 48_000, () => codec);
  const heard: number[] = [];
  const into = new Int16Array(FRAME_SAMPLES);
  for (let k = 0; k < 30; k++) {
    const packet = new RtpPacket();
    const payload = new Uint8Array(400);
    const pcm = new Int16Array(FRAME_SAMPLES).fill((k + 1) << 8);
    packet.payload = payload.subarray(0, encoder.encode(pcm, payload, 0));
    packet.payloadType = OPUS.payloadType;
    packet.sequenceNumber = k;
    packet.timestamp = k * 960;
    if (!lost.includes(k)) playout.jitter.put(packet, k * 20);
    // One packet waits: the one after a gap is there when the gap is to be played.
    if (k < 1) continue;
    playout.pull(k * 20 + 1, into);
    heard.push(into[FRAME_SAMPLES / 2]!);
  }
  playout.free();
  return { heard, codec };
}

Deno.test("what is lost is recovered from the packet after it", async () => {
  const { heard, codec } = await played([10], true);
  assert.deepEqual(heard.slice(0, 25), Array.from({ length: 25 }, (_, k) => (k + 1) << 8));
  assert.deepEqual([codec.recovered, codec.concealed], [FRAME_SAMPLES, 0]);
});

Deno.test("of a longer gap, the last packet is recovered and the rest concealed", async () => {
  const { heard, codec } = await played([10, 11], true);
  assert.deepEqual(heard.slice(9, 13), [10 << 8, CONCEALED, 12 << 8, 13 << 8]);
  assert.deepEqual([codec.recovered, codec.concealed], [FRAME_SAMPLES, FRAME_SAMPLES]);
});

Deno.test("without recovery, the codec conceals", async () => {
  const { heard, codec } = await played([10], false);
  assert.deepEqual(heard.slice(9, 12), [10 << 8, CONCEALED, 12 << 8]);
  assert.deepEqual([codec.recovered, codec.concealed], [0, FRAME_SAMPLES]);
});
