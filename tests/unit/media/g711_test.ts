/** G.711 against its tables. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { aLawTables, type Law, muLawTables } from "../../../src/audio/g711_tables.ts";
import { G711Codec } from "../../../src/media/codec/g711.ts";

const LAWS: [string, Law][] = [["A-law", aLawTables()], ["µ-law", muLawTables()]];

Deno.test("values at the segment ends are those of G.711 tables 1a to 2b, at 16-bit scale", () => {
  const mu = muLawTables().expand;
  assert.deepEqual(
    [0x80, 0x8f, 0x9f, 0xaf, 0xbf, 0xcf, 0xdf, 0xef, 0xff].map((byte) => mu[byte]! / 4),
    [8031, 4191, 2079, 1023, 495, 231, 99, 33, 0],
  );
  const a = aLawTables().expand;
  // Without the inversion of even bits: 0xff is the largest positive, 0x80 the smallest.
  assert.deepEqual(
    [0xff, 0xf0, 0xe0, 0xd0, 0xc0, 0xb0, 0xa0, 0x90, 0x80].map((byte) => a[byte ^ 0x55]! / 16),
    [2016, 1056, 528, 264, 132, 66, 33, 16.5, 0.5],
  );
});

for (const [name, { expand, compress }] of LAWS) {
  Deno.test(`${name}: what was expanded is compressed back to the same level`, () => {
    for (let byte = 0; byte < 256; byte++) {
      const again = compress[expand[byte]! & 0xffff]!;
      assert.equal(expand[again], expand[byte], `0x${byte.toString(16)}`);
    }
  });

  Deno.test(`${name}: is odd, monotonic, and errs by half a step at most`, () => {
    let last = -Infinity;
    for (let sample = -32_768; sample <= 32_767; sample++) {
      const value = expand[compress[sample & 0xffff]!]!;
      assert.ok(value >= last, `${sample} gives ${value} after ${last}`);
      last = value;
      const magnitude = Math.abs(sample);
      const step = Math.max(16, 2 ** Math.floor(Math.log2(magnitude + 133)) / 16);
      const beyond = Math.max(0, magnitude - 32_000);
      assert.ok(Math.abs(value - sample) <= step + beyond, `${sample} becomes ${value}`);
    }
    for (let byte = 0; byte < 128; byte++) assert.equal(expand[byte]! + expand[byte ^ 0x80]!, 0);
  });
}

Deno.test("silence has the idle code of the line", () => {
  const payload = new Uint8Array(3);
  new G711Codec("PCMU").encode(new Int16Array(3), payload, 0);
  assert.deepEqual([...payload], [0xff, 0xff, 0xff]);
  new G711Codec("PCMA").encode(new Int16Array(3), payload, 0);
  assert.deepEqual([...payload], [0xd5, 0xd5, 0xd5]);
});

Deno.test("payloads of any length decode to as many samples as fit", () => {
  const codec = new G711Codec("PCMA");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (payload, room) => {
    const pcm = new Int16Array(room);
    assert.equal(codec.decode(payload, pcm), Math.min(payload.length, room));
  }));
});
