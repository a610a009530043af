/** Opus: sound through it, what a peer asks for, recovery of lost packets, and bytes of strangers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { OpusWish, PayloadFormat } from "../../../src/core/media/media_description.ts";
import type { Codec } from "../../../src/media/codec/codec.ts";
import { createCodec, loadCodecs } from "../../../src/media/codec/registry.ts";
import { recoverable } from "../../../src/media/codec/opus/packet.ts";
import { OpusCodec } from "../../../src/media/codec/opus/opus.ts";
import { opusSettings } from "../../../src/media/codec/opus/settings.ts";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";
import { findSignal } from "../../../src/lab/correlate.ts";
import { voiceSamples } from "../../support/voice_samples.ts";

const OPUS = MEDIA_FORMATS.find(({ encoding }) => encoding === "OPUS")!;
/** Samples of 20 ms. */
const FRAME = 960;

await loadCodecs(["OPUS"]);

function asked(parameters: string): PayloadFormat {
  return { ...OPUS, parameters };
}

/** @param frame samples a packet */
function encodeAll(codec: Codec, pcm: Int16Array, frame = FRAME): Uint8Array[] {
  const packet = new Uint8Array(1500);
  return Array.from({ length: Math.floor(pcm.length / frame) }, (_, i) => {
    const octets = codec.encode(pcm.subarray(i * frame, (i + 1) * frame), packet, 12);
    return packet.slice(12, 12 + octets);
  });
}

/** Kilobits a second of sound. */
function rateOf(packets: Uint8Array[], frame = FRAME): number {
  const octets = packets.reduce((sum, { length }) => sum + length, 0);
  return (octets * 8 * 48) / (packets.length * frame);
}

for (const ms of [10, 20, 40, 60]) {
  Deno.test(`the voice comes through in packets of ${ms} ms`, () => {
    const voice = voiceSamples(3);
    const [codec, frame] = [createCodec(OPUS), ms * 48];
    const pcm = new Int16Array(9600);
    const heard: number[] = [];
    for (const packet of encodeAll(codec, voice, frame)) {
      const count = codec.decode(packet, pcm);
      assert.equal(count, frame);
      heard.push(...pcm.subarray(0, count));
    }
    const { correlation } = findSignal(voice, heard, 48_000);
    assert.ok(correlation > 0.9, `${correlation}`);
    codec.free?.();
  });
}

Deno.test("a peer's wishes: bitrate, bandwidth, constant rate; nonsense counts as absent", () => {
  const voice = voiceSamples(3);
  const rates = ["", "maxaveragebitrate=12000", "maxaveragebitrate=1", "maxaveragebitrate=x;cbr=1"]
    .map((parameters) => rateOf(encodeAll(new OpusCodec(asked(parameters), {}, () => 0), voice)));
  const [free, low, lie] = rates;
  assert.ok(free! > 20 && free! < 40, rates.join());
  assert.ok(low! > 8 && low! < 14, rates.join());
  assert.equal(lie, free);
  const constant = encodeAll(createCodec(asked("cbr=1")), voice).map(({ length }) => length);
  assert.deepEqual([...new Set(constant)], [80]);
  const band = (parameters: string) => opusSettings(asked(parameters)).widestBand;
  const rows = [["maxplaybackrate=8000", 1101], ["maxplaybackrate=16000", 1103], [
    "",
    1105,
  ]] as const;
  for (const [parameters, expected] of rows) assert.equal(band(parameters), expected);
  assert.equal(opusSettings(asked("maxplaybackrate=999999999")).widestBand, 1105);
  // Never more than the peer takes, whatever the user wants.
  const rate = (parameters: string) => opusSettings(asked(parameters), { bitrate: 64_000 });
  assert.deepEqual([rate("").calmBitrate, rate("").lossyBitrate], [64_000, 64_000]);
  assert.equal(rate("maxaveragebitrate=20000").lossyBitrate, 20_000);
});

Deno.test("FEC only once packets are lost, and only for a peer that uses it", () => {
  const voice = voiceSamples(4);
  const told = (packets: Uint8Array[]) =>
    packets.filter((packet) => recoverable(packet) > 0).length;
  const [fec, without] = [createCodec(OPUS), createCodec(asked(""))];
  assert.equal(told(encodeAll(fec, voice)), 0);
  for (const codec of [fec, without]) codec.tune!(0.05);
  assert.ok(told(encodeAll(fec, voice)) > 60);
  assert.equal(told(encodeAll(without, voice)), 0);
  fec.tune!(0);
  encodeAll(fec, voice.subarray(0, FRAME * 5));
  assert.equal(told(encodeAll(fec, voice)), 0);
});

Deno.test("a lost packet is recovered from the one after it", () => {
  const voice = voiceSamples(4);
  const [sender, receiver, unspoilt] = [createCodec(OPUS), createCodec(OPUS), createCodec(OPUS)];
  sender.tune!(0.1);
  const packets = encodeAll(sender, voice);
  const [recovered, original] = [[], []] as number[][];
  const pcm = new Int16Array(9600);
  packets.forEach((packet, i) => {
    const whole = unspoilt.decode(packet, pcm);
    if (i % 8 === 4 && recoverable(packets[i + 1]!) > 0) original!.push(...pcm.subarray(0, whole));
    if (i % 8 === 4) return;
    if (i % 8 === 5) recovered!.push(...pcm.subarray(0, receiver.recover!(packet, pcm)));
    receiver.decode(packet, pcm);
  });
  assert.equal(recovered!.length, original!.length);
  assert.ok(recovered!.length > 5 * FRAME);
  const { correlation } = findSignal(original!, recovered!, 48_000);
  assert.ok(correlation > 0.7, `${correlation}`);
});

Deno.test("a machine that is too slow for the encoder gets a simpler one", () => {
  const voice = voiceSamples(10);
  let now = 0;
  const clocked = (step: number) => {
    const codec = new OpusCodec(OPUS, {}, () => now += step);
    return encodeAll(codec, voice);
  };
  // 3 ms of 20 are too much: the complexity goes down, and with it what is sent.
  assert.notDeepEqual(clocked(3), clocked(0.1));
});

Deno.test("whatever bytes come, at most 120 ms are made of them, and nothing breaks", () => {
  const codec = createCodec(OPUS);
  const pcm = new Int16Array(9600);
  const octets = fc.uint8Array({ maxLength: 1500 });
  fc.assert(
    fc.property(octets, fc.boolean(), (packet, lost) => {
      if (lost) assert.ok(codec.recover!(packet, pcm) <= 2880);
      const count = codec.decode(packet, pcm);
      assert.ok(count >= 0 && count <= 5760, `${count}`);
    }),
    { numRuns: 2000 },
  );
  assert.equal(codec.decode(new Uint8Array(0), pcm), 0);
  assert.equal(codec.decode(new Uint8Array(5000), pcm), 0);
  // It still works.
  const [packet] = encodeAll(codec, voiceSamples(1));
  assert.equal(codec.decode(packet!, pcm), FRAME);
  codec.free?.();
});

/** A packet of the same tone in one of two channels, by libopus itself. */
async function stereoPackets(count: number): Promise<Uint8Array[]> {
  const binary = await Deno.readFile(new URL(import.meta.resolve("@evan/opus/wasm/simd.wasm")));
  const nothing = () => 0;
  const { instance } = await WebAssembly.instantiate(binary, {
    wasi_snapshot_preview1: {
      proc_exit: nothing,
      fd_close: nothing,
      fd_write: nothing,
      fd_seek: nothing,
    },
    env: { emscripten_notify_memory_growth: nothing },
  });
  const { memory, ...wasm } = instance.exports as
    & { memory: WebAssembly.Memory }
    & Record<string, (...numbers: number[]) => number>;
  wasm._initialize!();
  const state = wasm.malloc!(wasm.opus_encoder_get_size!(2));
  const [pcmAt, packetAt] = [wasm.malloc!(FRAME * 4), wasm.malloc!(1500)];
  wasm.opus_encoder_init!(state, 48_000, 2, 2049);
  return Array.from({ length: count }, (_, k) => {
    const pcm = new Int16Array(memory.buffer, pcmAt, FRAME * 2);
    for (let i = 0; i < FRAME; i++) pcm[2 * i] = 16_000 * Math.sin((k * FRAME + i) / 20);
    const octets = wasm.opus_encode!(state, pcmAt, FRAME, packetAt, 1500);
    return new Uint8Array(memory.buffer, packetAt, octets).slice();
  });
}

Deno.test("stereo of a peer is mixed down: what is in one channel is heard, half as loud", async () => {
  const codec = createCodec(OPUS);
  const pcm = new Int16Array(9600);
  const packets = await stereoPackets(50);
  assert.ok(packets.every(([toc]) => (toc! & 4) !== 0), "they are stereo");
  const heard = packets.flatMap((packet) => {
    assert.equal(codec.decode(packet, pcm), FRAME);
    return [...pcm.subarray(0, FRAME)];
  }).slice(10 * FRAME);
  const highest = heard.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  assert.ok(highest > 7000 && highest < 9500, `${highest}`);
  codec.free?.();
});

Deno.test("pauses are left out for a peer that asks for it, when the account wants it, and not else", () => {
  const pcm = new Int16Array(FRAME * 200);
  pcm.set(voiceSamples(2).subarray(0, FRAME * 100));
  const silent = (parameters: string, wish: OpusWish) => {
    const packets = encodeAll(new OpusCodec(asked(parameters), wish, () => 0), pcm);
    return packets.slice(100).filter(({ length }) => length === 0).length;
  };
  assert.equal(silent("usedtx=1", {}), 0);
  assert.equal(silent("", { dtx: true }), 0);
  const left = silent("usedtx=1", { dtx: true });
  assert.ok(left > 50, `${left} of 100`);
});
