/** A call keeps nothing of the frames that went by: its heap is as large after an hour as before. */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { EngineBench, TONE } from "../../fakes/media/engine_call.ts";
import { sdesPair } from "../../fakes/media/sdes_keys.ts";
import { OPUS_STREAM, withOpus } from "../../fakes/media/fake_opus.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const FRAMES = 10_000;
/** What the engine's own caches may add, octets: less than one number a frame and party. */
const NOISE = 128 * 1024;

/** The heap after a collection, without what the test itself noted. */
function heapOf(bench: EngineBench): number {
  bench.net.sent.length = 0;
  for (const party of [bench.a, bench.b]) party.inputs.length = 0;
  collect();
  return Deno.memoryUsage().heapUsed;
}

const [KEYING_A, KEYING_B] = sdesPair("AES_CM_128_HMAC_SHA1_80");
const CALLS = [
  ["PCMU", {}, {}],
  ["a codec of 48 kHz", OPUS_STREAM, OPUS_STREAM],
  ["SRTP", { keying: KEYING_A }, { keying: KEYING_B }],
] as const;

for (const [name, a, b] of CALLS) {
  Deno.test(`10,000 frames of a call with ${name} leave nothing on the heap`, async () => {
    const bench = await EngineBench.open(TONE, TONE, withOpus());
    await bench.a.start(bench.b, a);
    await bench.b.start(bench.a, b);
    let count = 0;
    bench.net.fate = () => ++count % 50 === 0 ? [] : [1 + count % 7];
    // Code is compiled and buffers grow to their size meanwhile.
    bench.clock.advance(20 * FRAMES);
    const before = heapOf(bench);
    bench.clock.advance(20 * FRAMES);
    assert.ok(bench.net.sent.length > 2 * FRAMES * 0.99, `${bench.net.sent.length} datagrams`);
    const grown = heapOf(bench) - before;
    await bench.close();
    assert.ok(grown < NOISE, `${grown} octets more after ${FRAMES} frames`);
  });
}
