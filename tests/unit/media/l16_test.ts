/** L16: the samples themselves, and packets that fit into a datagram. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { packetMsFor } from "../../../src/media/codec/codec.ts";
import { L16Codec } from "../../../src/media/codec/l16.ts";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";
import { EngineBench, QUIET, TONE } from "../../fakes/media/engine_call.ts";

const FORMATS = MEDIA_FORMATS.filter(({ encoding }) => encoding === "L16");
const [, AT_16_KHZ] = FORMATS;

Deno.test("samples are big-endian (RFC 3551 §4.5.11)", () => {
  const payload = new Uint8Array(9);
  const octets = new L16Codec(AT_16_KHZ!).encode(Int16Array.of(1, -2, 0x1234, -32_768), payload, 1);
  assert.equal(octets, 8);
  assert.deepEqual([...payload], [0, 0, 1, 0xff, 0xfe, 0x12, 0x34, 0x80, 0]);
});

Deno.test("what is decoded is what was encoded", () => {
  const codec = new L16Codec(AT_16_KHZ!);
  fc.assert(fc.property(fc.int16Array({ maxLength: 320 }), (pcm) => {
    const payload = new Uint8Array(2 * pcm.length);
    const decoded = new Int16Array(pcm.length);
    codec.encode(pcm, payload, 0);
    assert.equal(codec.decode(payload, decoded), pcm.length);
    assert.deepEqual(decoded, pcm);
  }));
});

Deno.test("payloads of any length decode to as many whole samples as fit", () => {
  const codec = new L16Codec(AT_16_KHZ!);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(150), (payload, room) => {
    assert.equal(codec.decode(payload, new Int16Array(room)), Math.min(payload.length >> 1, room));
  }));
});

Deno.test("a packet fits into a datagram, whatever the peer asks for", () => {
  const packets = FORMATS.map((format) => {
    const codec = new L16Codec(format);
    return [format.clockRate, ...[10, 20, 40, 60].map((ptime) => packetMsFor(codec, ptime))];
  });
  assert.deepEqual(packets, [[48_000, 10, 10, 10, 10], [16_000, 10, 20, 40, 40], [
    8000,
    ...[10, 20, 40, 60],
  ]]);
});

for (const format of FORMATS) {
  Deno.test(`a call with L16 at ${format.clockRate} Hz: sound, timestamps, octets`, async () => {
    const bench = await EngineBench.open(TONE, QUIET);
    const changes = { sendFormat: format, receiveFormats: [format] };
    await bench.a.start(bench.b, changes);
    await bench.b.start(bench.a, changes);
    await bench.run(2000);
    const sent = bench.a.sentRtp();
    for (let i = 1; i < sent.length; i++) {
      const ticks = (sent[i]!.timestamp - sent[i - 1]!.timestamp) >>> 0;
      assert.equal(sent[i]!.payload.length, 2 * ticks);
      assert.equal(ticks, format.clockRate / (format.clockRate === 48_000 ? 100 : 50));
    }
    const { report } = bench.b;
    assert.deepEqual([report.codec, report.lost, report.late, report.undecodable], [
      "L16",
      ...[0, 0, 0],
    ]);
    assert.ok(Math.abs(report.receivedLevel - -12.1) < 2, `${report.receivedLevel} dBFS`);
    await bench.close();
  });
}

Deno.test("the rate of L16 changes in mid-call, and with it the clock", async () => {
  const bench = await EngineBench.open(TONE, QUIET);
  for (const format of [...FORMATS, ...FORMATS]) {
    const changes = { sendFormat: format, receiveFormats: [format] };
    await bench.a.start(bench.b, changes);
    await bench.b.start(bench.a, changes);
    await bench.run(2000);
    const level = bench.b.report.receivedLevel;
    assert.ok(Math.abs(level - -12.1) < 2, `${format.clockRate}: ${level} dBFS`);
  }
  await bench.close();
});
