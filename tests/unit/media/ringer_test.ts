/** Ringing in virtual time: which card is given what, and what is told. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import type { Ring } from "../../../src/core/ports/media_port.ts";
import { FakeCards, type FakeSpeaker } from "../../fakes/media/cards.ts";
import { EngineBench, EngineParty } from "../../fakes/media/engine_call.ts";
import { joined } from "../../fakes/media/signals.ts";
import { toneAmplitude, ToneGenerator } from "../../fakes/tone.ts";
import { wavBytes } from "../../fakes/wav_bytes.ts";

const FORMAT = { encoding: "s16", rate: 8_000, channels: 1 } as const;

async function scene(cards = new FakeCards()) {
  const bench = new EngineBench();
  const us = new EngineParty(bench, "10.0.1.1", 7, { cards, call: "b" });
  const ring = async (wanted: Partial<Ring> = {}, call = "b") => {
    us.engine.perform({ type: "StartRinging", call, ring: { country: "itu", ...wanted } });
    // A file is read in real time.
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    await bench.run(0);
  };
  const stop = async (call = "b") => {
    us.engine.perform({ type: "StopRinging", call });
    await bench.run(0);
  };
  const close = async () => {
    await us.engine.close();
    await bench.close();
  };
  await bench.run(0);
  return { bench, cards, us, ring, stop, close };
}

const sound = (speaker: FakeSpeaker) => joined(speaker.written);
const failures = (us: EngineParty) =>
  us.of("EndpointFailed").map(({ endpoint, error }) => `${endpoint} ${error.code}`);

async function withFile(bytes: Uint8Array, body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".wav" });
  try {
    await Deno.writeFile(path, bytes);
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

const toneFile = (hertz: number) =>
  wavBytes(
    FORMAT,
    Array.from(
      new ToneGenerator(hertz, 8_000).fill(new Int16Array(4_000)),
      (each) => each / 32_768,
    ),
  );

/** A WAV file whose samples have one bit. */
function oneBit(): Uint8Array {
  const bytes = wavBytes(FORMAT, [0.5, -0.5]);
  new DataView(bytes.buffer).setUint16(34, 1, true);
  return bytes;
}

Deno.test("the bell rings in the rhythm of the country, on the ringer's card", async () => {
  const { bench, cards, us, ring, stop, close } = await scene();
  await ring({ device: "Bell", country: "gb" });
  await bench.run(3_000);
  const [bell] = cards.speakers;
  assert.equal(bell!.name, "Bell");
  const heard = sound(bell!);
  const loud = (from: number, to: number) =>
    toneAmplitude(heard.subarray(from * 48, to * 48), 1_000) > 3_000;
  assert.deepEqual([loud(0, 400), loud(400, 600), loud(600, 1_000), loud(1_000, 3_000)], [
    true,
    false,
    true,
    false,
  ]);
  assert.equal(cards.microphones.length, 0);
  await stop();
  assert.equal(bell!.state, "closed");
  const { length } = bell!.written;
  await bench.run(1_000);
  assert.ok(bell!.written.length - length <= 1, "the clock stops");
  assert.deepEqual(failures(us), []);
  await close();
});

Deno.test("a file is played over and over", async () => {
  await withFile(toneFile(700), async (file) => {
    const { bench, cards, ring, close } = await scene();
    await ring({ file });
    await bench.run(900);
    const heard = sound(cards.speakers[0]!);
    assert.ok(
      toneAmplitude(heard.subarray(30_000, 40_000), 700) > 8_000,
      "half a second is long over",
    );
    assert.ok(toneAmplitude(heard, 1_000) < 500);
    await close();
  });
});

Deno.test("a file that cannot be played is told once, and the bell rings", async () => {
  const bad: [string, Uint8Array][] = [
    ["one bit a sample", oneBit()],
    ["a single octet", new Uint8Array(1)],
    ["no WAV", new TextEncoder().encode("ID3 this is an MP3 ".repeat(50))],
    ["no samples", wavBytes(FORMAT, [])],
  ];
  for (const [name, bytes] of bad) {
    await withFile(bytes, async (file) => {
      const { bench, cards, us, ring, close } = await scene();
      await ring({ file });
      await bench.run(500);
      assert.deepEqual(failures(us), ["ringer file-unusable"], name);
      assert.ok(toneAmplitude(sound(cards.speakers[0]!), 1_000) > 3_000, name);
      await close();
    });
  }
  const { us, ring, close } = await scene();
  await ring({ file: "/nonexistent/ring.wav" });
  assert.deepEqual(failures(us), ["ringer file-unusable"]);
  await close();
});

Deno.test("a file of two gigabytes is read as it is played", async () => {
  const header = wavBytes({ ...FORMAT, dataSize: 0x7fff_ff00 }, []);
  await withFile(header, async (file) => {
    await Deno.truncate(file, 0x7fff_ffff);
    const { bench, us, ring, close } = await scene();
    await ring({ file });
    await bench.run(500);
    assert.deepEqual(failures(us), []);
    await close();
  });
});

Deno.test("a card that is not there makes way for the default one, told once", async () => {
  class Missing extends FakeCards {
    override sink(name?: string): FakeSpeaker {
      const speaker = super.sink(name);
      if (name !== undefined) {
        speaker.open = () => Promise.reject(new OffhookError("device-not-found", `no ${name}`));
      }
      return speaker;
    }
  }
  const { bench, cards, us, ring, close } = await scene(new Missing());
  await ring({ device: "Bell" });
  await bench.run(500);
  assert.deepEqual(failures(us), ["ringer device-not-found"]);
  const { name, written } = cards.speakers[1]!;
  assert.equal(name, "default");
  assert.ok(written.length > 20);
  await close();
});

Deno.test("a card that vanishes while it rings is told once; after the answer it is no news", async () => {
  const { bench, cards, us, ring, stop, close } = await scene();
  await ring();
  await bench.run(500);
  const [bell] = cards.speakers;
  bell!.lose();
  bell!.comeBack();
  bell!.lose();
  await bench.run(500);
  assert.deepEqual(failures(us), ["ringer device-failed"]);
  await stop();
  bell!.lose();
  assert.deepEqual(failures(us), ["ringer device-failed"]);
  const endpoints = { microphone: { kind: "silence" }, speaker: { kind: "null" } } as const;
  us.engine.perform({ type: "OpenMedia", call: "b", endpoints });
  for (let i = 0; i < 200 && us.of("MediaOpened").length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(us.of("MediaOpened").length, 1, "the call goes on");
  await close();
});

Deno.test("an answer that is faster than the card leaves nothing open", async () => {
  const cards = new FakeCards();
  cards.slow = true;
  const { ring, stop, bench, close } = await scene(cards);
  await ring();
  const stopped = stop();
  cards.speakers[0]!.settle();
  await stopped;
  await bench.run(100);
  assert.equal(cards.speakers[0]!.state, "closed");
  assert.equal(cards.speakers[0]!.written.length, 0);
  await close();
});

Deno.test("another call that rings takes the card over, and its end alone ends that", async () => {
  const { bench, cards, ring, stop, close } = await scene();
  await ring();
  await ring({}, "c");
  await stop("b");
  await bench.run(500);
  assert.equal(cards.open.length, 1);
  await stop("c");
  assert.deepEqual(cards.open, []);
  await close();
});
