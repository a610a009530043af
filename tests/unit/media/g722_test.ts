/** G.722 against libspandsp. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { G722Codec } from "../../../src/media/codec/g722.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";
import { rms, sha256, sine, torture } from "../../fakes/media/signals.ts";
import { testWith } from "../../support/skip.ts";

function encodeAll(samples: Int16Array): Uint8Array {
  const codec = new G722Codec();
  const payload = new Uint8Array(samples.length / 2);
  for (let at = 0; at < samples.length; at += 320) {
    codec.encode(samples.subarray(at, at + 320), payload, at / 2);
  }
  return payload;
}

function decodeAll(payload: Uint8Array): Int16Array {
  const codec = new G722Codec();
  const samples = new Int16Array(payload.length * 2);
  for (let at = 0; at < payload.length; at += 160) {
    codec.decode(payload.subarray(at, at + 160), samples.subarray(at * 2, at * 2 + 320));
  }
  return samples;
}

function randomOctets(length: number): Uint8Array {
  const random = seeded(3);
  return Uint8Array.from({ length }, () => 256 * random());
}

Deno.test("octets and samples are those that matched libspandsp", async () => {
  const payload = encodeAll(torture(4));
  assert.equal(
    await sha256(payload),
    "2398e4aa6b8ed13cc5a60be38bf0ddd66f71949ca338bf5ba7b419f97695c682",
  );
  assert.equal(
    await sha256(decodeAll(payload)),
    "107ff1e10161c44d3a28958540580530b0dd40bb12dc0e9aa1b166c920b5cdc4",
  );
  assert.equal(
    await sha256(decodeAll(randomOctets(16_000))),
    "ecc084199fe9d212a3df82d25db7ba0ee36e67f06a5003f89afc0932afd1119a",
  );
});

Deno.test("a tone of either band comes back at its level", () => {
  for (const hz of [300, 1000, 3000, 5000, 6500]) {
    const sent = sine(16_000, 16_000, hz, 8000);
    const got = decodeAll(encodeAll(sent)).subarray(3200);
    const ratio = 20 * Math.log10(rms(got) / rms(sent));
    assert.ok(Math.abs(ratio) < 1, `${hz} Hz: ${ratio} dB`);
  }
});

Deno.test("any octets decode, two samples each", () => {
  const codec = new G722Codec();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (payload) => {
    const pcm = new Int16Array(640);
    assert.equal(codec.decode(payload, pcm), Math.min(640, payload.length * 2));
  }));
});

testWith(["spandsp"], "bit-exact with libspandsp2", () => {
  using library = openSpandsp();
  const { symbols } = library;
  const samples = torture(12, 5);
  const ours = encodeAll(samples);
  const theirs = new Uint8Array(ours.length);
  const encoder = symbols.g722_encode_init(null, 64_000, 0);
  assert.equal(
    symbols.g722_encode(encoder, theirs, samples as Int16Array<ArrayBuffer>, samples.length),
    ours.length,
  );
  symbols.g722_encode_free(encoder);
  assert.deepEqual(ours, theirs);
  for (const payload of [ours, randomOctets(48_000)]) {
    const decoded = decodeAll(payload);
    const reference = new Int16Array(decoded.length);
    const decoder = symbols.g722_decode_init(null, 64_000, 0);
    symbols.g722_decode(decoder, reference, payload as Uint8Array<ArrayBuffer>, payload.length);
    symbols.g722_decode_free(decoder);
    decoded.forEach((sample, i) => {
      // Where the Recommendation saturates, the library wraps around.
      const wrapped = sample === 32_767 || sample === -32_768;
      if (!wrapped) assert.equal(sample, reference[i], `sample ${i}`);
    });
  }
});

function openSpandsp() {
  const state = "pointer" as const;
  const run = { parameters: [state, "buffer", "buffer", "i32"], result: "i32" } as const;
  const init = { parameters: [state, "i32", "i32"], result: state } as const;
  const free = { parameters: [state], result: "i32" } as const;
  const library = Deno.dlopen("libspandsp.so.2", {
    g722_encode_init: init,
    g722_encode: run,
    g722_encode_free: free,
    g722_decode_init: init,
    g722_decode: run,
    g722_decode_free: free,
  });
  return { symbols: library.symbols, [Symbol.dispose]: () => library.close() };
}
