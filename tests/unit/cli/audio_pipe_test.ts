/** Standard input and output in a call: what waits, what is dropped, and how it ends. */
import assert from "node:assert/strict";
import { AudioPipe, type ByteStreams } from "../../../src/cli/pipe/audio_pipe.ts";
import { SpokenQueue } from "../../../src/cli/pipe/spoken_queue.ts";
import { JoinedAudio } from "../../../src/control/wire/call_audio.ts";

const RATE = 8_000;
const FRAME = RATE / 50;
const frame = (value: number) => new Int16Array(FRAME).fill(value);

/** A source that gives `perTick` frames every 20 ms to a call that takes one. */
function feed(queue: SpokenQueue, ticks: number, perTick: (tick: number) => number): void {
  for (let tick = 0; tick < ticks; tick++) {
    for (let i = 0; i < perTick(tick) && !queue.full; i++) queue.push(frame(tick), tick * 20);
    queue.take(FRAME);
  }
}

Deno.test("a file waits for the call and loses nothing", () => {
  const queue = new SpokenQueue(RATE);
  feed(queue, 500, () => 5);
  assert.equal(queue.dropped, 0);
  assert.ok(queue.length <= 2 * RATE + FRAME);
});

Deno.test("a live source that piled up at the start is live again within two seconds", () => {
  const queue = new SpokenQueue(RATE);
  feed(queue, 100, (tick) => tick === 0 ? 40 : 1);
  assert.ok(queue.length <= FRAME, `${queue.length} samples wait`);
  assert.ok(queue.dropped >= 38 * FRAME && queue.dropped <= 40 * FRAME, `${queue.dropped}`);
});

Deno.test("samples leave in the order in which they came, in any pieces", () => {
  const queue = new SpokenQueue(RATE);
  queue.push(Int16Array.of(1, 2, 3), 0);
  queue.push(Int16Array.of(4, 5), 1);
  const taken: number[] = [];
  for (const most of [2, 2, 5]) taken.push(...queue.take(most) ?? []);
  assert.deepEqual(taken, [1, 2, 3, 4, 5]);
  assert.equal(queue.take(1), undefined);
});

/** A call's sound and a process's streams, both in the hands of the test. */
function scene(streams: Partial<ByteStreams>) {
  const said: number[] = [];
  const pipe = new AudioPipe({ now: () => 0, ...streams }, RATE);
  const audio = new JoinedAudio("x", {
    say: (samples) => void said.push(...samples),
    leave: () => audio.finish({ lost: 0 }),
  }, pipe.listener);
  return { pipe, audio, said };
}

/** Gives these chunks, then the end. */
function reading(...chunks: number[][]): NonNullable<ByteStreams["read"]> {
  return (into) => {
    const chunk = chunks.shift();
    if (chunk === undefined) return Promise.resolve(null);
    into.set(chunk);
    return Promise.resolve(chunk.length);
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 1));

Deno.test("the input is said as there is room, cut anywhere; its end ends nothing", async () => {
  const heard: number[] = [];
  const { pipe, audio, said } = scene({
    read: reading([1], [0, 2], [0, 255, 255], [4, 0]),
    write: (bytes) => {
      heard.push(...bytes);
      return Promise.resolve(bytes.length);
    },
  });
  const running = pipe.run(audio);
  await settle();
  assert.deepEqual(said, []);
  audio.gain(2);
  await settle();
  assert.deepEqual(said, [1, 2]);
  audio.gain(10);
  await settle();
  assert.deepEqual(said, [1, 2, -1, 4]);
  audio.hear(Int16Array.of(5, -1));
  audio.finish({ lost: 3 });
  assert.deepEqual(await running, { why: "call over", lost: { heard: 3, said: 0 } });
  assert.deepEqual(heard, [5, 0, 255, 255]);
});

Deno.test("a reader that is slow loses the oldest, one that is gone ends it", async () => {
  const written: number[] = [];
  const turns: (() => void)[] = [];
  let gone = false;
  const { pipe, audio } = scene({
    write: async (bytes) => {
      await new Promise<void>((resolve) => turns.push(resolve));
      if (gone) throw new Deno.errors.BrokenPipe();
      written.push(bytes[0]!);
      return bytes.length;
    },
  });
  const running = pipe.run(audio);
  for (let i = 1; i <= 20; i++) audio.hear(frame(i));
  for (let i = 0; i < 11; i++) {
    turns.shift()?.();
    await settle();
  }
  assert.deepEqual(written, [1, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  gone = true;
  audio.hear(frame(21));
  await settle();
  turns.shift()?.();
  const { why, lost } = await running;
  assert.deepEqual([why, lost.heard], ["reader gone", 9 * FRAME]);
});

Deno.test("nothing is said before its time; at the input's end it is told when all was said", async () => {
  const { pipe, audio, said } = scene({ read: reading([1, 0], [2, 0]) });
  const answered = Promise.withResolvers<void>();
  const running = pipe.run(audio, answered.promise);
  let spoken = false;
  pipe.spoken.then(() => spoken = true);
  audio.gain(1);
  await settle();
  assert.deepEqual(said, [], "read ahead, but not said");
  answered.resolve();
  await settle();
  assert.deepEqual([said, spoken], [[1], false], "one has no room yet");
  audio.gain(2);
  await settle();
  assert.deepEqual([said, spoken], [[1, 2], true]);
  audio.finish({ lost: 0 });
  assert.equal((await running).why, "call over");
});

Deno.test("what a live source said before the call hears it is dropped, a file's is not", () => {
  for (const [perTick, left] of [[1, (60 * RATE) / 1_000], [3, 2 * RATE]] as const) {
    const queue = new SpokenQueue(RATE);
    for (let tick = 0; tick < 60; tick++) {
      for (let i = 0; i < perTick && !queue.full; i++) queue.push(frame(tick), tick * 20);
    }
    queue.begin();
    assert.equal(queue.length, left, `${perTick} frames a tick`);
  }
});
