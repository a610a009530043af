/** Exchanging a microphone and a speaker while sound runs; recordings that begin, pause and end. */
import assert from "node:assert/strict";
import { type AudioSink, type AudioSource, FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { LiveSink } from "../../../src/media/sound/live_sink.ts";
import { LiveSource } from "../../../src/media/sound/live_source.ts";
import { largestStep } from "../../fakes/media/signals.ts";

/** A source of one value, which may need some frames to wake up. */
class Steady implements AudioSource {
  closed = false;
  #started = false;
  constructor(readonly value: number, private asleep = 0) {}
  open = () => Promise.resolve();
  start(): void {
    this.#started = true;
  }
  read(into: Int16Array): boolean {
    const sounds = this.#started && !this.closed && this.asleep-- <= 0;
    into.fill(sounds ? this.value : 0);
    return sounds;
  }
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

class Collecting implements AudioSink {
  readonly written: Int16Array[] = [];
  closed = false;
  open = () => Promise.resolve();
  start(): void {}
  write(frame: Int16Array): void {
    this.written.push(frame.slice());
  }
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

function read(source: LiveSource, frames: number): Int16Array {
  const samples = new Int16Array(frames * FRAME_SAMPLES);
  for (let i = 0; i < frames; i++) {
    source.read(samples.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES));
  }
  return samples;
}

Deno.test("a microphone is exchanged without a gap and without a click", async () => {
  const source = new LiveSource();
  const former = new Steady(10_000);
  source.begin(former);
  source.start();
  read(source, 1);
  // A card that gives its first sound after 60 ms: until then the former one is heard.
  source.use(new Steady(-10_000, 3), 10);
  const samples = read(source, 6);
  assert.equal(samples[3 * FRAME_SAMPLES], 10_000);
  assert.equal(samples.at(-1), -10_000);
  assert.ok(largestStep(samples) <= 21, `a step of ${largestStep(samples)}`);
  await source.close();
  assert.ok(former.closed);
});

Deno.test("a card that never wakes up is gone over to all the same", async () => {
  const source = new LiveSource();
  const former = new Steady(10_000);
  source.begin(former);
  source.start();
  source.use(new Steady(5, 1_000), 10);
  const samples = read(source, 12);
  assert.equal(samples[10 * FRAME_SAMPLES - 1], 10_000);
  assert.equal(samples[11 * FRAME_SAMPLES], 0);
  assert.ok(former.closed);
  await source.close();
});

Deno.test("the last of several exchanges holds, and nothing stays open", async () => {
  const all = [1, 2, 3].map((value) => new Steady(value, 5));
  const source = new LiveSource();
  source.begin(all[0]!);
  source.start();
  source.use(all[1]!, 10);
  source.use(all[2]!, 10);
  assert.ok(all[1]!.closed);
  assert.equal(read(source, 10).at(-1), 3);
  await source.close();
  assert.ok(all.every(({ closed }) => closed));
});

Deno.test("before the start there is nothing to be heard, whatever is exchanged", async () => {
  const source = new LiveSource();
  source.begin(new Steady(1));
  source.use(new Steady(2), 10);
  assert.equal(largestStep(read(source, 2)), 0);
  source.start();
  assert.equal(read(source, 1)[0], 2);
  await source.close();
});

Deno.test("a speaker fades out while the next one fades in", async () => {
  const [former, next] = [new Collecting(), new Collecting()];
  const sink = new LiveSink();
  sink.begin(former);
  sink.start();
  const frame = new Int16Array(FRAME_SAMPLES).fill(9_600);
  sink.write(frame);
  sink.use(next);
  sink.write(frame);
  sink.write(frame);
  assert.equal(former.written.length, 2);
  assert.equal(next.written.length, 2);
  assert.deepEqual([former.written[1]![480], next.written[0]![480]], [4_800, 4_800]);
  assert.equal(next.written[1]![0], 9_600);
  assert.ok(former.closed && !next.closed);
  await sink.close();
  assert.ok(next.closed);
});
