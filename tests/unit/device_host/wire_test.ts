/** The wire of the device host: any cutting, no nonsense. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  FrameDecoder,
  FrameType,
  HEADER_BYTES,
  MAX_PAYLOAD_BYTES,
  samplesOf,
  writeHeader,
} from "../../../src/device_host/wire/frame.ts";
import { FrameWriter } from "../../../src/device_host/wire/writer.ts";
import { parseHostMessage, parseRequest } from "../../../src/device_host/wire/protocol.ts";

interface PlainFrame {
  type: FrameType;
  stream: number;
  position: number;
  payload: Uint8Array;
}

const anyFrame: fc.Arbitrary<PlainFrame> = fc.record({
  type: fc.constantFrom(FrameType.control, FrameType.pcm, FrameType.report),
  stream: fc.nat(0xffff),
  position: fc.nat(0xffffffff),
  payload: fc.uint8Array({ maxLength: 400 }).map((bytes) => bytes.subarray(bytes.length % 2)),
}, { noNullPrototype: true });

function encoded(frames: PlainFrame[]): Uint8Array {
  const total = frames.reduce((sum, { payload }) => sum + HEADER_BYTES + payload.length, 0);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { type, stream, position, payload } of frames) {
    writeHeader(view, at, type, stream, position, payload.length);
    bytes.set(payload, at + HEADER_BYTES);
    at += HEADER_BYTES + payload.length;
  }
  return bytes;
}

/** Feeds bytes in pieces of the given lengths (repeated), as a socket would. */
function decoded(bytes: Uint8Array, pieces: number[]): PlainFrame[] {
  const decoder = new FrameDecoder();
  const frames: PlainFrame[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const space = decoder.space();
    const count = Math.min(pieces[i % pieces.length], space.length, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    at += count;
    decoder.commit(count, ({ type, stream, position, payload }) => {
      frames.push({ type, stream, position, payload: new Uint8Array(payload) });
    });
  }
  return frames;
}

Deno.test("frames survive any cutting of the byte stream", () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(fc.array(anyFrame, { maxLength: 40 }), pieces, (frames, sizes) => {
    assert.deepEqual(decoded(encoded(frames), sizes), frames);
  }));
});

Deno.test("a frame larger than the decoder's first buffer arrives whole", () => {
  const payload = new Uint8Array(MAX_PAYLOAD_BYTES).map((_, i) => i);
  const frame = { type: FrameType.control, stream: 0, position: 0, payload };
  assert.deepEqual(decoded(encoded([frame, frame]), [5000]), [frame, frame]);
});

Deno.test("garbage on the wire is refused with our own error and nothing else", () => {
  let refused = 0;
  fc.assert(fc.property(fc.uint8Array({ minLength: HEADER_BYTES, maxLength: 300 }), (bytes) => {
    try {
      for (const frame of decoded(bytes, [64])) assert.ok(frame.payload.length <= bytes.length);
    } catch (error) {
      assert.ok(error instanceof OffhookError, String(error));
      refused++;
    }
  }));
  assert.ok(refused > 50, `only ${refused} were refused`);
});

Deno.test("what breaks the format is refused at its header, before its payload came", () => {
  const header = (type: number, length: number, flags = 0) => {
    const bytes = new Uint8Array(HEADER_BYTES);
    writeHeader(new DataView(bytes.buffer), 0, type as FrameType, 0, 0, length);
    bytes[5] = flags;
    return bytes;
  };
  const broken = {
    "too long": header(FrameType.control, MAX_PAYLOAD_BYTES + 1),
    "unknown type": header(9, 0),
    "type 0": header(0, 0),
    "unknown flags": header(FrameType.control, 2, 1),
    "half a sample": header(FrameType.pcm, 3),
    "too much sound": header(FrameType.pcm, 9602),
    "short level": header(FrameType.level, 8),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    assert.throws(() => decoded(bytes, [HEADER_BYTES]), OffhookError, what);
  }
});

Deno.test("samples on an odd address are copied, on an even one they are a view", () => {
  const buffer = new Uint8Array([0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...samplesOf(buffer.subarray(1, 5))], [0x0201, 0x0403]);
  const view = samplesOf(buffer.subarray(2, 6));
  buffer[2] = 0x7f;
  assert.equal(view[0], 0x037f);
});

/** A byte sink that takes what it is allowed to take, in small pieces. */
class SlowSink {
  taken: number[] = [];
  #gate = Promise.withResolvers<void>();
  open = false;

  release(): void {
    this.open = true;
    this.#gate.resolve();
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (!this.open) await this.#gate.promise;
    const count = Math.min(bytes.length, 1000);
    this.taken.push(...bytes.subarray(0, count));
    return count;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("a stuck reader loses sound but no message, and order is kept", async () => {
  const sink = new SlowSink();
  const writer = new FrameWriter(sink, () => assert.fail("the writer failed"));
  writer.control({ first: true });
  const sound = new Int16Array(960).fill(7);
  let sent = 0;
  for (let i = 0; i < 100; i++) if (writer.pcm(3, i * 960, sound)) sent++;
  writer.level(3, 1, 2, 3, 4);
  writer.control({ last: true });
  assert.ok(sent >= 20 && sent < 30, `${sent} frames were kept`);
  assert.equal(writer.dropped, 100 - sent);
  sink.release();
  await settled();
  const frames = decoded(new Uint8Array(sink.taken), [4096]);
  assert.equal(frames.length, sent + 3);
  assert.deepEqual(frames.map(({ position }) => position).slice(1, 4), [0, 960, 1920]);
  assert.equal(frames.at(-2)!.type, FrameType.level);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(frames.at(-1)!.payload)), { last: true });
});

Deno.test("a writer tells its failure once and sends nothing after it", async () => {
  const failures: unknown[] = [];
  const sink = { write: () => Promise.reject(new Error("broken pipe")) };
  const writer = new FrameWriter(sink, (error) => failures.push(error));
  writer.control({});
  await settled();
  writer.control({});
  writer.pcm(0, 0, new Int16Array(2));
  await settled();
  assert.equal(failures.length, 1);
});

Deno.test("a frame that is sent at any moment of another's write follows without a third", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const sink = new SlowSink();
    sink.open = true;
    const writer = new FrameWriter(sink, () => assert.fail("the writer failed"));
    writer.report(1, 0, new Uint8Array([1]));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    writer.report(1, 1, new Uint8Array([2]));
    await settled();
    const positions = decoded(new Uint8Array(sink.taken), [4096]).map(({ position }) => position);
    assert.deepEqual(positions, [0, 1], `after ${turns} microtasks`);
  }
});

Deno.test("requests and messages that nobody knows are refused, never thrown through", () => {
  const jsonLike = fc.oneof(
    fc.json(),
    fc.string(),
    fc.record({
      type: fc.constantFrom("open-stream", "close-stream", "reply", "x"),
      id: fc.anything(),
    })
      .map((value) => JSON.stringify(value) ?? ""),
  );
  fc.assert(
    fc.property(jsonLike, fc.constantFrom(parseRequest, parseHostMessage), (text, parse) => {
      const payload = new TextEncoder().encode(text);
      try {
        assert.ok(Number.isInteger((parse(payload) as { id?: number }).id));
      } catch (error) {
        assert.ok(error instanceof OffhookError, String(error));
      }
    }),
  );
});

Deno.test("a request is taken only with every parameter in its range", () => {
  const good = {
    type: "open-stream",
    id: 1,
    stream: 2,
    direction: "capture",
    device: null,
    frameMs: 10,
  };
  const parse = (message: unknown) =>
    parseRequest(new TextEncoder().encode(JSON.stringify(message)));
  assert.deepEqual(parse(good), good);
  const bad = [
    { stream: -1 },
    { stream: 65536 },
    { stream: 1.5 },
    { direction: "both" },
    { device: 7 },
    { frameMs: 30 },
    { id: "1" },
    { type: "toString" },
  ];
  for (const change of bad) {
    assert.throws(() => parse({ ...good, ...change }), OffhookError, JSON.stringify(change));
  }
});
