/** Frames between a TURN client and its server, whole and in pieces. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addFingerprint, METHOD, StunWriter } from "../../../../src/media/transport/stun/mod.ts";
import {
  channelData,
  FIRST_CHANNEL,
  LAST_CHANNEL,
  parseChannelData,
  TurnFramer,
} from "../../../../src/media/transport/turn/frames.ts";

const frame = fc.oneof(
  fc.tuple(
    fc.integer({ min: FIRST_CHANNEL, max: LAST_CHANNEL }),
    fc.uint8Array({ maxLength: 1200 }),
  ).map(([channel, data]) => channelData(channel, data, true)),
  fc.string({ maxLength: 200 }).map((text) =>
    addFingerprint(new StunWriter(METHOD.data, "indication", "0".repeat(24)).text(0x8022, text))
      .bytes
  ),
);

Deno.test("TURN frames come out of a stream as they went in, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 700 })), (frames, cuts) => {
      const stream = new Uint8Array(frames.flatMap((bytes) => [...bytes]));
      const framer = new TurnFramer();
      const out: number[][] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const next = at + (cuts[i % Math.max(1, cuts.length)] ?? 1);
        assert.ok(framer.push(stream.subarray(at, next), (bytes) => out.push([...bytes])));
        at = next;
      }
      assert.deepEqual(out, frames.map((bytes) => [...bytes]));
    }),
    { numRuns: 100 },
  );
});

Deno.test("TURN ChannelData round trips, with padding and without", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: FIRST_CHANNEL, max: LAST_CHANNEL }),
      fc.uint8Array({ maxLength: 1500 }),
      fc.boolean(),
      (channel, data, padded) => {
        const bytes = channelData(channel, data, padded);
        assert.deepEqual(parseChannelData(bytes), { channel, data });
        assert.ok(!padded || bytes.length % 4 === 0);
      },
    ),
  );
});

Deno.test("TURN gives a stream up that makes no sense, and throws at nothing", () => {
  assert.ok(!new TurnFramer().push(new TextEncoder().encode("HTTP/1.1 400 Bad"), () => {}));
  assert.ok(!new TurnFramer().push(Uint8Array.of(0x40, 0, 0xff, 0xff), () => {}));
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (pieces) => {
      const framer = new TurnFramer();
      for (const piece of pieces) {
        parseChannelData(piece);
        if (!framer.push(piece, () => {})) return;
      }
    }),
  );
});
