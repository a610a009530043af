/** The test vectors of the RFCs, and node:crypto as a second opinion on everything else. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import fc from "fast-check";
import { SRTP_SUITES } from "../../../../src/core/media/media_description.ts";
import { SUITE_PARAMETERS } from "../../../../src/core/media/srtp_suites.ts";
import { AesCounter } from "../../../../src/media/transport/srtp/aes_counter.ts";
import { loadCiphers } from "../../../../src/media/transport/srtp/ciphers.ts";
import { GcmCipher } from "../../../../src/media/transport/srtp/gcm_cipher.ts";
import { HmacSha1 } from "../../../../src/media/transport/srtp/hmac_sha1.ts";
import { derive, LABEL } from "../../../../src/media/transport/srtp/key_derivation.ts";
import { mkiOctets } from "../../../../src/media/transport/srtp/packet_cipher.ts";
import { hex, keyFor, octets, rtpPacket } from "./octets.ts";

const create = await loadCiphers(SRTP_SUITES);

function keyStream(key: string, counter: string, length: number): string {
  const data = new Uint8Array(length);
  new AesCounter(octets(key)).apply(octets(counter), data, 0, length);
  return hex(data);
}

Deno.test("AES-128 counter mode makes the key stream of RFC 3711 §B.2", () => {
  const stream = keyStream(
    "2b7e151628aed2a6abf7158809cf4f3c",
    "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000",
    48,
  );
  assert.equal(
    stream,
    "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab" +
      "41e95b3bb0a2e8dd477901e4fca894c0",
  );
});

Deno.test("AES-256 counter mode makes the key stream of RFC 6188 §7.1", () => {
  const stream = keyStream(
    "57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
    "f0f1f2f3f4f5f6f7f8f9fafbfcfd0000",
    48,
  );
  assert.equal(
    stream,
    "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac" +
      "63c4868b7096d88421b563b8c94c9a31",
  );
});

Deno.test("session keys are those of RFC 3711 §B.3 and RFC 6188 §7.2", () => {
  const short = {
    key: octets("e1f97a0d3e018be0d64fa32c06de4139"),
    salt: octets("0ec675ad498afeebb6960b3aabe6"),
  };
  assert.equal(hex(derive(short, LABEL.encryption, 16)), "c61e7a93744f39ee10734afe3ff7a087");
  assert.equal(hex(derive(short, LABEL.salt, 14)), "30cbbc08863d8c85d49db34a9ae1");
  assert.equal(
    hex(derive(short, LABEL.authentication, 20)),
    "cebe321f6ff7716b6fd4ab49af256a156d38baa4",
  );
  const long = {
    key: octets("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"),
    salt: octets("3b04803de51ee7c96423ab5b78d2"),
  };
  assert.equal(
    hex(derive(long, LABEL.encryption, 32)),
    "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
  );
  assert.equal(hex(derive(long, LABEL.salt, 14)), "fa31791685ca444a9e07c6c64e93");
  assert.equal(
    hex(derive(long, LABEL.authentication, 20)),
    "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
  );
});

const SESSION_SALT = octets("517569642070726f2071756f");
const session = (length: number) => {
  const keys = { key: Uint8Array.from({ length }, (_, i) => i), salt: SESSION_SALT };
  return new GcmCipher(keys, keys);
};

Deno.test("AES-GCM makes the RTP packets of RFC 7714 §16.1 and §16.2, and opens them", () => {
  const plain = octets(
    "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120" +
      "696e207061727465732074726573",
  );
  const packets = {
    16: "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f" +
      "42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
    32: "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3" +
      "b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
  };
  const position = { ssrc: 0x5501a0b2, rollOver: 0, sequence: 0xf17b };
  for (const [keyLength, packet] of Object.entries(packets)) {
    const data = new Uint8Array(128);
    data.set(plain);
    const length = session(Number(keyLength)).sealRtp(data, 12, plain.length, position);
    assert.equal(hex(data.subarray(0, length)), packet);
    const opened = session(Number(keyLength)).openRtp(data, 12, length, position);
    assert.equal(hex(data.subarray(0, opened)), hex(plain));
  }
});

Deno.test("AES-GCM makes the RTCP packets of RFC 7714 §17.1 and §17.2, and opens them", () => {
  const plain = octets(
    "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61" +
      "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
  );
  const packets = {
    16: "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1" +
      "730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
    32: "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1" +
      "110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
  };
  for (const [keyLength, packet] of Object.entries(packets)) {
    const data = new Uint8Array(128);
    data.set(plain);
    const cipher = session(Number(keyLength));
    const length = cipher.sealRtcp(data, plain.length, 0x4d617273, 0x5d4);
    assert.equal(hex(data.subarray(0, length)), packet);
    assert.equal(cipher.rtcpIndex(data, length), 0x5d4);
    const opened = cipher.openRtcp(data, length, 0x4d617273, 0x5d4);
    assert.equal(hex(data.subarray(0, opened)), hex(plain));
  }
});

Deno.test("counter mode and HMAC are what node:crypto computes", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const keys = fc.oneof(bytes(16), bytes(32));
  const data = fc.uint8Array({ maxLength: 400 });
  fc.assert(fc.property(keys, bytes(14), data, bytes(20), (key, salt, text, authentication) => {
    const counter = new Uint8Array(16);
    counter.set(salt);
    const name = key.length === 32 ? "aes-256-ctr" : "aes-128-ctr";
    const expected = createCipheriv(name, key, counter).update(text);
    const ours = text.slice();
    new AesCounter(key).apply(counter, ours, 0, ours.length);
    assert.equal(hex(ours), hex(expected));
    const hmac = new HmacSha1(authentication);
    hmac.sign(text, text.length, -1);
    assert.equal(hex(hmac.tag), createHmac("sha1", authentication).update(text).digest("hex"));
    const word = octets("89abcdef");
    hmac.sign(text, text.length, 0x89abcdef);
    const both = createHmac("sha1", authentication).update(text).update(word).digest("hex");
    assert.equal(hex(hmac.tag), both);
  }));
});

Deno.test("whole SRTP and SRTCP packets are those that node:crypto makes", () => {
  const suites = fc.constantFrom(...SRTP_SUITES.filter((suite) => suite.includes("_CM_")));
  const position = fc.record({
    ssrc: fc.nat(0xffff_ffff),
    rollOver: fc.nat(0xffff_ffff),
    sequence: fc.nat(0xffff),
  });
  const mki = fc.option(
    fc.record({ value: fc.nat(255), length: fc.integer({ min: 1, max: 4 }) }),
    { nil: undefined },
  );
  const sizes = fc.integer({ min: 0, max: 300 });
  fc.assert(fc.property(suites, position, mki, sizes, (suite, at, mki, size) => {
    const master = { ...keyFor(suite), ...(mki === undefined ? {} : { mki }) };
    const cipher = create(suite, master);
    const { rtpTag, rtcpTag } = SUITE_PARAMETERS[suite];
    const { data, length } = rtpPacket(at.sequence, at.ssrc, size);
    const plain = data.slice(0, length);
    const rtpIndex = word(at.rollOver) + hex(plain.subarray(2, 4));
    const text = plain.subarray(12);
    const rtp = hex(plain.subarray(0, 12)) + byNode(master, 0, at.ssrc, rtpIndex, text);
    const sealed = cipher.sealRtp(data, 12, length, at);
    const tag = signed(master, 0, rtp + word(at.rollOver), rtpTag);
    const identifier = hex(mkiOctets(mki));
    assert.equal(hex(data.subarray(0, sealed)), rtp + identifier + tag);

    const index = at.rollOver & 0x7fff_ffff;
    const report = octets(`80c90001${word(at.ssrc)}${hex(text)}`);
    const room = new Uint8Array(2048);
    room.set(report);
    const sealedReport = cipher.sealRtcp(room, report.length, at.ssrc, index);
    const rtcp = hex(report.subarray(0, 8)) +
      byNode(master, 3, at.ssrc, `0000${word(index)}`, report.subarray(8)) +
      word(0x8000_0000 + index);
    const reportTag = signed(master, 3, rtcp, rtcpTag);
    assert.equal(hex(room.subarray(0, sealedReport)), rtcp + identifier + reportTag);
  }));
});

const word = (value: number) => (value >>> 0).toString(16).padStart(8, "0");

/** @param index 48 bits, in hex */
function byNode(
  master: ReturnType<typeof keyFor>,
  labels: number,
  ssrc: number,
  index: string,
  text: Uint8Array,
): string {
  const key = derive(master, labels, master.key.length);
  const counter = octets(`00000000${word(ssrc)}${index}0000`);
  derive(master, labels + 2, 14).forEach((octet, i) => counter[i]! ^= octet);
  const name = key.length === 32 ? "aes-256-ctr" : "aes-128-ctr";
  return hex(createCipheriv(name, key, counter).update(text));
}

function signed(master: ReturnType<typeof keyFor>, labels: number, text: string, tag: number) {
  const hmac = createHmac("sha1", derive(master, labels + 1, 20)).update(octets(text));
  return hmac.digest("hex").slice(0, 2 * tag);
}
