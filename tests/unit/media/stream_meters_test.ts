/** What a stream knows of itself: digital silence that comes, and ticks that came too late. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { loadCodecs } from "../../../src/media/codec/registry.ts";
import { DigitalSilence } from "../../../src/media/stream/digital_silence.ts";
import { Punctuality } from "../../../src/media/stream/punctuality.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";
import { StreamPair } from "../../fakes/media/stream_pair.ts";

await loadResampler();
await loadCodecs(["OPUS"]);

Deno.test("digital silence is heard through every codec, the quietest room is none", () => {
  const nothing = new Int16Array(FRAME_SAMPLES);
  const random = seeded(4);
  // A room of −66 dBFS.
  const room = () => nothing.map(() => 40 * (random() - 0.5));
  for (const codec of ["PCMU", "PCMA", "G722", "OPUS"]) {
    const way = { delayMs: 20 };
    const silent = new StreamPair(codec, way, way, {}, { sound: () => nothing });
    const { digitalSilenceMs = 0 } = silent.run(10).a;
    assert.ok(digitalSilenceMs > 8_000, `${codec}: ${digitalSilenceMs}`);
    silent.free();
    const quiet = new StreamPair(codec, way, way, {}, { sound: room });
    assert.equal(quiet.run(10).a.digitalSilenceMs, undefined, codec);
    quiet.free();
  }
});

Deno.test("silence begins anew with each movement", () => {
  const meter = new DigitalSilence();
  assert.equal(meter.lasts(0), undefined);
  meter.add(Int16Array.of(8, 8, 8), 100);
  assert.equal(meter.lasts(400), 300);
  meter.add(Int16Array.of(8, 40, 8), 500);
  assert.equal(meter.lasts(600), undefined);
});

Deno.test("a machine that stood still counts once what it makes up for, for ten seconds", () => {
  const meter = new Punctuality();
  let at = 0;
  const punctual = (until: number) => {
    for (; at < until; at += 20) meter.tick(at, at + 2);
  };
  punctual(5_000);
  assert.equal(meter.missedMs(at), 0);
  // 180 ms late, and then tick after tick until it is made up.
  const now = at + 180;
  for (; at <= now; at += 20) meter.tick(at, now);
  assert.equal(meter.missedMs(now), 180);
  punctual(8_000);
  meter.skipped(700, at);
  assert.equal(meter.missedMs(at), 880);
  punctual(16_000);
  assert.equal(meter.missedMs(at), 700);
  // A machine that slept.
  meter.skipped(3_600_000, at);
  assert.equal(meter.missedMs(at), 10_000);
  punctual(30_000);
  assert.equal(meter.missedMs(at), 0);
});
