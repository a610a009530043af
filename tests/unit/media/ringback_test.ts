/** Ringback in virtual time: the far end's packets decide whether it is heard. */
import assert from "node:assert/strict";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import { FakeCards } from "../../fakes/media/cards.ts";
import { EngineBench, EngineParty } from "../../fakes/media/engine_call.ts";
import { joined } from "../../fakes/media/signals.ts";
import { loudness, toneAmplitude } from "../../fakes/tone.ts";

const CARDS: AudioEndpoints = { microphone: { kind: "device" }, speaker: { kind: "device" } };
const RINGBACK = { name: "ringback", country: "de" } as const;

/** Our phone with a card, and one that rings and would say 900 Hz. */
async function scene() {
  const cards = new FakeCards();
  const bench = new EngineBench();
  const us = new EngineParty(bench, "10.0.1.1", 7, { cards });
  await us.open(CARDS);
  await bench.a.open({
    microphone: { kind: "tone", frequency: 900, level: -12 },
    speaker: { kind: "null" },
  });
  const play = async (tone: typeof RINGBACK | null) => {
    us.engine.perform({ type: "PlayTone", call: us.call, tone });
    await bench.run(0);
  };
  const heard = async (ms: number) => {
    const from = cards.speakers[0]!.written.length;
    await bench.run(ms);
    return joined(cards.speakers[0]!.written.slice(from));
  };
  const close = async () => {
    await us.engine.close();
    await bench.close();
  };
  return { bench, cards, us, peer: bench.a, play, heard, close };
}

Deno.test("a peer that sends nothing rings in our speaker, before there is any stream", async () => {
  const { us, cards, play, heard, close } = await scene();
  await play(RINGBACK);
  assert.equal(loudness(await heard(1_000)), 0, "its packets may be on their way");
  const rings = await heard(1_000);
  assert.ok(toneAmplitude(rings, 425) > 3_000);
  assert.equal(cards.microphones[0]!.started, 0, "nobody listens to us yet");
  const cadence = await heard(10_000);
  const seconds = Array.from(
    { length: 10 },
    (_, i) => toneAmplitude(cadence.subarray(i * 48_000, (i + 1) * 48_000), 425) > 300,
  );
  assert.equal(seconds.filter(Boolean).length, 4, "two rings in ten seconds, in two seconds each");
  assert.equal(us.of("MediaFailed").length, 0);
  await play(null);
  await heard(100);
  const written = cards.speakers[0]!.written.length;
  await heard(1_000);
  assert.equal(cards.speakers[0]!.written.length, written, "the clock stops again");
  await close();
});

Deno.test("its first packet ends the ringback, and five seconds without one bring it back", async () => {
  const { bench, us, peer, play, heard, close } = await scene();
  await play(RINGBACK);
  await us.start(peer, {}, false);
  await heard(1_200);
  assert.ok(toneAmplitude(await heard(500), 425) > 3_000, "a description alone is no sound");
  await peer.start(us, { direction: "sendonly" });
  await heard(100);
  const early = await heard(4_000);
  assert.ok(toneAmplitude(early, 900) > 3_000);
  assert.ok(toneAmplitude(early, 425) < 50);
  await peer.start(us, { direction: "inactive" });
  const pause = await heard(4_500);
  assert.ok(toneAmplitude(pause.subarray(48_000), 425) < 50, "an announcement may pause");
  assert.ok(toneAmplitude(await heard(1_500), 425) > 1_500, "it rings again");
  await play(null);
  await heard(100);
  assert.ok(toneAmplitude(await heard(5_000), 425) < 50);
  await bench.run(0);
  await close();
});

Deno.test("early sound that is there at once is never rung over", async () => {
  const { us, peer, play, heard, close } = await scene();
  await play(RINGBACK);
  await us.start(peer, {}, false);
  await peer.start(us);
  assert.ok(toneAmplitude(await heard(5_000), 425) < 50);
  await close();
});

Deno.test("a card that vanishes while it rings there is told once, and the call goes on", async () => {
  const { us, cards, play, heard, peer, close } = await scene();
  await play(RINGBACK);
  await heard(2_000);
  cards.speakers[0]!.lose();
  await heard(2_000);
  const failures = us.of("EndpointFailed").map(({ endpoint }) => endpoint);
  assert.deepEqual(failures, ["speaker"]);
  await us.start(peer);
  assert.equal(us.of("MediaStarted").length, 1);
  await close();
});
