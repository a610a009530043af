/** How a call sounds, measured by whole streams: both directions, with what the network did known. */
import assert from "node:assert/strict";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { buildRtcp, parseRtcp } from "../../../src/media/rtp/rtcp.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";
import { StreamPair } from "../../fakes/media/stream_pair.ts";

await loadResampler();

const CLEAR = { delayMs: 20 };

/** Gilbert: lost in runs of `inARow` on average. */
function losses(share: number, inARow: number): () => boolean {
  const random = seeded(3);
  let bad = false;
  return () => {
    const stays = 1 - 1 / inARow;
    const begins = share / (1 - share) / inARow;
    return bad = random() < (bad ? stays : begins);
  };
}

Deno.test("nothing is said before enough was measured, and no conversation before a round trip", () => {
  const mute = new StreamPair("PCMU", CLEAR, { delayMs: 20, withoutRtcp: true });
  assert.equal(mute.run(1).a.quality, undefined);
  const { quality } = mute.run(20).a;
  assert.deepEqual(quality?.incoming?.call.listening, { r: 93.2, mos: 4.41 });
  assert.equal(quality?.incoming?.call.conversational, undefined);
  assert.equal(quality?.outgoing, undefined);
  mute.free();
  const pair = new StreamPair("PCMU", CLEAR, CLEAR);
  const { a } = pair.run(20);
  assert.ok(Math.abs(a.roundTripMs! - 40) < 2);
  assert.deepEqual(a.quality?.incoming?.now?.conversational, { r: 93.2, mos: 4.41 });
  assert.deepEqual(a.quality?.outgoing?.call.listening, { r: 93.2, mos: 4.41 });
  assert.deepEqual(a.quality?.outgoing?.told, { listening: 4.4, conversational: 4.4 });
  pair.free();
});

Deno.test("each direction has its own loss; who lost it and who hears of it agree", () => {
  const pair = new StreamPair("PCMU", { delayMs: 20, lost: losses(0.1, 3) }, CLEAR);
  const { a, b } = pair.run(60);
  const [heard, told] = [b.quality!.incoming!, a.quality!.outgoing!];
  assert.ok(Math.abs(heard.call.lossShare - 0.1) < 0.02, `${heard.call.lossShare}`);
  assert.ok(Math.abs(told.call.lossShare - heard.call.lossShare) < 0.01);
  // That the loss is in runs, which is heard more, only the receiver knows.
  const more = told.call.listening.mos - heard.call.listening.mos;
  assert.ok(more >= 0 && more < 0.4, `${more}`);
  // Runs of three among 27 that arrive: most of them stand together.
  const { burstDensity, gapDensity, burstMs, gapMs } = told.bursts!;
  assert.ok(burstDensity > 0.1 && gapDensity < 0.05 && burstMs > 60 && gapMs > 200);
  assert.ok(Math.abs(burstDensity - heard.bursts!.burstDensity) < 0.03);
  assert.equal(a.quality!.incoming!.call.listening.mos, 4.41);
  assert.equal(b.quality!.outgoing!.call.listening.mos, 4.41);
  pair.free();
});

Deno.test("the last seconds are told apart from the whole call", () => {
  let bad = true;
  const lost = losses(0.2, 1);
  const pair = new StreamPair("G722", CLEAR, { delayMs: 20, lost: () => lost() && bad });
  const worse = pair.run(20).a.quality!.incoming!;
  assert.equal(worse.scale, "wideband");
  assert.ok(worse.now!.listening.mos < 3);
  bad = false;
  const better = pair.run(20).a.quality!.incoming!;
  assert.deepEqual(better.now!.listening, { r: 116, mos: 4.34 });
  assert.ok(better.call.listening.mos < 4);
  pair.free();
});

Deno.test("a delay spoils the conversation, not the listening", () => {
  const far = { delayMs: 400 };
  const { a } = new StreamPair("PCMA", far, far).run(30);
  const { listening, conversational } = a.quality!.incoming!.now!;
  assert.equal(listening.mos, 4.41);
  assert.ok(conversational!.mos < 3.6, `${conversational!.mos}`);
  assert.ok(a.quality!.incoming!.oneWayMs! >= 420);
});

Deno.test("packets that come too late are not played, and count as such", () => {
  const random = seeded(5);
  // Far beyond what the jitter buffer grows to.
  const jitter = () => random() < 0.02 ? 900 : 0;
  const { a } = new StreamPair("PCMU", CLEAR, { delayMs: 20, jitter }).run(40);
  const { lossShare, lateShare } = a.quality!.incoming!.call;
  assert.ok(lateShare! > 0.01, `${lateShare}`);
  assert.ok(lossShare < 0.005, `${lossShare}`);
});

Deno.test("extended reports go to a peer that takes them, with what it takes", () => {
  const types = (pair: StreamPair) =>
    new Set(pair.rtcp.a.flatMap((data) => parseRtcp(data)!.map(({ type }) => type)));
  const without = new StreamPair("PCMU", CLEAR, CLEAR, { extendedReports: undefined });
  without.run(20);
  assert.ok(!types(without).has("XR"));
  const only = new StreamPair("PCMU", CLEAR, CLEAR, { extendedReports: { voipMetrics: true } });
  only.run(20);
  const last = parseRtcp(only.rtcp.a.at(-1)!)!.find(({ type }) => type === "XR");
  assert.ok(last?.type === "XR" && last.reference === undefined && last.voip !== undefined);
  const { r, mosListening, concealment, gmin } = last.voip;
  assert.deepEqual([r, mosListening, concealment, gmin], [93, 4.4, "enhanced", 16]);
});

Deno.test("a stall is counted with how long it was", () => {
  let stalled = false;
  const pair = new StreamPair("PCMU", CLEAR, { delayMs: 20, lost: () => stalled });
  pair.run(5);
  stalled = true;
  pair.run(2);
  stalled = false;
  const { incoming } = pair.run(5).a.quality!;
  assert.equal(incoming!.stalls, 1);
  assert.ok(Math.abs(incoming!.stalledMs! - 2_020) <= 40, `${incoming!.stalledMs}`);
});

Deno.test("three minutes of 40 ms with 15 ms jitter and 4 % loss in bursts stay fair, and none are late", () => {
  const random = seeded(21);
  const way = () => ({ delayMs: 40, jitter: () => 15 * random(), lost: losses(0.04, 3) });
  for (const [codec, least] of [["PCMU", 3.9], ["G722", 3.4]] as const) {
    const pair = new StreamPair(codec, way(), way());
    for (const { quality } of Object.values(pair.run(180))) {
      const { lossShare, lateShare, listening, conversational } = quality!.incoming!.call;
      assert.ok(
        Math.abs(lossShare - 0.04) < 0.01 && lateShare! < 0.002,
        `${lossShare} ${lateShare}`,
      );
      assert.ok(listening.mos >= least, `${codec}: ${listening.mos}`);
      assert.ok(listening.mos - conversational!.mos < 0.1);
    }
    pair.free();
  }
});

Deno.test("what a peer says of its jitter buffer is bounded", () => {
  const pair = new StreamPair("PCMU", CLEAR, CLEAR);
  pair.run(10);
  const [told] = parseRtcp(pair.rtcp.b.at(-1)!)!.flatMap((one) => one.type === "XR" ? [one] : []);
  const voip = { ...told!.voip!, bufferMs: 65_535 };
  const data = buildRtcp({
    ssrc: told!.ssrc,
    cname: "x",
    reports: [],
    extended: { delays: [], voip },
  });
  pair.a.receive("rtcp", data);
  assert.ok(pair.a.report().quality!.outgoing!.oneWayMs! < 1_100);
  pair.free();
});
