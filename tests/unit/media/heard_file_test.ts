/** A speaker's file holds what a person would hear from the INVITE on, in its own time. */
import assert from "node:assert/strict";
import type { AudioEndpoints } from "../../../src/core/ports/media_port.ts";
import { loadResampler } from "../../../src/audio/resampler.ts";
import { EngineBench, EngineParty } from "../../fakes/media/engine_call.ts";
import { ToneRecording } from "../../support/tones.ts";

const RINGBACK = { name: "ringback", country: "gb" } as const;
const CONGESTION = { name: "congestion", country: "gb" } as const;
const FAR: AudioEndpoints = {
  microphone: { kind: "tone", frequency: 900, level: -12 },
  speaker: { kind: "null" },
};

/** Our call into a file, and a peer that says 900 Hz. */
async function scene() {
  await loadResampler();
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  const bench = new EngineBench();
  const us = new EngineParty(bench, "10.0.1.1", 7);
  await us.open({ microphone: { kind: "silence" }, speaker: { kind: "file", path } });
  await bench.a.open(FAR);
  const play = (tone: typeof RINGBACK | null) =>
    us.engine.perform({ type: "PlayTone", call: us.call, tone });
  /** Closes, and reads what was heard: `a` 400 Hz (a tone of the country), `b` 900 Hz, by tenths. */
  const heard = async (tone?: typeof CONGESTION) => {
    us.engine.perform({ type: "CloseMedia", call: us.call, ...(tone && { tone }) });
    for (let i = 0; i < 400 && us.of("MediaClosed").length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const picture = (await ToneRecording.read(path)).picture([400, 900]);
    await us.engine.close();
    await bench.close();
    await Deno.remove(path);
    return picture;
  };
  return { bench, us, peer: bench.a, play, heard };
}

Deno.test("silence, ringback and talk are where they were in the call", async () => {
  const { bench, us, peer, play, heard } = await scene();
  await bench.run(2_000);
  play(RINGBACK);
  await bench.run(3_000);
  await us.start(peer);
  await peer.start(us);
  play(null);
  await bench.run(2_000);
  // 2 s, then 1.1 s in which early sound may come, then 0.4 s on, 0.2 s off, 0.4 s on; talk from 5 s on.
  assert.match(await heard(), /^\.{31}a{3,4}\.{2,3}a{3,4}\.{9,10}b{19,21}$/);
});

Deno.test("early sound takes the place of ringback in the file, too", async () => {
  const { bench, us, peer, play, heard } = await scene();
  play(RINGBACK);
  await us.start(peer, {}, false);
  await peer.start(us, { direction: "sendonly" });
  await bench.run(3_000);
  const picture = await heard();
  assert.match(picture, /^\.{0,2}b{27,30}$/);
});

Deno.test("the tone of a failure follows the ringback", async () => {
  const { bench, play, heard } = await scene();
  play(RINGBACK);
  await bench.run(1_500);
  const picture = await heard(CONGESTION);
  assert.equal(picture.length, 45, picture);
  assert.match(picture, /^\.{11}a{3,4}/);
});

Deno.test("a stall leaves its time of silence in the file", async () => {
  const { bench, us, peer, heard } = await scene();
  await us.start(peer);
  await peer.start(us);
  await bench.run(1_000);
  const { clock } = bench;
  const timely = clock.setTimeout.bind(clock);
  clock.setTimeout = (callback, ms) => timely(callback, ms + 2_000);
  await bench.run(20);
  clock.setTimeout = timely;
  await bench.run(2_980);
  const picture = await heard();
  assert.ok(Math.abs(picture.length - 40) <= 1, picture);
  assert.match(picture, /b{9}\.{15,20}.*b{5}/);
});
