/** Frames of WebSocket (RFC 6455) as our own client reads and writes them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameReader, maskedFrame, Opcode } from "../../../src/control/client/websocket_frame.ts";

/** A frame as a server writes it: not masked. */
function serverFrame(first: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126
    ? [first, length]
    : length < 65_536
    ? [first, 126, length >> 8, length & 0xff]
    : [
      first,
      127,
      0,
      0,
      0,
      0,
      length >>> 24,
      length >> 16 & 0xff,
      length >> 8 & 0xff,
      length & 0xff,
    ];
  return Uint8Array.of(...head, ...payload);
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("the examples of RFC 6455 §5.7 are read", () => {
  const reader = new FrameReader();
  const single = Uint8Array.of(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f);
  assert.equal(text(reader.read(single)[0].payload), "Hello");
  const fragments = [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f];
  assert.equal(text(reader.read(Uint8Array.from(fragments))[0].payload), "Hello");
  const [ping] = reader.read(Uint8Array.of(0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f));
  assert.equal(ping.opcode, Opcode.ping);
});

Deno.test("messages of every length arrive whole however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536), { maxLength: 3 }),
      fc.integer({ min: 1, max: 70_000 }),
      (lengths, piece) => {
        const sent = lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
        const stream = new Uint8Array(sent.flatMap((bytes) => [...serverFrame(0x82, bytes)]));
        const reader = new FrameReader();
        const seen: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += piece) {
          for (const { payload } of reader.read(stream.subarray(at, at + piece))) {
            seen.push(payload.slice());
          }
        }
        assert.deepEqual(seen, sent);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("what we write is masked, and a server unmasks it to what it was", () => {
  for (const length of [0, 5, 125, 126, 65_535, 65_536]) {
    const payload = Uint8Array.from({ length }, (_, index) => index & 0xff);
    const frame = maskedFrame(Opcode.binary, payload);
    assert.equal(frame[0], 0x82);
    assert.ok(frame[1] & 0x80);
    const start = frame.length - length;
    const mask = frame.subarray(start - 4, start);
    const plain = frame.subarray(start).map((byte, index) => byte ^ mask[index & 3]);
    assert.deepEqual(plain, payload);
  }
});

Deno.test("frames that no server may send end the stream, and nothing else does", () => {
  const bad = [
    Uint8Array.of(0x81, 0x85, 1, 2, 3, 4, 0, 0, 0, 0, 0),
    Uint8Array.of(0x80, 0x01, 0x41),
    Uint8Array.of(0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0),
  ];
  for (const bytes of bad) assert.throws(() => new FrameReader().read(bytes));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      new FrameReader().read(bytes);
    } catch (error) {
      assert.match((error as Error).message, /masked|continuation|bytes/);
    }
  }));
});
