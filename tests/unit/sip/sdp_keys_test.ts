/** Keys and ICE in descriptions: what is read, what is passed over, what is refused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import type { MediaDescription } from "../../../src/core/media/media_description.ts";
import { parseSdp } from "../../../src/sip/sdp/sdp.ts";

const KEY = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
const SHA = Array.from({ length: 32 }, (_, at) => (at + 160).toString(16)).join(":");

function read(
  lines: string[],
  { profile = "RTP/SAVP", session = [] as string[], port = 4000 } = {},
): MediaDescription {
  const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.7", "s=-", "c=IN IP4 192.0.2.7", "t=0 0"];
  const text = [...head, ...session, `m=audio ${port} ${profile} 0`, ...lines, ""].join("\r\n");
  return parseSdp(text).description;
}

Deno.test("a=crypto is read with tag, suite, key, lifetime, MKI and session parameters", () => {
  const { crypto } = read([
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:4`,
    `a=crypto: 2  aes_cm_128_hmac_sha1_32   inline:${KEY}`,
    `a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1048576|66051:3;inline:${KEY}|2:4 KDR=1 -WSH=64`,
  ]);
  assert.deepEqual(crypto, [
    {
      tag: 1,
      suite: "AES_CM_128_HMAC_SHA1_80",
      keys: [{ keySalt: KEY, lifetime: 20, mki: { value: 1, length: 4 } }],
      parameters: [],
    },
    { tag: 2, suite: "AES_CM_128_HMAC_SHA1_32", keys: [{ keySalt: KEY }], parameters: [] },
    {
      tag: 3,
      suite: "AES_CM_128_HMAC_SHA1_80",
      keys: [
        { keySalt: KEY, lifetime: 20, mki: { value: 66_051, length: 3 } },
        { keySalt: KEY, mki: { value: 2, length: 4 } },
      ],
      parameters: ["KDR=1", "-WSH=64"],
    },
  ]);
});

Deno.test("an a=crypto line that is none is passed over", () => {
  const bad = [
    "a=crypto:",
    "a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:" + KEY,
    "a=crypto:1234567890 AES_CM_128_HMAC_SHA1_80 inline:" + KEY,
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 prompt:" + KEY,
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:****************",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A".repeat(17),
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^49`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1:0`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1:129`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1:4|2^20`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY};prompt:x`,
    `a=crypto:1 ${"A".repeat(65)} inline:${KEY}`,
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY} ${"p ".repeat(9)}`,
  ];
  const good = `a=crypto:9 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`;
  assert.deepEqual(read([...bad, good]).crypto?.map(({ tag }) => tag), [9]);
  for (const line of bad) assert.equal(refusal([line]).code, "encryption-failed", line);
});

function refusal(lines: string[], profile = "RTP/SAVP"): OffhookError {
  try {
    read(lines, { profile });
  } catch (error) {
    return OffhookError.from(error);
  }
  throw new Error(`${lines} were taken`);
}

Deno.test("a secure profile without a usable key is refused, and the refusal has no key in it", () => {
  const sdes = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`;
  for (const profile of ["UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"]) {
    const { code, message, hint = "" } = refusal([sdes], profile);
    assert.equal(code, "encryption-failed");
    assert.ok(message.includes(profile) && !(message + hint).includes(KEY));
  }
  // A refused stream needs none.
  assert.equal(read([], { port: 0 }).port, 0);
});

Deno.test("the fingerprint and the role of the session stand in for those of the stream", () => {
  const session = [`a=fingerprint:SHA-256 ${SHA}`, "a=setup:passive"];
  const profile = "UDP/TLS/RTP/SAVPF";
  const theirs = read([], { profile, session });
  assert.deepEqual([theirs.fingerprints, theirs.setup], [
    [{ hash: "sha-256", value: SHA.toUpperCase() }],
    "passive",
  ]);
  const other = SHA.replace("a0", "00");
  const own = read([`a=fingerprint:sha-256 ${other}`, "a=setup:ACTIVE"], { profile, session });
  assert.deepEqual([own.fingerprints?.[0].value, own.setup], [other.toUpperCase(), "active"]);
  assert.equal(refusal(["a=fingerprint:sha-256 AB:CD"], profile).code, "encryption-failed");
});

Deno.test("ICE is read whole or not at all", () => {
  const password = "a".repeat(22);
  const lines = [
    "a=ice-ufrag:abcd",
    `a=ice-pwd:${password}`,
    "a=ice-options:trickle ice2",
    "a=candidate:1 1 UDP 2130706431 192.0.2.7 4000 typ host generation 0",
    "a=candidate:2 1 udp 1694498815 192.0.2.9 4001 typ srflx raddr 10.0.0.1 rport 4000",
    "a=candidate:3 1 tcp 1 2001:db8::1 9 typ host tcptype active",
    "a=candidate:4 1 udp 0 192.0.2.7 4000 typ host",
    "a=candidate:5 1 udp 1 192.0.2.7 70000 typ host",
    "a=candidate:6 1 udp 1 192.0.2.7 4000",
    "a=candidate:7 1 udp 1 a;b 4000 typ host",
    "a=end-of-candidates",
  ];
  const { ice } = read(lines, { profile: "RTP/AVP", session: ["a=ice-lite"] });
  assert.ok(ice);
  const { candidates, ...party } = ice;
  assert.deepEqual(party, {
    ufrag: "abcd",
    password,
    lite: true,
    options: ["trickle", "ice2"],
    complete: true,
  });
  assert.deepEqual(candidates.map(({ foundation }) => foundation), ["1", "2", "3"]);
  assert.deepEqual(candidates[1], {
    foundation: "2",
    component: 1,
    transport: "udp",
    priority: 1_694_498_815,
    address: "192.0.2.9",
    port: 4001,
    type: "srflx",
    relatedAddress: "10.0.0.1",
    relatedPort: 4000,
  });
  assert.equal(candidates[2].tcpType, "active");
  const many = Array.from({ length: 200 }, () => lines[3]);
  const read200 = read([...lines.slice(0, 2), ...many], { profile: "RTP/AVP" });
  assert.equal(read200.ice?.candidates.length, 100);
  assert.equal(read(lines.slice(1), { profile: "RTP/AVP" }).ice, undefined);
  assert.equal(read(["a=ice-ufrag:ab", lines[1]], { profile: "RTP/AVP" }).ice, undefined);
});

Deno.test("no line of keys makes it throw anything but its own errors", () => {
  const part = fc.constantFrom(
    "crypto:",
    "1",
    " ",
    "AES_CM_128_HMAC_SHA1_80",
    "inline:",
    KEY,
    "|",
    "2^31",
    "1:4",
    ";",
    "=",
    "KDR=0",
    "fingerprint:sha-256 ",
    SHA,
    "setup:",
    "\0",
    "é",
    "candidate:1 1 udp 1 1.1.1.1 1 typ host ",
    "raddr",
  );
  fc.assert(fc.property(fc.array(fc.array(part, { maxLength: 12 }), { maxLength: 6 }), (lines) => {
    try {
      const { crypto = [] } = read(lines.map((parts) => `a=${parts.join("")}`));
      assert.ok(crypto.every(({ keys }) => keys.length > 0));
    } catch (error) {
      assert.ok(error instanceof OffhookError, String(error));
    }
  }));
});
