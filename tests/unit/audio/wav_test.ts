/** WAV headers: every format read and written, everything else refused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  monoDecoder,
  type SampleEncoding,
  type WavFormat,
  wavHeader,
} from "../../../src/audio/wav.ts";
import { parseWavHeader } from "../../../src/audio/wav_chunks.ts";
import { openWav } from "../../../src/audio/wav_file.ts";
import { wavBytes, type WavRecipe } from "../../fakes/wav_bytes.ts";

const ENCODINGS: SampleEncoding[] = ["u8", "s16", "s24", "s32", "f32", "f64", "alaw", "mulaw"];
/** Largest error of one sample, of 16 bits. */
const COARSENESS: Partial<Record<SampleEncoding, number>> = { u8: 400, alaw: 1100, mulaw: 1100 };

function decoded(bytes: Uint8Array): Int16Array {
  const format = parseWavHeader(bytes);
  if (typeof format === "string") throw new Error(format);
  const length = format.dataLength ?? bytes.length - format.dataOffset;
  const samples = new Int16Array(length / format.blockAlign);
  monoDecoder(format)(
    bytes.subarray(format.dataOffset, format.dataOffset + length),
    samples,
  );
  return samples;
}

Deno.test("every width, rate and channel count gives the samples back", () => {
  fc.assert(fc.property(
    fc.record({
      encoding: fc.constantFrom(...ENCODINGS),
      rate: fc.constantFrom(8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000),
      channels: fc.integer({ min: 1, max: 8 }),
      extensible: fc.boolean(),
      extraChunk: fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }),
    }),
    fc.array(fc.double({ min: -0.9, max: 0.9, noNaN: true }), { minLength: 1, maxLength: 50 }),
    (recipe, samples) => {
      const bytes = wavBytes(recipe, samples);
      const format = parseWavHeader(bytes) as WavFormat;
      assert.equal(format.rate, recipe.rate);
      assert.equal(format.channels, recipe.channels);
      assert.equal(format.encoding, recipe.encoding);
      const got = decoded(bytes);
      assert.equal(got.length, samples.length);
      samples.forEach((sample, i) => {
        const error = Math.abs(got[i]! - sample * 32_767);
        assert.ok(error <= (COARSENESS[recipe.encoding] ?? 1.5), `${sample} became ${got[i]}`);
      });
    },
  ));
});

Deno.test("a header written by a stream means: to the end of the file", () => {
  const recipe: WavRecipe = { encoding: "s16", rate: 8000, channels: 1 };
  for (const dataSize of [0, 0xffff_ffff, 0x7fff_f000]) {
    const samples = decoded(wavBytes({ ...recipe, dataSize }, [0.5, -0.5, 0.25]));
    assert.deepEqual([...samples], [16_384, -16_383, 8192]);
  }
});

Deno.test("RF64 is read to the end of the file", () => {
  const recipe: WavRecipe = { encoding: "s16", rate: 8000, channels: 1, form: "RF64" };
  assert.equal(decoded(wavBytes({ ...recipe, dataSize: 0xffff_ffff }, [0.5, 0.5])).length, 2);
});

const SPEECH: WavRecipe = { encoding: "s16", rate: 8000, channels: 1 };

/** A chunk; `pad` says whether one of odd length is followed by the octet that it should be. */
function chunk(id: string, body: Uint8Array, pad = true): Uint8Array {
  const padding = pad && body.length % 2 === 1 ? 1 : 0;
  const made = new Uint8Array(8 + body.length + padding);
  made.set(new TextEncoder().encode(id));
  new DataView(made.buffer).setUint32(4, body.length, true);
  made.set(body, 8);
  return made;
}

/** The file with chunks put in at an offset: 12 before the format, 36 before the samples. */
function withChunks(file: Uint8Array, at: number, ...chunks: Uint8Array[]): Uint8Array {
  return Uint8Array.from([file.subarray(0, at), ...chunks, file.subarray(at)]
    .flatMap((part) => [...part]));
}

Deno.test("samples are found behind any chunks, padded or not, in memory and in files", async () => {
  const plain = wavBytes(SPEECH, [0.5, -0.5, 0.25]);
  const expected = [...decoded(plain)];
  const path = await Deno.makeTempFile();
  try {
    for (const length of [0, 1, 26, 27, 4001, 65_535, 65_536, 200_001, 393_164]) {
      const body = new Uint8Array(length).fill(0x41);
      for (const at of [12, 36]) {
        for (const pad of [true, false]) {
          const file = withChunks(plain, at, chunk("id3 ", body, pad), chunk("LIST", body, pad));
          assert.deepEqual([...decoded(file)], expected, `${length} octets at ${at}, ${pad}`);
          await Deno.writeFile(path, file);
          const wav = await openWav(path);
          wav.file.close();
          assert.equal(wav.length, 6, `${length} octets at ${at}, ${pad}`);
        }
      }
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("RF64 says in ds64 where its samples end: a trailer is no sound", () => {
  const rf64 = wavBytes({ ...SPEECH, form: "RF64", dataSize: 0xffff_ffff }, [0.5, 0.5]);
  const sizes = new Uint8Array(28);
  new DataView(sizes.buffer).setBigUint64(8, 4n, true);
  const trailer = chunk("LIST", new Uint8Array(3000).fill(0x7f));
  const file = withChunks(rf64, 12, chunk("ds64", sizes));
  assert.equal(decoded(Uint8Array.from([...file, ...trailer])).length, 2);
  file.set(new TextEncoder().encode("BW64"));
  assert.equal(decoded(Uint8Array.from([...file, ...trailer])).length, 2);
});

Deno.test("what is not playable says why", () => {
  const good = wavBytes({ encoding: "s16", rate: 8000, channels: 1 }, [0.1]);
  const changed = (at: number, ...octets: number[]) => {
    const copy = good.slice();
    copy.set(octets, at);
    return copy;
  };
  const reasons: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /not a WAV/],
    [new TextEncoder().encode("ID3 this is an MP3 file, really"), /not a WAV/],
    [changed(8, 0x41, 0x56, 0x49, 0x20), /not a WAV/],
    [good.subarray(0, 24), /cut short/],
    [good.subarray(0, 36), /no samples/],
    [changed(20, 0x55, 0), /coding \(tag 85, 16 bits\)/],
    [changed(34, 1, 0), /coding \(tag 1, 1 bits\)/],
    [changed(22, 0, 0), /0 channels/],
    [changed(24, 1, 0, 0, 0), /sample rate is 1 Hz/],
    [changed(12, 0x78), /samples come before/],
  ];
  for (const [bytes, reason] of reasons) {
    const found = parseWavHeader(bytes);
    assert.ok(typeof found === "string" && reason.test(found), JSON.stringify(found));
  }
});

Deno.test("no octets make the header parser throw", () => {
  const good = wavBytes({ encoding: "s24", rate: 44_100, channels: 2, extensible: true }, [0.1]);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void parseWavHeader(bytes)));
  fc.assert(fc.property(
    fc.nat(good.length - 1),
    fc.uint8Array({ maxLength: 8 }),
    fc.nat(good.length),
    (at, octets, length) => {
      const bytes = good.slice();
      bytes.set(octets.subarray(0, bytes.length - at), at);
      const format = parseWavHeader(bytes.subarray(0, length));
      if (typeof format !== "string") assert.ok(format.blockAlign > 0 && format.dataOffset > 0);
    },
  ));
});

Deno.test("our header is read back", () => {
  const format = parseWavHeader(wavHeader(16_000, 2, 6400)) as WavFormat;
  assert.deepEqual(format, {
    encoding: "s16",
    rate: 16_000,
    channels: 2,
    blockAlign: 4,
    dataOffset: 44,
    dataLength: 6400,
  });
});
