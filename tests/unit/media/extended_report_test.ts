/** Extended reports of RTCP (RFC 3611): blocks written and read, and what is not one. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type ExtendedReport,
  parseExtended,
  type VoipMetrics,
  writeExtended,
} from "../../../src/media/rtp/extended_report.ts";
import { buildRtcp, parseRtcp } from "../../../src/media/rtp/rtcp.ts";

const uint32 = fc.nat(0xffff_ffff);
const uint16 = fc.nat(0xffff);
/** Steps of the field, so that nothing is rounded. */
const share = fc.nat(255).map((value) => value / 256);
const mos = fc.integer({ min: 10, max: 50 }).map((value) => value / 10);
const buffer = fc.record({ bufferMs: uint16, bufferMaxMs: uint16 });
const voip: fc.Arbitrary<VoipMetrics> = fc.tuple(
  fc.record({
    ssrc: uint32,
    lossShare: share,
    discardShare: share,
    burstDensity: share,
    gapDensity: share,
    burstMs: uint16,
    gapMs: uint16,
    gmin: fc.nat(255),
    roundTripMs: uint16,
    endSystemMs: uint16,
    signalLevel: fc.integer({ min: -127, max: 3 }),
    r: fc.nat(100),
    mosListening: mos,
    mosConversational: mos,
    concealment: fc.constantFrom("unspecified", "disabled", "enhanced", "standard"),
  }, {
    requiredKeys: [
      "ssrc",
      "lossShare",
      "discardShare",
      "burstDensity",
      "gapDensity",
      "burstMs",
      "gapMs",
      "gmin",
      "roundTripMs",
      "endSystemMs",
      "concealment",
    ],
  }),
  buffer,
).map(([metrics, rest]) => ({ ...metrics, ...rest } as VoipMetrics));
const report: fc.Arbitrary<ExtendedReport> = fc.record({
  ssrc: uint32,
  reference: fc.record({ seconds: uint32, fraction: uint32 }, { noNullPrototype: true }),
  delays: fc.array(
    fc.record({ ssrc: uint32, lastReference: uint32, delay: uint32 }, { noNullPrototype: true }),
    { maxLength: 3 },
  ),
  voip,
}, { requiredKeys: ["ssrc", "delays"], noNullPrototype: true });

Deno.test("an extended report is parsed back as it was written", () => {
  fc.assert(fc.property(report, (sent) => {
    assert.deepEqual(parseExtended(writeExtended(sent)), sent);
    const { ssrc, ...extended } = sent;
    const packets = parseRtcp(buildRtcp({ ssrc, cname: "x", reports: [], extended }));
    assert.deepEqual(packets?.[2], { type: "XR", ...sent });
  }));
});

Deno.test("the octets are those of RFC 3611 §4.4, §4.5 and §4.7", () => {
  const body = writeExtended({
    ssrc: 0x0102_0304,
    reference: { seconds: 0xb44d_b705, fraction: 0x2000_0000 },
    delays: [{ ssrc: 0x0a0b_0c0d, lastReference: 0xb705_2000, delay: 0x0001_8000 }],
    voip: {
      ssrc: 0x0a0b_0c0d,
      lossShare: 0.5,
      discardShare: 0.1,
      burstDensity: 0.33,
      gapDensity: 0.04,
      burstMs: 120,
      gapMs: 260,
      gmin: 16,
      roundTripMs: 200,
      endSystemMs: 70_000,
      r: 93.2,
      mosListening: 4.41,
      concealment: "enhanced",
      bufferMs: 40,
      bufferMaxMs: 200,
    },
  });
  const hex = [...body].map((octet) => octet.toString(16).padStart(2, "0")).join("");
  assert.equal(
    hex,
    "01020304" + // our SSRC
      "04000002" + "b44db705" + "20000000" +
      "05000003" + "0a0b0c0d" + "b7052000" + "00018000" +
      "07000008" + "0a0b0c0d" + "8019540a" + "00780104" + "00c8ffff" +
      // signal, noise, echo: not measured; Gmin
      "7f7f7f10" +
      // R, external R, MOS-LQ, MOS-CQ
      "5d7f2c7f" +
      // PLC enhanced, adaptive buffer; its size now, at most, and ever
      "b0000028" + "00c800c8",
  );
});

Deno.test("blocks that are unknown, too long or too short are skipped", () => {
  const voipOf = (data: number[]) => parseExtended(Uint8Array.from([0, 0, 0, 1, ...data]));
  assert.deepEqual(voipOf([99, 0, 0, 1, 1, 2, 3, 4]), { ssrc: 1, delays: [] });
  assert.deepEqual(voipOf([7, 0, 0, 1, 1, 2, 3, 4]), { ssrc: 1, delays: [] });
  assert.equal(voipOf([7, 0, 0, 8, 1, 2, 3, 4]), undefined, "longer than the packet");
  assert.equal(voipOf([7, 0]), undefined);
});

Deno.test("an impossible score is none, and a broken report spoils none beside it", () => {
  const body = writeExtended({ ssrc: 1, delays: [], voip: { ...SILENT, r: 50, mosListening: 3 } });
  body[4 + 4 + 20] = 126;
  body[4 + 4 + 22] = 51;
  const { r, mosListening } = parseExtended(body)!.voip!;
  assert.deepEqual([r, mosListening], [undefined, undefined]);
  const data = buildRtcp({
    ssrc: 1,
    cname: "x",
    reports: [],
    extended: { delays: [], voip: SILENT },
  });
  const at = data.findIndex((octet, index) => octet === 207 && data[index - 1] === 0x80) - 1;
  data[at + 8 + 3] = 200;
  assert.deepEqual(parseRtcp(data)?.map(({ type }) => type), ["RR", "SDES", "other"]);
});

Deno.test("no octets make the parser throw, or keep more than a packet can mean", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
    const parsed = parseExtended(body);
    assert.ok((parsed?.delays.length ?? 0) <= 8);
  }));
  const many = writeExtended({
    ssrc: 1,
    delays: Array.from({ length: 100 }, () => ({ ssrc: 1, lastReference: 1, delay: 1 })),
  });
  assert.equal(parseExtended(many)?.delays.length, 8);
});

const SILENT: VoipMetrics = {
  ssrc: 1,
  lossShare: 0,
  discardShare: 0,
  burstDensity: 0,
  gapDensity: 0,
  burstMs: 0,
  gapMs: 0,
  gmin: 16,
  roundTripMs: 0,
  endSystemMs: 0,
  concealment: "unspecified",
  bufferMs: 0,
  bufferMaxMs: 0,
};
