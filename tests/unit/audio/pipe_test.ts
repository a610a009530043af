/** Raw PCM through pipes: cut anywhere, faster or slower than the call. */
import assert from "node:assert/strict";
import { FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { type ByteReader, PipeSink, PipeSource } from "../../../src/audio/pipe.ts";
import { breathe, EndpointLog } from "../../fakes/endpoint_log.ts";

const RATE = 48_000;

/** Gives chunks when asked; ends after the last one, or waits for `push`. */
class Producer implements ByteReader {
  reads = 0;
  #chunks: (Uint8Array | null)[];
  #wake: (() => void) | undefined;

  constructor(...chunks: (Uint8Array | null)[]) {
    this.#chunks = chunks;
  }

  push(chunk: Uint8Array | null): void {
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  async read(into: Uint8Array): Promise<number | null> {
    this.reads++;
    while (this.#chunks.length === 0) await new Promise<void>((wake) => this.#wake = wake);
    const chunk = this.#chunks[0]!;
    if (chunk === null) return null;
    const count = Math.min(into.length, chunk.length);
    into.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }
}

/** Samples that count up, as octets. */
function counting(samples: number, first = 0): Uint8Array {
  const bytes = new Uint8Array(samples * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < samples; i++) view.setInt16(2 * i, (first + i) % 30_000, true);
  return bytes;
}

Deno.test("octets become samples however they are cut, and the end is told after the last", async () => {
  const bytes = counting(2.5 * FRAME_SAMPLES);
  const chunks: (Uint8Array | null)[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 1301 + 1) {
    chunks.push(bytes.subarray(at, at + size));
  }
  const source = new PipeSource(RATE, new Producer(...chunks, null), () => 0);
  const log = new EndpointLog();
  await source.open(log);
  await breathe();
  const frame = new Int16Array(FRAME_SAMPLES);
  assert.equal(source.read(frame), false);
  source.start();
  const got: number[] = [];
  for (let k = 0; k < 3; k++) {
    assert.equal(source.read(frame), true);
    got.push(...frame);
  }
  assert.deepEqual(got.slice(0, 2400), Array.from({ length: 2400 }, (_, i) => i));
  assert.ok(got.slice(2400).every((sample) => sample === 0));
  await breathe();
  assert.deepEqual(log.words, ["ended"]);
  await source.close();
});

Deno.test("a fast source is held back and loses nothing", async () => {
  const producer = new Producer(counting(20 * RATE));
  const source = new PipeSource(RATE, producer, () => 0);
  await source.open(new EndpointLog());
  await breathe();
  const atFirst = producer.reads;
  assert.ok(atFirst <= 5000 / 40 + 1, `${atFirst} reads`);
  await breathe();
  assert.equal(producer.reads, atFirst);
  source.start();
  const frame = new Int16Array(FRAME_SAMPLES);
  for (let k = 0; k < 400; k++) {
    source.read(frame);
    assert.equal(frame[0], (k * FRAME_SAMPLES) % 30_000, `frame ${k}`);
    if (k % 2 === 0) await breathe();
  }
  await source.close();
});

Deno.test("a live source starts with its newest sound", async () => {
  let now = 0;
  const producer = new Producer(counting(RATE / 2));
  const source = new PipeSource(RATE, producer, () => now);
  await source.open(new EndpointLog());
  await breathe();
  let sent = RATE / 2;
  for (; now < 1200; now += 20) {
    producer.push(counting(FRAME_SAMPLES, sent));
    sent += FRAME_SAMPLES;
    await breathe();
  }
  source.start();
  const frame = new Int16Array(FRAME_SAMPLES);
  source.read(frame);
  const oldest = sent - 3 * FRAME_SAMPLES;
  assert.equal(frame[0], oldest % 30_000);
  await source.close();
});

Deno.test("a burst before the start is kept: it was not live", async () => {
  const producer = new Producer(counting(RATE));
  const source = new PipeSource(RATE, producer, () => 0);
  await source.open(new EndpointLog());
  await breathe();
  source.start();
  const frame = new Int16Array(FRAME_SAMPLES);
  source.read(frame);
  assert.equal(frame[0], 0);
  assert.equal(frame[1], 1);
  await source.close();
});

Deno.test("sound that piles up from a live source is trimmed in the end", async () => {
  let now = 0;
  const producer = new Producer();
  const source = new PipeSource(RATE, producer, () => now);
  await source.open(new EndpointLog());
  source.start();
  producer.push(counting(RATE));
  await breathe();
  const frame = new Int16Array(FRAME_SAMPLES);
  let sent = RATE;
  let behind = 0;
  for (; now < 15_000; now += 20) {
    producer.push(counting(FRAME_SAMPLES, sent));
    sent += FRAME_SAMPLES;
    await new Promise<void>((resolve) => queueMicrotask(resolve));
    await Promise.resolve();
    source.read(frame);
    behind = (((sent - frame[0]!) % 30_000) + 30_000) % 30_000;
  }
  assert.ok(behind <= 5 * FRAME_SAMPLES, `${behind / 48} ms behind`);
  await source.close();
});

Deno.test("a sink writes s16le, and a reader that is gone is told once", async () => {
  const written: number[] = [];
  let broken = false;
  const sink = new PipeSink(RATE, {
    write(bytes) {
      if (broken) return Promise.reject(new Deno.errors.BrokenPipe("broken pipe"));
      const count = Math.min(bytes.length, 701);
      written.push(...bytes.subarray(0, count));
      return Promise.resolve(count);
    },
  });
  const log = new EndpointLog();
  await sink.open(log);
  const frame = Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => i - 480);
  sink.write(frame);
  sink.start();
  sink.write(frame);
  await breathe();
  const view = new DataView(Uint8Array.from(written).buffer);
  assert.equal(view.byteLength, 1920);
  assert.equal(view.getInt16(0, true), -480);
  assert.equal(view.getInt16(1918, true), 479);
  broken = true;
  sink.write(frame);
  await breathe();
  sink.write(frame);
  await breathe();
  assert.deepEqual(log.words, ["failed"]);
  assert.equal(log.errors[0]!.data?.closed, true);
  await sink.close();
});

Deno.test("a slow reader costs the oldest sound, not memory", async () => {
  let release = () => {};
  const sizes: number[] = [];
  const first: number[] = [];
  const sink = new PipeSink(RATE, {
    async write(bytes) {
      first.push(new DataView(bytes.buffer).getInt16(0, true));
      sizes.push(bytes.length);
      if (sizes.length === 1) await new Promise<void>((resolve) => release = resolve);
      return bytes.length;
    },
  });
  await sink.open(new EndpointLog());
  sink.start();
  for (let k = 0; k < 300; k++) sink.write(new Int16Array(FRAME_SAMPLES).fill(k));
  await breathe();
  release();
  await breathe();
  assert.equal(sizes.length, 101);
  assert.deepEqual([first[0], first[1], first.at(-1)], [0, 200, 299]);
  await sink.close();
});
