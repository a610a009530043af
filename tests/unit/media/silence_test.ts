/** What media says of a direction in which no sound comes: for how long, and what it sees instead. */
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import assert from "node:assert/strict";
import { IgnoredSources } from "../../../src/media/transport/ignored_sources.ts";
import { Reach } from "../../../src/media/rtp/reach.ts";
import { SilenceMeter } from "../../../src/media/stream/silence_meter.ts";
import { RTP_HEADER_LENGTH, writeRtpHeader } from "../../../src/media/rtp/packet.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { LocalParty } from "../../../src/media/sound/local_party.ts";
import { FakeCards } from "../../fakes/media/cards.ts";
import { EngineBench, TONE } from "../../fakes/media/engine_call.ts";

/** A packet of 20 ms. */
function rtp(payloadType: number, sequenceNumber: number, ssrc = 7): Uint8Array {
  const data = new Uint8Array(RTP_HEADER_LENGTH + 160);
  writeRtpHeader(data, false, payloadType, sequenceNumber, 160 * sequenceNumber, ssrc);
  return data;
}

Deno.test("the longest silence: of what was due, and not after comfort noise", () => {
  const meter = new SilenceMeter();
  assert.equal(meter.heard(500, false), false, "the first packet ends nothing");
  assert.equal(meter.longest(9_000), 0, "nothing was due: early media");
  meter.expect(true, 10_000);
  assert.equal(meter.longest(12_000), 2_000, "from the answer on, not from before");
  assert.equal(meter.heard(14_000, false), true, "back");
  assert.equal(meter.heard(14_020, false), false);
  assert.equal(meter.longest(15_000), 4_000);
  meter.heard(15_000, true);
  assert.ok(meter.pausing);
  assert.equal(meter.longest(90_000), 4_000, "comfort noise announced the pause");
  meter.heard(90_000, false);
  meter.expect(false, 95_000);
  assert.equal(meter.longest(200_000), 5_000, "held: nothing was due, and what was before counts");
  meter.expect(true, 200_000);
  assert.equal(meter.longest(201_000), 5_000);
});

Deno.test("what reaches the peer, by its reports", () => {
  type Row = [highest: number | undefined, sent: number, at: number, silent: number | undefined];
  const table: Record<string, Row[]> = {
    "arrives": [[100, 100, 5_000, 0], [300, 350, 10_000, 0]],
    "stops arriving": [[100, 100, 5_000, 0], [100, 350, 10_000, 5_000], [100, 600, 15_000, 10_000]],
    "is back": [[100, 100, 5_000, 0], [100, 350, 10_000, 5_000], [400, 600, 15_000, 0]],
    "we were silent ourselves": [[100, 100, 5_000, 0], [100, 100, 10_000, 0]],
    "never arrived": [[undefined, 250, 5_000, 0], [undefined, 500, 10_000, 5_000]],
    "one report without us": [[100, 100, 5_000, 0], [undefined, 350, 10_000, 0], [
      400,
      600,
      15_000,
      0,
    ]],
    "another source of ours": [[7, 100, 5_000, 0], [3, 350, 10_000, 0]],
  };
  for (const [name, rows] of Object.entries(table)) {
    const reach = new Reach();
    assert.deepEqual(reach.view(1_000), {}, "no report, no word");
    for (const [highest, sent, at, silent] of rows) {
      reach.reported(highest, sent, at);
      assert.equal(reach.view(at).remoteSilentMs, silent, `${name} at ${at}`);
    }
  }
  const reach = new Reach();
  reach.reported(100, 100, 0);
  reach.reported(100, 350, 5_000);
  assert.deepEqual(reach.view(6_000), { remoteSilentMs: 6_000, remoteLongestSilentMs: 6_000 });
  assert.equal(reach.view(20_001).remoteSilentMs, undefined, "who reports no more says nothing");
});

Deno.test("sources that are not taken are told while they go on, forged keys first", () => {
  const sources = new IgnoredSources();
  const note = (reason: "not-authentic" | "other-address", at: number, times = 1) => {
    for (let i = 0; i < times; i++) sources.note(reason, "192.0.2.9", 7, at);
  };
  note("other-address", 0, 2);
  assert.equal(sources.lately(0), undefined, "two are stray");
  note("other-address", 10);
  const source = { address: "192.0.2.9", port: 7 };
  assert.deepEqual(sources.lately(10), { reason: "other-address", ...source });
  note("not-authentic", 20, 3);
  assert.deepEqual(sources.lately(20), { reason: "not-authentic", ...source });
  assert.equal(sources.lately(3_021), undefined);
  note("not-authentic", 9_000, 2);
  assert.equal(sources.lately(9_000), undefined, "counted anew after a break");
});

Deno.test("one direction is lost: the other end's report says for how long, and at once when it is back", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  const { a, b } = bench;
  await bench.run(10_000);
  bench.net.fate = ({ from, to }) => from.address === b.address && to.port % 2 === 0 ? [] : [1];
  await bench.run(20_400);
  const reports = a.of("MediaReported").length;
  bench.net.fate = () => [1];
  await bench.run(60);
  assert.equal(a.of("MediaReported").length, reports + 1, "the end of a silence is told at once");
  const { rtpSilentMs, longestSilentMs, peer, remoteSilentMs } = a.report;
  assert.ok(rtpSilentMs <= 40 && Math.abs(longestSilentMs - 20_400) < 100, `${longestSilentMs}`);
  assert.deepEqual([peer, remoteSilentMs], [{ address: b.address, port: b.port }, 0]);
  await bench.run(8_000);
  assert.ok(b.report.remoteLongestSilentMs! >= 10_000, `${b.report.remoteLongestSilentMs}`);
  assert.equal(b.report.remoteSilentMs, 0);
  assert.ok(b.report.longestSilentMs < 100);
  await bench.close();
});

Deno.test("nothing of ours arrives: the peer's reports that leave us out say so", async () => {
  const bench = await EngineBench.open(TONE, TONE);
  const { a, b } = bench;
  bench.net.fate = ({ from, to }) => from.address === a.address && to.port % 2 === 0 ? [] : [1];
  await a.start(b);
  await b.start(a);
  await bench.run(25_000);
  assert.ok(a.report.remoteSilentMs! > 3_000, `${a.report.remoteSilentMs}`);
  assert.equal(a.report.remoteHears, undefined, "no block, no word by that");
  assert.ok(a.report.rtpSilentMs <= 40);
  await bench.close();
});

Deno.test("packets from elsewhere, or of a payload type of no use, are named with their source", async () => {
  const bench = await EngineBench.open(TONE, TONE);
  const { a, b } = bench;
  await a.start(b);
  const [to, theirs] = [a, b].map(({ address, port }) => ({ address, port }));
  const stranger = { address: "10.0.0.9", port: 7_000 };
  // Never two in sequence: nobody is followed.
  for (let i = 0; i < 5; i++) {
    bench.net.inject({ data: rtp(0, 100 * i), from: stranger, to: to! });
  }
  await bench.run(1_100);
  assert.deepEqual(a.report.ignored, { reason: "other-address", ...stranger });
  await bench.run(4_000);
  assert.equal(a.report.ignored, undefined, "of the past");
  bench.net.inject({ data: rtp(99, 1), from: theirs!, to: to! });
  await bench.run(1_100);
  assert.deepEqual(a.report.ignored, { reason: "other-format", payloadType: 99 });
  assert.equal(a.report.received, 0);
  await bench.close();
});

Deno.test("comfort noise announces a pause, of whatever payload type was agreed", async () => {
  const bench = await EngineBench.call(TONE, TONE);
  const { a, b } = bench;
  await bench.run(1_000);
  const last = b.sentRtp().at(-1)!;
  const { ssrc, sequenceNumber } = last;
  const [to, from] = [a, b].map(({ address, port }) => ({ address, port }));
  bench.net.inject({ data: rtp(13, sequenceNumber + 1, ssrc), from: from!, to: to! });
  await bench.run(2);
  bench.net.fate = ({ from }) => from.address === b.address ? [] : [1];
  await bench.run(5_000);
  assert.deepEqual([a.report.pausing, a.report.longestSilentMs < 200], [true, true]);
  assert.ok(a.report.rtpSilentMs > 3_000);
  await bench.close();
});

Deno.test("a sound card that gives zeros only is told; a microphone that is none is not", async () => {
  await loadResampler();
  const cards = new FakeCards();
  const party = new LocalParty(cards, {
    failed: () => {},
    restored: () => {},
    microphoneEnded: () => {},
    speechFailed: () => {},
  }, new VirtualClock());
  await party.open({ kind: "device" }, { kind: "null" });
  party.start(true);
  const speak = (frames: number) => {
    for (let i = 0; i < frames; i++) party.speak();
    return party.microphoneSilentMs;
  };
  assert.equal(speak(5), 0);
  cards.microphones[0]!.dead = true;
  assert.equal(speak(50), 1_000);
  assert.equal(speak(50), 2_000);
  cards.microphones[0]!.dead = false;
  assert.equal(speak(1), 0);
  await party.close();
  const silence = new LocalParty(undefined, {
    failed: () => {},
    restored: () => {},
    microphoneEnded: () => {},
    speechFailed: () => {},
  }, new VirtualClock());
  await silence.open({ kind: "silence" }, { kind: "null" });
  silence.start(true);
  silence.speak();
  assert.equal(silence.microphoneSilentMs, undefined, "it is meant to be silent");
  await silence.close();
});
