/** No credential stands in a trace. */
import assert from "node:assert/strict";
import { redacted, textTrace, type TraceRecord } from "../../../src/sip/message/trace.ts";

const MESSAGE = [
  "REGISTER sip:example.com SIP/2.0",
  'Authorization: Digest username="alice", realm="r", nonce="n0nce", uri="sip:x",',
  ' response="5ecret", cnonce="cn\\"0nce", qop=auth, nc=00000001, opaque="0paque"',
  "Proxy-Authorization: Bearer eyJhbGciOi.secret.token",
  "authorization:digest response=bare5ecret,nonce=barenonce",
  'WWW-Authenticate: Digest realm="r", nonce="challenge"',
  "Content-Type: application/sdp",
  "",
  "v=0",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:cGFzc3dvcmQ=|2^20|1:4",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:1cepassword",
  "a=rtpmap:0 PCMU/8000",
].join("\r\n");

Deno.test("credentials and keys are redacted, everything else stays", () => {
  const text = redacted(MESSAGE);
  for (const secret of ["n0nce", "5ecret", "0paque", "token", "bare5ecret", "cGFz", "1cepass"]) {
    assert(!text.includes(secret), secret);
  }
  for (const kept of ['username="alice"', "qop=auth", 'nonce="challenge"', "a=ice-ufrag:abcd"]) {
    assert(text.includes(kept), kept);
  }
  assert(text.includes("inline:[redacted]|2^20|1:4"));
  assert(text.includes("Bearer [redacted]"));
  assert.equal(text.split("\r\n").length, MESSAGE.split("\r\n").length);
});

Deno.test("credentials on folded lines, and behind bare line feeds, are redacted too", () => {
  for (const end of ["\r\n", "\n"]) {
    const lines = [
      "INVITE sip:b@h SIP/2.0",
      "Authorization: Bearer",
      " t0ken",
      "Authorization:",
      "\tBasic dXNlcjpw",
      " moret0ken",
      "Authorization:",
      ' Digest username="a",',
      ' response="5ecret"',
      "To: <sip:b@h>",
      "a=ice-pwd:1cepassword",
      "",
    ];
    const text = redacted(lines.join(end));
    for (const secret of ["t0ken", "dXNl", "5ecret", "1cepass"]) assert(!text.includes(secret));
    assert(text.includes('username="a"') && text.includes(`To: <sip:b@h>${end}`));
    assert.equal(text.split(end).length, lines.length);
  }
});

Deno.test("keys in lines of SDP that we do not use, and in odd spellings, are redacted too", () => {
  const lines = [
    "A=CRYPTO:1 AES_CM_128_HMAC_SHA1_80 INLINE:c2VjcmV0|2^20|1:4",
    "A=ICE-PWD:c2VjcmV0",
    "a=key-mgmt:mikey c2VjcmV0",
    "k=base64:c2VjcmV0",
    "k=clear:c2VjcmV0",
  ];
  const text = redacted(["INVITE sip:b@h SIP/2.0", "", ...lines, ""].join("\r\n"));
  assert(!text.includes("c2VjcmV0"), text);
  assert.equal(text.split("\r\n").length, lines.length + 3);
});

Deno.test("a message without credentials is not touched", () => {
  const plain = MESSAGE.split("\r\n").filter((line) => !/uthorization|^ |crypto|pwd/.test(line));
  assert.equal(redacted(plain.join("\r\n")), plain.join("\r\n"));
});

Deno.test("a record says when, which way, how and between whom", () => {
  const record: TraceRecord = {
    time: Date.UTC(2026, 0, 31, 12, 0, 0, 7),
    direction: "in",
    transport: "tls",
    local: { host: "2001:db8::7", port: 40000 },
    remote: { host: "2001:db8::1", port: 5061 },
    text: "SIP/2.0 200 OK\r\nSubject: a\x1b[2Jb\x00\r\n\r\n",
  };
  let written = "";
  textTrace((text) => written += text)(record);
  textTrace((text) => written += text)({ ...record, direction: "out" });
  const [first, second] = written.split("\n\n");
  assert.equal(
    first,
    "2026-01-31T12:00:00.007Z in tls [2001:db8::1]:5061 -> [2001:db8::7]:40000\n" +
      "SIP/2.0 200 OK\nSubject: a�[2Jb�",
  );
  assert.match(second, /out tls \[2001:db8::7\]:40000 -> \[2001:db8::1\]:5061/);
});
