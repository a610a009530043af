/** SDP, written and read; and that no text breaks the reader. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import type { MediaDescription, PayloadFormat } from "../../../src/core/media/media_description.ts";
import { parseSdp, writeSdp } from "../../../src/sip/sdp/sdp.ts";
import { SessionDescriptions } from "../../../src/sip/sdp/session_descriptions.ts";

const ORIGIN = { sessionId: 7, version: 1 };

function sdp(lines: string[], session: string[] = ["c=IN IP4 192.0.2.1"]): string {
  return ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", ...session, "t=0 0", ...lines, ""].join("\r\n");
}

function code(text: string): string {
  try {
    parseSdp(text);
  } catch (error) {
    assert.ok(error instanceof OffhookError, String(error));
    return error.code;
  }
  return "taken";
}

const format: fc.Arbitrary<PayloadFormat> = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }),
  encoding: fc.constantFrom("PCMU", "PCMA", "G722", "OPUS", "TELEPHONE-EVENT", "X-1.2"),
  clockRate: fc.constantFrom(8000, 16000, 48000),
  channels: fc.constantFrom(1, 2),
}).filter(({ encoding, clockRate }) =>
  // Their names say the rate and the channels; others are taken for a slip.
  encoding !== "OPUS" && (encoding !== "G722" || clockRate === 8000)
).chain((base) =>
  fc.constantFrom(undefined, "0-16", "mode=20;x=y", "useinbandfec=1; stereo=0")
    .map((parameters) => parameters === undefined ? base : { ...base, parameters })
);

const token = (least: number, most: number) =>
  fc.string({
    unit: fc.constantFrom(..."abcXYZ019+/"),
    minLength: least,
    maxLength: most,
  });

const crypto = fc.record({
  tag: fc.integer({ min: 0, max: 999_999_999 }),
  suite: fc.constantFrom("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "X_1"),
  keys: fc.array(
    fc.record({
      keySalt: fc.uint8Array({ minLength: 14, maxLength: 46 })
        .map((octets) => btoa(String.fromCharCode(...octets))),
      lifetime: fc.option(fc.integer({ min: 0, max: 48 }), { nil: undefined }),
      mki: fc.option(
        fc.record({
          value: fc.integer({ min: 0, max: 999_999 }),
          length: fc.integer({ min: 1, max: 128 }),
        }),
        { nil: undefined },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  parameters: fc.subarray(["KDR=1", "UNENCRYPTED_SRTP", "-WSH=64"]),
});

const fingerprint = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((octets) => ({
  hash: "sha-256",
  value: [...octets].map((octet) => octet.toString(16).padStart(2, "0").toUpperCase()).join(":"),
}));

const candidate = fc.record({
  foundation: token(1, 32),
  component: fc.integer({ min: 1, max: 2 }),
  transport: fc.constantFrom("udp", "tcp"),
  priority: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  address: fc.constantFrom("192.0.2.9", "2001:db8::9", "0b5f.local"),
  port: fc.integer({ min: 0, max: 65_535 }),
  type: fc.constantFrom("host", "srflx", "relay"),
  relatedAddress: fc.option(fc.constant("10.0.0.1"), { nil: undefined }),
  relatedPort: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
  tcpType: fc.option(fc.constantFrom("active", "passive"), { nil: undefined }),
});

const protection = fc.oneof(
  fc.record({ profile: fc.constantFrom("RTP/AVP", "RTP/AVPF") }),
  fc.record({
    profile: fc.constantFrom("RTP/AVP", "RTP/SAVP", "RTP/SAVPF"),
    crypto: fc.array(crypto, { minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    profile: fc.constantFrom("UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF", "RTP/SAVPF", "RTP/AVP"),
    fingerprints: fc.array(fingerprint, { minLength: 1, maxLength: 3 }),
    setup: fc.constantFrom("active", "passive", "actpass", "holdconn"),
  }),
);

const streamed = fc.record({
  address: fc.constantFrom("192.0.2.9", "2001:db8::9", "media.example.com"),
  port: fc.integer({ min: 1, max: 65_535 }),
  formats: fc.uniqueArray(format, { minLength: 1, maxLength: 8, selector: (f) => f.payloadType }),
  direction: fc.constantFrom("sendrecv", "sendonly", "recvonly", "inactive"),
  rtcpPort: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  rtcpMux: fc.constantFrom(true, undefined),
  ptime: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  mid: fc.constantFrom(undefined, "0", "audio"),
  ice: fc.option(
    fc.record({
      ufrag: token(4, 32),
      password: token(22, 64),
      options: fc.constantFrom(undefined, ["trickle"], ["ice2", "rtp+ecn"]),
      candidates: fc.array(candidate, { maxLength: 6 }),
      complete: fc.constantFrom(true, undefined),
    }),
    { nil: undefined },
  ),
});

const described: fc.Arbitrary<MediaDescription> = fc.tuple(streamed, protection)
  .map((parts) => JSON.parse(JSON.stringify(Object.assign({}, ...parts))) as MediaDescription);

Deno.test("what is written is read back the same", () => {
  fc.assert(fc.property(described, (description) => {
    const text = writeSdp(description, "10.0.0.1", ORIGIN);
    assert.deepEqual(parseSdp(text).description, description);
  }));
});

Deno.test("no text makes it throw anything but its own errors", () => {
  const line = fc.constantFrom(
    "v=0",
    "m=audio 1 RTP/AVP 0",
    "m=audio 1 RTP/AVP 0 101 x 300",
    "m=",
    "m=audio",
    "c=IN IP4 1.2.3.4",
    "c=IN IP6 ::1",
    "c=",
    "a=rtpmap:0",
    "a=rtpmap:101 telephone-event/8000",
    "a=rtpmap:0 a/b/c",
    "a=fmtp:",
    "a=ptime:-1",
    "a=ptime:9999999999999",
    "a=rtcp:0",
    "a=crypto:1 AES",
    "a=ssrc:x",
    "a=candidate:",
    "a=sendonly",
    "o=",
    "\0",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(line).map((lines) => `v=0\r\n${lines.join("\r\n")}\r\n`),
  );
  fc.assert(fc.property(text, (value) => void code(value)), { numRuns: 500 });
});

Deno.test("static payload types need no rtpmap, dynamic ones do", () => {
  const { description } = parseSdp(
    sdp(["m=audio 4000 RTP/AVP 0 8 9 18 13 96 97", "a=rtpmap:97 x/8000"]),
  );
  assert.deepEqual(
    description.formats.map((f) => `${f.payloadType} ${f.encoding}/${f.clockRate}`),
    [
      "0 PCMU/8000",
      "8 PCMA/8000",
      "9 G722/8000",
      "18 G729/8000",
      "13 CN/8000",
      "97 X/8000",
    ],
  );
});

Deno.test("direction and address may stand at the session or at the stream, which wins", () => {
  const session = ["c=IN IP4 192.0.2.1", "a=recvonly"];
  assert.equal(parseSdp(sdp(["m=audio 1 RTP/AVP 0"], session)).description.direction, "recvonly");
  const both = parseSdp(
    sdp(["m=audio 1 RTP/AVP 0", "c=IN IP6 2001:db8::1", "a=inactive"], session),
  );
  assert.equal(both.description.direction, "inactive");
  assert.equal(both.description.address, "2001:db8::1");
  assert.equal(parseSdp(sdp(["m=audio 1 RTP/AVP 0"])).description.direction, "sendrecv");
});

Deno.test("a null address is hold", () => {
  const of = (direction: string) =>
    parseSdp(sdp(["m=audio 1 RTP/AVP 0", `a=${direction}`], ["c=IN IP4 0.0.0.0"])).description
      .direction;
  assert.equal(of("sendrecv"), "sendonly");
  assert.equal(of("sendonly"), "sendonly");
  assert.equal(of("recvonly"), "inactive");
  assert.equal(
    parseSdp(sdp(["m=audio 1 RTP/AVP 0"], ["c=IN IP4 0.0.0.0"])).description.address,
    "0.0.0.0",
  );
});

Deno.test("an offer of 200 codecs: those of a payload type that there is, each once", () => {
  const types = Array.from({ length: 200 }, (_, i) => i);
  const lines = types.map((type) =>
    `a=rtpmap:${type} ${type === 120 ? "opus/48000/2" : `x${type}/8000`}`
  );
  const text = sdp([`m=audio 1 RTP/AVP ${[...types, ...types].join(" ")}`, ...lines]);
  const { formats } = parseSdp(text).description;
  assert.deepEqual(formats.map(({ payloadType }) => payloadType), types.slice(0, 128));
  assert.equal(formats[120]!.encoding.toUpperCase(), "OPUS");
});

Deno.test("maxptime bounds ptime", () => {
  const of = (...lines: string[]) =>
    parseSdp(sdp(["m=audio 1 RTP/AVP 0", ...lines])).description.ptime;
  assert.equal(of("a=ptime:60", "a=maxptime:40"), 40);
  assert.equal(of("a=maxptime:10"), 10);
  assert.equal(of("a=maxptime:150"), undefined);
  assert.equal(of("a=ptime:0"), undefined);
});

Deno.test("RTCP of its own port and on one port", () => {
  const { description } = parseSdp(sdp(["m=audio 4000 RTP/AVP 0", "a=rtcp:4444", "a=rtcp-mux"]));
  assert.deepEqual([description.rtcpPort, description.rtcpMux], [4444, true]);
});

Deno.test("the audio stream is found among others; plain before secure, open before refused", () => {
  const choose = (...lines: string[]) => parseSdp(sdp(lines)).audioIndex;
  assert.equal(choose("m=video 1 RTP/AVP 31", "m=audio 2 RTP/AVP 0"), 1);
  const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${"A".repeat(40)}`;
  assert.equal(choose("m=audio 2 RTP/SAVP 0", key, "m=audio 3 RTP/AVP 0"), 1);
  assert.equal(choose("m=audio 0 RTP/AVP 0", "m=audio 3 RTP/SAVP 0", key), 1);
  assert.equal(choose("m=audio 0 RTP/AVP 0"), 0);
});

Deno.test("what devices write in a line is read where its meaning is clear", () => {
  const plain = ["m=audio 4000 RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=sendonly"];
  const expected = parseSdp(sdp(plain)).description;
  const variants = [
    `\uFEFF${sdp(plain)}`,
    `\r\n\r\n${sdp(plain)}`,
    sdp(plain).replaceAll("\r\n", "\n"),
    sdp(plain).replaceAll("\r\n", "\r"),
    sdp(plain).replaceAll("\r\n", " \r\n"),
    sdp(plain).replaceAll("\r\n", "\r\n\r\n"),
    sdp(plain).replaceAll("\r\n", "\r\n "),
    sdp(plain).replaceAll(":", ": "),
    sdp(plain).replaceAll("=", " = "),
    sdp(plain).replaceAll(" ", "  "),
    sdp(plain).replaceAll("RTP/AVP", "rtp/avp"),
    sdp(plain).replace("m=audio", "m=AUDIO"),
    sdp(plain).replace("192.0.2.1\r\nt=", "192.0.2.1/127\r\nt="),
    sdp(plain).replace("8000\r", "\r"),
    sdp(plain).replace("8000\r", "8000/\r"),
    `${sdp(plain)}\0`,
    sdp(plain).replace("a=sendonly", "a=SendOnly"),
    sdp(plain).replace("a=rtpmap", "a=RTPMAP"),
    sdp(plain).replace("AVP 0 101", "AVP 0, 101,"),
    sdp(plain).replace("c=IN IP4", "c=in ip4"),
  ];
  for (const text of variants) assert.deepEqual(parseSdp(text).description, expected, text);
});

Deno.test("G722 at 16000 and Opus of one channel are what their names say", () => {
  const formats = (map: string) =>
    parseSdp(sdp([`m=audio 1 RTP/AVP 96`, `a=rtpmap:96 ${map}`])).description.formats;
  assert.deepEqual(formats("G722/16000"), formats("G722/8000"));
  assert.deepEqual(formats("opus/48000"), formats("opus/48000/2"));
  assert.deepEqual(formats("telephone-event"), formats("telephone-event/8000"));
  assert.equal(formats("L16/16000")[0].clockRate, 16000);
});

Deno.test("a stream without format, or one that makes no sense, is refused in its place", () => {
  const answers = (...lines: string[]) => {
    const descriptions = new SessionDescriptions(() => 0.5);
    descriptions.receiveOffer(sdp(lines));
    return descriptions.answer(OURS, "10.0.0.1").match(/^m=.*$/gm);
  };
  const audio = "m=audio 2 RTP/AVP 0";
  const ours = "m=audio 4000 RTP/AVP 0";
  assert.deepEqual(answers(audio, "m=video 0 RTP/AVP"), [ours, "m=video 0 RTP/AVP 0"]);
  assert.deepEqual(answers("m=video", audio), ["m=video 0 RTP/AVP 0", ours]);
  assert.deepEqual(answers("m=", audio), ["m=application 0 RTP/AVP 0", ours]);
  assert.deepEqual(answers("m=audio 70000 RTP/AVP 0", audio), ["m=audio 0 RTP/AVP 0", ours]);
  assert.equal(parseSdp(sdp(["m=audio 0 RTP/AVP", audio])).audioIndex, 1);
});

Deno.test("what is no description, or has no audio over RTP, is refused with its reason", () => {
  assert.equal(code(""), "media-failed");
  assert.equal(code("hello"), "media-failed");
  assert.equal(code(sdp(["m=audio 70000 RTP/AVP 0"])), "media-failed");
  assert.equal(code(sdp(["m=audio x RTP/AVP 0"])), "media-failed");
  assert.equal(code(sdp(["m=audio 1 RTP/AVP 0"], [])), "media-failed");
  assert.equal(code(sdp(["m=audio 1 RTP/AVP 0"], ["c=IN IP4 a_b!"])), "media-failed");
  assert.equal(code(sdp([])), "no-common-codec");
  assert.equal(code(sdp(["m=video 1 RTP/AVP 31"])), "no-common-codec");
  assert.equal(code(sdp(["m=audio 1 UDP/TLS/RTP/SAVPF 0"])), "encryption-failed");
  assert.equal(code(`v=0\r\n${"a=x\r\n".repeat(20_000)}`), "media-failed");
  assert.equal(code(sdp(["m=audio 1/2 RTP/AVP 0"])), "taken");
});

const OURS: MediaDescription = {
  address: "",
  port: 4000,
  profile: "RTP/AVP",
  formats: [{ payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 }],
  direction: "sendrecv",
};

function version(text: string): [id: string, version: number] {
  const [, id, number] = /^o=- (\d+) (\d+) /m.exec(text)!;
  return [id, Number(number)];
}

Deno.test("o= has the address that the server sees, c= ours; with ICE both have ours", () => {
  const ice = { ufrag: "abcd", password: "0123456789012345678901", candidates: [] };
  const lines = (description: MediaDescription) => {
    const descriptions = new SessionDescriptions(() => 0.5);
    descriptions.seenAs = "203.0.113.7";
    const first = descriptions.offer(description, "10.0.0.1");
    descriptions.seenAs = "203.0.113.8";
    const again = descriptions.offer({ ...description, direction: "sendonly" }, "10.0.0.1");
    const origin = (text: string) => /^o=.* (\S+)\r$/m.exec(text)?.[1];
    // For the whole session the o= line keeps its address (RFC 3264 §8).
    assert.equal(origin(again), origin(first));
    return [origin(first), /^c=IN IP4 (\S+)\r$/m.exec(first)?.[1]];
  };
  assert.deepEqual(lines(OURS), ["203.0.113.7", "10.0.0.1"]);
  assert.deepEqual(lines({ ...OURS, ice }), ["10.0.0.1", "10.0.0.1"]);
});

Deno.test("the o= version rises with each change and only then", () => {
  const descriptions = new SessionDescriptions(() => 0.5);
  const first = descriptions.offer(OURS, "10.0.0.1");
  assert.match(first, /c=IN IP4 10\.0\.0\.1/);
  assert.equal(descriptions.offer(OURS, "10.0.0.1"), first);
  const held = descriptions.offer({ ...OURS, direction: "sendonly" }, "10.0.0.1");
  assert.deepEqual(version(held), [version(first)[0], version(first)[1] + 1]);
  assert.equal(descriptions.current, held);
  assert.match(descriptions.offer(OURS, "2001:db8::1"), /c=IN IP6 2001:db8::1/);
});

Deno.test("other streams are refused in their places, also in later offers of ours", () => {
  const descriptions = new SessionDescriptions(() => 0.5);
  descriptions.receiveOffer(
    sdp(["m=video 1 RTP/AVP 31", "m=audio 2 RTP/AVP 0", "m=image 3 udptl t38"]),
  );
  const media = (text: string) => text.match(/^m=.*$/gm);
  const expected = ["m=video 0 RTP/AVP 31", "m=audio 4000 RTP/AVP 0", "m=image 0 udptl t38"];
  assert.deepEqual(media(descriptions.answer(OURS, "10.0.0.1")), expected);
  assert.deepEqual(media(descriptions.offer(OURS, "10.0.0.1")), expected);
});

Deno.test("an offer that was not answered leaves no trace", () => {
  const descriptions = new SessionDescriptions(() => 0.5);
  const first = descriptions.offer(OURS, "10.0.0.1");
  descriptions.receiveAnswer(sdp(["m=audio 2 RTP/AVP 0"]));
  descriptions.receiveOffer(sdp(["m=audio 2 RTP/AVP 0", "m=video 1 RTP/AVP 31"]));
  assert.equal(descriptions.offer(OURS, "10.0.0.1"), first);
});

Deno.test("branches of a forked call share the offer and then go their own ways", () => {
  const offered = new SessionDescriptions(() => 0.5);
  const offer = offered.offer(OURS, "10.0.0.1");
  const [one, two] = [offered.fork(), offered.fork()];
  const changed = one.offer({ ...OURS, direction: "inactive" }, "10.0.0.1");
  assert.deepEqual(version(changed), [version(offer)[0], version(offer)[1] + 1]);
  assert.equal(two.offer(OURS, "10.0.0.1"), offer);
});

Deno.test("our address is of the family of the peer's, whatever the signalling runs over", () => {
  const toward = (remote: string) => remote.includes(":") ? "2001:db8::a" : "10.0.0.2";
  const answer = (connection: string, signalling: string) => {
    const descriptions = new SessionDescriptions(() => 0.5, undefined, toward);
    descriptions.receiveOffer(sdp(["m=audio 2 RTP/AVP 0"], [`c=${connection}`]));
    const text = descriptions.answer(OURS, signalling);
    assert.equal(/^o=.*(IN IP\d \S+)$/m.exec(text)?.[1], /^c=(\S.*)$/m.exec(text)?.[1].trim());
    return /^c=(.*?)\r?$/m.exec(text)?.[1];
  };
  assert.equal(answer("IN IP4 192.0.2.1", "10.0.0.1"), "IN IP4 10.0.0.1");
  assert.equal(answer("IN IP6 2001:db8::1", "10.0.0.1"), "IN IP6 2001:db8::a");
  assert.equal(answer("IN IP4 192.0.2.1", "2001:db8::9"), "IN IP4 10.0.0.2");
  assert.equal(answer("IN IP6 2001:db8::1", "2001:db8::9"), "IN IP6 2001:db8::9");
  assert.equal(answer("IN IP4 0.0.0.0", "2001:db8::9"), "IN IP6 2001:db8::9", "hold says nothing");
  assert.equal(answer("IN IP4 media.example", "2001:db8::9"), "IN IP6 2001:db8::9");
});

Deno.test("a refusal takes nothing and keeps the places", () => {
  const descriptions = new SessionDescriptions(() => 0.5);
  descriptions.receiveOffer(sdp(["m=audio 2 RTP/AVP 0", "m=video 1 RTP/AVP 31"]));
  const refusal = descriptions.refusal("10.0.0.1");
  assert.deepEqual(refusal.match(/^m=\S+ \d+/gm), ["m=audio 0", "m=video 0"]);
});

Deno.test("leading zeros of an address are decimal, whatever a resolver would make of them", () => {
  for (
    const [written, read] of [["192.168.001.010", "192.168.1.10"], ["224.0.0.01", "224.0.0.1"]]
  ) {
    const text = sdp(["m=audio 4000 RTP/AVP 0"], [`c=IN IP4 ${written}`]);
    assert.equal(parseSdp(text).description.address, read);
  }
});
