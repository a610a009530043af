/** Two calls of one engine, in virtual time: the person has one microphone and one speaker. */
import assert from "node:assert/strict";
import type {
  AudioEndpoints,
  MediaEffect,
  MediaInput,
} from "../../../src/core/ports/media_port.ts";
import { EngineBench, EngineParty } from "../../fakes/media/engine_call.ts";
import { FakeCards } from "../../fakes/media/cards.ts";
import { joined } from "../../fakes/media/signals.ts";
import { toneAmplitude } from "../../fakes/tone.ts";

const CARDS: AudioEndpoints = { microphone: { kind: "device" }, speaker: { kind: "device" } };
const tone = (frequency: number): AudioEndpoints => ({
  microphone: { kind: "tone", frequency, level: -12 },
  speaker: { kind: "null" },
});

/** Our engine with two calls on one card, to two phones that say a tone each. */
async function scene() {
  const cards = new FakeCards();
  const bench = new EngineBench();
  const us = new EngineParty(bench, "10.0.1.1", 7, { cards, call: "first" });
  const beside = new EngineParty(bench, us.address, 8, { beside: us, call: "second" });
  const both = [{ mine: us, peer: bench.a }, { mine: beside, peer: bench.b }] as const;
  for (const [i, { mine, peer }] of both.entries()) {
    await mine.open(CARDS);
    await peer.open(tone(500 + 400 * i));
    await mine.start(peer);
    await peer.start(mine);
  }
  const tellUs = (effect: MediaEffect) => us.engine.perform(effect);
  const close = async () => {
    await us.engine.close();
    await bench.close();
  };
  return { bench, cards, us, first: both[0], second: both[1], tellUs, close };
}

/** Amplitude of 500 and of 900 Hz in the last half second of our speaker. */
function heard({ speakers: [card] }: FakeCards): [number, number] {
  const samples = joined(card!.written.slice(-25));
  return [toneAmplitude(samples, 500), toneAmplitude(samples, 900)];
}

const told = (inputs: MediaInput[], call: string) =>
  inputs.flatMap((input) =>
    input.call === call && (input.type === "EndpointFailed" || input.type === "EndpointRestored")
      ? [`${input.type} ${input.endpoint}`]
      : []
  );

Deno.test("two calls open one microphone and one speaker, and both are spoken to and heard", async () => {
  const { bench, cards, first, second, close } = await scene();
  await bench.run(2000);
  assert.deepEqual([cards.microphones.length, cards.speakers.length], [1, 1]);
  assert.equal(cards.microphones[0]!.started, 1);
  for (const level of heard(cards)) assert.ok(level > 5_000, `${level}`);
  for (const { peer } of [first, second]) {
    assert.ok(peer.report.receivedLevel > -20, `${peer.report.receivedLevel} dBFS`);
  }
  // A frame a tick, neither more nor less.
  const [before] = [cards.speakers[0]!.written.length];
  const reads = cards.microphones[0]!.reads;
  await bench.run(1000);
  assert.equal(cards.speakers[0]!.written.length - before, 50);
  assert.equal(cards.microphones[0]!.reads - reads, 50);
  await close();
  assert.deepEqual(cards.open, []);
});

Deno.test("hold and mute of one call do not touch the other", async () => {
  const { bench, cards, first, second, tellUs, close } = await scene();
  await bench.run(1000);
  await first.mine.start(first.peer, { direction: "inactive" });
  tellUs({ type: "MuteMedia", call: "first", muted: true });
  await bench.run(1500);
  const [held, other] = heard(cards);
  assert.ok(held < 50 && other > 5_000, `${held}, ${other}`);
  assert.ok(second.peer.report.receivedLevel > -20);
  assert.equal(first.peer.report.receivedLevel, -90);
  assert.deepEqual(cards.open, ["default", "default"]);
  await close();
});

Deno.test("the end of one call leaves the card to the other", async () => {
  const { bench, cards, first, second, close } = await scene();
  await bench.run(1000);
  await first.mine.close();
  assert.deepEqual(cards.open, ["default", "default"]);
  await bench.run(1500);
  assert.ok(heard(cards)[1] > 5_000);
  assert.ok(second.peer.report.receivedLevel > -20);
  await second.mine.close();
  assert.deepEqual(cards.open, []);
  await close();
});

Deno.test("a card that is lost and comes back is told to both calls", async () => {
  const { bench, cards, us, close } = await scene();
  await bench.run(100);
  cards.microphones[0]!.lose();
  cards.speakers[0]!.lose();
  cards.microphones[0]!.comeBack();
  cards.speakers[0]!.comeBack();
  for (const call of ["first", "second"]) {
    assert.deepEqual(told(us.inputs, call), [
      "EndpointFailed microphone",
      "EndpointFailed speaker",
      "EndpointRestored microphone",
      "EndpointRestored speaker",
    ]);
  }
  await close();
});

Deno.test("one call goes to another card and back; the other stays where it is", async () => {
  const { bench, cards, us, tellUs, close } = await scene();
  await bench.run(1000);
  const use = async (name?: string) => {
    const device = { kind: "device" as const, ...(name === undefined ? {} : { name }) };
    tellUs({ type: "UseEndpoints", call: "first", microphone: device, speaker: device });
    // Opening waits for the resampler's module and for the card.
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await bench.run(20);
    }
  };
  await use("Camera");
  assert.deepEqual(cards.open.sort(), ["Camera", "Camera", "default", "default"]);
  await bench.run(600);
  const camera = cards.speakers.find(({ name }) => name === "Camera")!;
  assert.ok(toneAmplitude(joined(camera.written.slice(-25)), 500) > 5_000);
  const [first, second] = heard(cards);
  assert.ok(first < 50 && second > 5_000, `${first}, ${second}`);
  await use();
  assert.deepEqual([cards.open, cards.microphones.length], [["default", "default"], 2]);
  await bench.run(600);
  for (const level of heard(cards)) assert.ok(level > 5_000, `${level}`);
  assert.deepEqual(told(us.inputs, "second"), []);
  await close();
});
