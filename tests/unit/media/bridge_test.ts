/** Who hears whom in a bridge, and that nobody is heard to come and go. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { CEILING } from "../../../src/media/dsp/limiter.ts";
import { Bridge } from "../../../src/media/sound/bridge.ts";
import type { Party } from "../../../src/media/sound/party.ts";
import { joined, largestStep } from "../../fakes/media/signals.ts";
import { loudness, toneAmplitude, ToneGenerator } from "../../fakes/tone.ts";

/** Says a tone, and keeps what it hears. */
class Talker implements Party {
  readonly heard: Int16Array[] = [];
  spoken = 0;
  readonly #tone: ToneGenerator;
  readonly #frame = new Int16Array(FRAME_SAMPLES);

  constructor(readonly frequency: number, amplitude = 4_000) {
    this.#tone = new ToneGenerator(frequency, GRAPH_RATE, amplitude);
  }

  speak(): Int16Array {
    this.spoken++;
    return this.#tone.fill(this.#frame);
  }

  hear(mix: Int16Array): void {
    this.heard.push(mix.slice());
  }

  /** Amplitude of another's tone in the last frames, of 1 s at most. */
  hears({ frequency }: Talker): number {
    return toneAmplitude(joined(this.heard.slice(-50)), frequency, GRAPH_RATE);
  }
}

function run(bridge: Bridge, ticks: number): void {
  for (let i = 0; i < ticks; i++) bridge.tick(i * 20);
}

function near(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) < 150, `${value} instead of ${expected}`);
}

Deno.test("of two, each hears the other's frames as they are, in the same tick", () => {
  const bridge = new Bridge();
  const frames = (value: number, heard: Int16Array[]): Party => ({
    speak: () => new Int16Array(FRAME_SAMPLES).fill(value),
    hear: (mix) => heard.push(mix.slice()),
  });
  const [mine, theirs]: Int16Array[][] = [[], []];
  bridge.join(frames(7, mine!), "near");
  bridge.join(frames(9, theirs!), "far");
  run(bridge, 3);
  assert.deepEqual(mine!.slice(1).map((frame) => [frame[0], frame.at(-1)]), [[9, 9], [9, 9]]);
  assert.deepEqual(theirs!.slice(1).map((frame) => [frame[0], frame.at(-1)]), [[7, 7], [7, 7]]);
});

for (const count of [3, 4, 8]) {
  Deno.test(`of ${count}, each hears all the others alike, and not himself`, () => {
    const bridge = new Bridge();
    const talkers = Array.from({ length: count }, (_, i) => new Talker(400 + 300 * i, 3_000));
    talkers.forEach((talker, i) => bridge.join(talker, i === 0 ? "near" : "far"));
    run(bridge, 100);
    for (const listener of talkers) {
      assert.equal(listener.heard.length, 100);
      for (const talker of talkers) near(listener.hears(talker), talker === listener ? 0 : 3_000);
    }
  });
}

Deno.test("who is near hears the far ones only; the far ones hear all that is near", () => {
  const bridge = new Bridge();
  const [person, program, call] = [new Talker(500), new Talker(900), new Talker(1_300)];
  const heard: Int16Array[] = [];
  bridge.join(person, "near");
  bridge.join(program, "near");
  bridge.join({ hear: (mix) => heard.push(mix.slice()) }, "near");
  bridge.join(call, "far");
  run(bridge, 100);
  for (const listener of [person, program]) {
    assert.deepEqual([listener.hears(person), listener.hears(program)].map(Math.round), [0, 0]);
    near(listener.hears(call), 4_000);
  }
  near(call.hears(person), 4_000);
  near(call.hears(program), 4_000);
  assert.deepEqual(heard, person.heard);
});

Deno.test("sixteen loud parties are turned down, never cut or wrapped around", () => {
  const bridge = new Bridge();
  const talkers = Array.from({ length: 16 }, (_, i) => new Talker(350 + 170 * i, 30_000));
  talkers.forEach((talker, i) => bridge.join(talker, i === 0 ? "near" : "far"));
  run(bridge, 150);
  for (const listener of talkers) {
    const heard = joined(listener.heard.slice(2));
    assert.ok(heard.every((sample) => Math.abs(sample) <= CEILING));
    const [least, most] = talkers.filter((talker) => talker !== listener)
      .map((talker) => listener.hears(talker)).reduce(
        ([low, high], level) => [Math.min(low, level), Math.max(high, level)] as const,
        [Infinity, 0] as readonly [number, number],
      );
    // Still a mixture of them all: a wave that was cut has overtones instead.
    assert.ok(most / least < 1.3, `${least} to ${most}`);
    assert.ok(listener.hears(listener) < most / 10);
  }
});

Deno.test("parties come, are muted, heard again and go without a click and without a gap", () => {
  const bridge = new Bridge();
  const [person, first, second] = [
    new Talker(307, 6_000),
    new Talker(411, 6_000),
    new Talker(517, 6_000),
  ];
  bridge.join(person, "near");
  bridge.join(first, "far");
  run(bridge, 7);
  bridge.join(second, "far");
  run(bridge, 7);
  bridge.mute(second, true);
  run(bridge, 7);
  bridge.mute(second, false);
  run(bridge, 7);
  bridge.leave(second);
  run(bridge, 51);
  assert.equal(bridge.size, 2);
  assert.deepEqual([second.spoken, second.heard.length], [21, 21]);
  for (const listener of [person, first]) {
    assert.equal(listener.heard.length, 79);
    const heard = joined(listener.heard);
    // The steepest that tones of this loudness are, and a little for what goes over.
    const steepest = 2 * 6_000 * 2 * Math.PI * 517 / GRAPH_RATE;
    assert.ok(largestStep(heard) < 1.1 * steepest, `a step of ${largestStep(heard)}`);
  }
  near(person.hears(second), 0);
  near(person.hears(first), 6_000);
});

Deno.test("a muted party is not heard, and hears", () => {
  const bridge = new Bridge();
  const [person, call] = [new Talker(500), new Talker(900)];
  bridge.join(person, "near");
  bridge.join(call, "far");
  bridge.mute(person, true);
  run(bridge, 60);
  assert.equal(loudness(joined(call.heard)), 0);
  near(person.hears(call), 4_000);
  assert.equal(person.spoken, 60, "what it says does not pile up");
});

Deno.test("the last party that is left hears silence, and a bridge of nobody runs", () => {
  const bridge = new Bridge();
  const [person, call] = [new Talker(500), new Talker(900)];
  bridge.join(person, "near");
  bridge.join(call, "far");
  run(bridge, 5);
  bridge.leave(call);
  run(bridge, 5);
  assert.ok(loudness(person.heard[5]!) > 0, "the end of the call's sound");
  assert.equal(loudness(joined(person.heard.slice(6))), 0);
  bridge.leave(person);
  bridge.leave(person);
  run(bridge, 5);
  assert.deepEqual([bridge.size, person.heard.length], [0, 10]);
});

Deno.test("an ear with its own clock gets as many frames of a single call as it wants, none lost", () => {
  const bridge = new Bridge();
  const pace = [1, 2, 0, 1, 0, 2, 1] as const;
  let tick = 0;
  const heard: number[] = [];
  let counter = 0;
  const sent: number[] = [];
  bridge.join({
    speak: () => new Int16Array(FRAME_SAMPLES).fill(++tick),
    hear: (mix) => heard.push(mix.at(-1)!),
    frames: () => pace[tick]!,
  }, "near");
  bridge.join({
    speak: () => new Int16Array(FRAME_SAMPLES).fill(++counter),
    hear: (mix) => sent.push(mix.at(-1)!),
  }, "far");
  run(bridge, pace.length);
  // The first fades in: its last sample is one below.
  assert.deepEqual(heard.slice(1), [2, 3, 4, 5, 6, 7]);
  assert.deepEqual(sent.slice(1), [2, 3, 4, 5, 6, 7]);
});

Deno.test("in a conference that ear misses a frame or gets one twice, and nobody else does", () => {
  const bridge = new Bridge();
  const pace = [1, 2, 0, 1] as const;
  let tick = 0;
  const heard: Int16Array[] = [];
  const [first, second] = [new Talker(500), new Talker(900)];
  bridge.join({ hear: (mix) => heard.push(mix.slice()), frames: () => pace[tick++]! }, "near");
  bridge.join(first, "far");
  bridge.join(second, "far");
  run(bridge, pace.length);
  assert.equal(heard.length, 4);
  assert.deepEqual(heard[1], heard[2]);
  for (const party of [first, second]) {
    assert.deepEqual([party.spoken, party.heard.length], [4, 4]);
  }
});

Deno.test("ticks of a conference leave no garbage", () => {
  const bridge = new Bridge();
  for (let i = 0; i < 5; i++) {
    const [frame, kept] = [new Int16Array(FRAME_SAMPLES).fill(9_000), new Int16Array(1)];
    bridge.join({
      speak: () => frame,
      hear: (mix) => void (kept[0] = mix[0]!),
    }, i === 0 ? "near" : "far");
  }
  run(bridge, 2_000);
  // A collection in between makes a measure too small, the compiler's work too large: the middle counts.
  const grown = [1, 2, 3, 4, 5].map(() => {
    const before = Deno.memoryUsage().heapUsed;
    run(bridge, 1_000);
    return Deno.memoryUsage().heapUsed - before;
  });
  const [, , middle] = grown.sort((a, b) => a - b);
  assert.ok(middle! < 64 * 1024, `${grown} octets in 1,000 ticks`);
});
