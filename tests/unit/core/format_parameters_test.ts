/** Which format parameters make two formats different ones. */
import assert from "node:assert/strict";
import { parametersOf, sameFormat } from "../../../src/core/media/format_parameters.ts";
import type { PayloadFormat } from "../../../src/core/media/media_description.ts";
import { answerOffer } from "../../../src/core/media/offer_answer.ts";
import { OPEN, theirs } from "./scene.ts";

const opus = (parameters?: string): PayloadFormat => ({
  payloadType: 111,
  encoding: "OPUS",
  clockRate: 48_000,
  channels: 2,
  ...(parameters === undefined ? {} : { parameters }),
});

/** AMR's packing has to be the same at both ends (RFC 4867 §8.3.1); its mode set may differ. */
const amr = (parameters?: string): PayloadFormat => ({
  payloadType: 97,
  encoding: "AMR",
  clockRate: 8000,
  channels: 1,
  ...(parameters === undefined ? {} : { parameters }),
});
const AMR: PayloadFormat = { ...amr("octet-align=1"), mustMatch: { "octet-align": "0" } };

Deno.test("parameters are names and values, in whatever way they are written", () => {
  const written = opus(" UseInbandFEC=1; usedtx ;maxplaybackrate = 16000;;");
  assert.deepEqual([...parametersOf(written)], [
    ["useinbandfec", "1"],
    ["usedtx", ""],
    ["maxplaybackrate", "16000"],
  ]);
  assert.equal(parametersOf(opus()).size, 0);
});

Deno.test("formats are one by codec, clock, channels and what must be equal", () => {
  const rows: [PayloadFormat, PayloadFormat, boolean][] = [
    [opus(), opus("useinbandfec=1"), true],
    [opus(), { ...opus(), encoding: "opus", payloadType: 96 }, true],
    [opus(), { ...opus(), channels: 1 }, false],
    [opus(), { ...opus(), clockRate: 8000 }, false],
    [AMR, amr("octet-align=1; mode-set=7"), true],
    [AMR, amr("OCTET-ALIGN=1"), true],
    [AMR, amr("octet-align=0"), false],
    [AMR, amr(), false],
    [{ ...AMR, parameters: "mode-set=7" }, amr(), true],
  ];
  for (const [a, b, expected] of rows) {
    assert.equal(sameFormat(a, b), expected, `${JSON.stringify(a)} ${JSON.stringify(b)}`);
    assert.equal(sameFormat(b, a), expected, "the other way round");
  }
});

Deno.test("an offer's format with another packing is not answered", () => {
  const offer = theirs({ formats: [amr(), { ...amr("octet-align=1"), payloadType: 98 }] });
  const { answer } = answerOffer(offer, [AMR], { port: 5000, rtcpPort: 5001 }, OPEN);
  assert.deepEqual(answer.formats.map(({ payloadType }) => payloadType), [98]);
});
