/** Two calls of one engine and one pair of sound cards, through a real device host, server and wire. */
import assert from "node:assert/strict";
import { deviceEndpoints } from "../../../src/audio/device/device.ts";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import { FakeBackend } from "../../fakes/audio_backend.ts";
import { HidHost } from "../../fakes/hid/hid_host.ts";
import { EngineBench, EngineParty, TONE } from "../../fakes/media/engine_call.ts";

const CARDS: AudioEndpoints = {
  microphone: { kind: "device", name: "Loop microphone" },
  speaker: { kind: "device", name: "Loop speaker" },
};

Deno.test("two calls: each card is opened once, its loss told to both, and closed with the last", async () => {
  const backend = new FakeBackend();
  const { capture, playback } = backend.cards;
  await using host = new HidHost(backend);
  const bench = new EngineBench();
  const cards = deviceEndpoints({
    socket: () => Promise.resolve(host.socket),
    abandon: () => {},
    log: () => Promise.resolve([]),
  });
  const first = new EngineParty(bench, "10.0.1.1", 1, { cards, call: "first" });
  const second = new EngineParty(bench, first.address, 2, { beside: first, call: "second" });
  const calls = [[first, bench.a], [second, bench.b]] as const;
  /** Lets a card's time pass until something holds; fails by the test's own time limit. */
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await bench.run(20);
    }
  };
  for (const [mine, peer] of calls) {
    await mine.open(CARDS);
    await peer.open(TONE);
    await mine.start(peer);
    await peer.start(mine);
  }
  const heard = (party: EngineParty) =>
    party.of("MediaReported").at(-1)?.report.receivedLevel ?? -90;
  // What the speaker plays is what the microphone hears: both peers hear the tones of both.
  await until(() => calls.every(([, peer]) => heard(peer) > -30));
  assert.deepEqual([capture.length, playback.length], [1, 1]);

  for (const card of [...capture, ...playback]) card.gone = true;
  const told = () =>
    calls.map(([mine]) => [mine.of("EndpointFailed").length, mine.of("EndpointRestored").length]);
  await until(() => told().join() === "2,2,2,2");
  assert.deepEqual([capture.length, playback.length], [2, 2], "each was opened again once");

  await first.close();
  assert.ok(!capture[1]!.closed && !playback[1]!.closed);
  const reports = bench.b.of("MediaReported").length;
  await until(() => bench.b.of("MediaReported").length > reports + 1 && heard(bench.b) > -30);
  await second.close();
  await until(() => [...capture, ...playback].every(({ closed }) => closed));
  assert.deepEqual([capture.length, playback.length], [2, 2]);
  await first.engine.close();
  await bench.close();
});
