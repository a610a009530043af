/** What is heard of a call that came to nothing, in virtual time. */
import assert from "node:assert/strict";
import { readWav } from "../../support/wav.ts";
import { FakeCards } from "../../fakes/media/cards.ts";
import { EngineBench, EngineParty } from "../../fakes/media/engine_call.ts";
import { joined } from "../../fakes/media/signals.ts";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import { loudness, toneAmplitude } from "../../fakes/tone.ts";

const CARDS: AudioEndpoints = { microphone: { kind: "device" }, speaker: { kind: "device" } };
const BUSY = { name: "busy", country: "gb" } as const;

/** Our phone, with a call that a peer is about to refuse. */
async function scene(endpoints = CARDS) {
  const cards = new FakeCards();
  const bench = new EngineBench();
  const us = new EngineParty(bench, "10.0.1.1", 7, { cards });
  await us.open(endpoints);
  const fail = async () => {
    us.engine.perform({ type: "CloseMedia", call: us.call, tone: BUSY });
    await bench.run(0);
  };
  const sound = () => joined(cards.speakers[0]!.written);
  const close = async () => {
    await us.engine.close();
    await bench.close();
  };
  return { cards, bench, us, fail, sound, close };
}

Deno.test("a busy tone is heard for three seconds, and the call does not wait for it", async () => {
  const { us, cards, bench, fail, sound, close } = await scene();
  await fail();
  assert.equal(us.of("MediaClosed").length, 1, "at once");
  assert.equal(cards.microphones[0]!.state, "closed", "nobody listens to us");
  await bench.run(2_900);
  assert.equal(cards.speakers[0]!.state, "open");
  await bench.run(500);
  assert.equal(cards.speakers[0]!.state, "closed");
  const heard = sound();
  assert.equal(heard.length, 3 * 48_000);
  assert.ok(toneAmplitude(heard.subarray(1_000, 17_000), 400) > 3_000);
  assert.equal(loudness(heard.subarray(20_000, 35_000)), 0, "375 ms on, 375 ms off");
  assert.equal(heard.at(-1), 0, "without a click");
  assert.equal(us.of("MediaClosed").length, 1);
  await close();
});

Deno.test("a far end that has just said it itself is not said again", async () => {
  const { us, cards, bench, fail, sound, close } = await scene();
  await bench.a.open({
    microphone: { kind: "tone", frequency: 900, level: -12 },
    speaker: { kind: "null" },
  });
  await us.start(bench.a, {}, false);
  await bench.a.start(us);
  await bench.run(1_000);
  await fail();
  assert.equal(cards.speakers[0]!.state, "closed");
  assert.ok(toneAmplitude(sound(), 400) < 50);
  await close();
});

Deno.test("a far end that played its last sound long ago has said nothing of the end", async () => {
  const { us, bench, fail, sound, close } = await scene();
  await bench.a.open({
    microphone: { kind: "tone", frequency: 900, level: -12 },
    speaker: { kind: "null" },
  });
  await us.start(bench.a, {}, false);
  await bench.a.start(us);
  await bench.run(1_000);
  await bench.a.close();
  await bench.run(6_000);
  const before = sound().length;
  await fail();
  await bench.run(300);
  assert.ok(toneAmplitude(sound().subarray(before), 400) > 3_000);
  await close();
});

Deno.test("another call ends the tone, and so does who closes", async () => {
  const { us, cards, bench, fail, close } = await scene();
  await fail();
  await bench.run(500);
  const next = new EngineParty(bench, us.address, 8, { cards, call: "next", beside: us });
  await next.open(CARDS);
  assert.equal(cards.speakers.length, 1, "the same card, open still");
  const { written } = cards.speakers[0]!;
  const before = written.length;
  await bench.run(1_000);
  assert.equal(written.length, before);
  next.engine.perform({ type: "CloseMedia", call: "next", tone: BUSY });
  await bench.run(200);
  assert.ok(written.length > before);
  await us.engine.close();
  assert.equal(cards.speakers[0]!.state, "closed");
  await close();
});

Deno.test("who wants to hear the tone out closes after it", async () => {
  const { us, cards, bench, fail } = await scene();
  await fail();
  let closed = false;
  const closing = us.engine.close(true).then(() => closed = true);
  await bench.run(2_900);
  assert.equal(closed, false);
  await bench.run(200);
  await closing;
  assert.equal(cards.speakers[0]!.state, "closed");
  await bench.close();
});

Deno.test("a card that vanishes meanwhile is no news of a call that is over", async () => {
  const { us, cards, bench, fail, close } = await scene();
  await fail();
  await bench.run(500);
  cards.speakers[0]!.lose();
  await bench.run(3_000);
  assert.equal(us.of("EndpointFailed").length, 0);
  assert.equal(cards.speakers[0]!.state, "closed");
  await close();
});

Deno.test("a file has the tone at once, before its call is closed", async () => {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  const { us, fail, close } = await scene({
    microphone: { kind: "silence" },
    speaker: { kind: "file", path },
  });
  await fail();
  for (let i = 0; i < 200 && us.of("MediaClosed").length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { samples, rate } = await readWav(path);
  assert.equal(Math.round((samples.length / rate) * 10), 30);
  const on = Int16Array.from(samples.subarray(500, 5_500), (sample) => sample * 32_768);
  assert.ok(toneAmplitude(on, 400, rate) > 3_000);
  await Deno.remove(path);
  await close();
});
