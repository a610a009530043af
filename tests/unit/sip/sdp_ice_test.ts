/** ICE and bundles in SDP text (RFC 8839 §5, RFC 9143). */
import assert from "node:assert/strict";
import type { MediaDescription } from "../../../src/core/media/mod.ts";
import { parseSdp, writeSdp } from "../../../src/sip/sdp/sdp.ts";

const OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.2",
  "s=-",
  "c=IN IP4 192.0.2.2",
  "t=0 0",
  "a=group:BUNDLE 0 1",
  "a=ice-options:trickle ice2",
  "m=audio 5000 RTP/AVP 0",
  "a=mid:0",
  "a=rtcp-mux",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:abcdefghijklmnopqrstuvwx",
  "a=candidate:1 1 udp 2130706431 192.0.2.2 5000 typ host generation 0",
  "a=candidate:2 1 UDP 1694498815 203.0.113.2 40000 typ srflx raddr 192.0.2.2 rport 5000",
  "a=candidate:3 1 udp 2130706431 a1b2c3d4.local 5000 typ host",
  "a=remote-candidates:1 192.0.2.1 4000",
  "a=end-of-candidates",
];
const sdp = (lines: string[]) => lines.join("\r\n") + "\r\n";
const ORIGIN = { sessionId: 1, version: 1 };

Deno.test("SDP reads ICE and a bundle, with trickle tolerated", () => {
  const { description } = parseSdp(sdp(OFFER));
  assert.equal(description.ice?.ufrag, "abcd");
  assert.equal(description.ice?.candidates.length, 3);
  assert.deepEqual(description.ice?.options, ["trickle", "ice2"]);
  assert.ok(description.ice?.complete && description.bundled);
});

Deno.test("SDP takes a hundred candidates, and says how many more there were", () => {
  const more = Array.from(
    { length: 200 },
    (_, at) => `a=candidate:${at} 1 udp 2130706431 192.0.2.2 ${6000 + at} typ host`,
  );
  const candidates = (lines: string[]) => {
    const { ice } = parseSdp(sdp([...OFFER.slice(0, 12), ...lines])).description;
    return [ice?.candidates.length, ice?.leftOut];
  };
  assert.deepEqual(candidates(more), [100, 100]);
  assert.deepEqual(candidates(more.slice(0, 100)), [100, undefined]);
});

Deno.test("SDP sees no bundle that the stream is not in", () => {
  const lines = OFFER.map((line) => line.replace("BUNDLE 0 1", "BUNDLE 1"));
  assert.equal(parseSdp(sdp(lines)).description.bundled, undefined);
});

Deno.test("SDP holds nobody by the null address of a peer that still gathers", () => {
  const lines = OFFER.filter((line) => !line.startsWith("a=candidate"))
    .map((line) =>
      line.replace("c=IN IP4 192.0.2.2", "c=IN IP4 0.0.0.0").replace("5000 RTP", "9 RTP")
    );
  const { description } = parseSdp(sdp(lines));
  assert.equal(description.direction, "sendrecv");
  const held = lines.filter((line) => !line.startsWith("a=ice-"));
  assert.equal(parseSdp(sdp(held)).description.direction, "sendonly");
});

Deno.test("SDP reads and writes that ICE was not usable", () => {
  const { description } = parseSdp(sdp([...OFFER, "a=ice-mismatch"]));
  assert.deepEqual([description.ice, description.iceMismatch], [undefined, true]);
  const text = writeSdp(description, "192.0.2.1", ORIGIN);
  assert.match(text, /\r\na=ice-mismatch\r\n/);
  assert.ok(!text.includes("candidate"));
});

Deno.test("SDP writes what it read of ICE", () => {
  const { description } = parseSdp(sdp(OFFER));
  const again = parseSdp(writeSdp(description as MediaDescription, "", ORIGIN)).description;
  assert.deepEqual(again, description);
  assert.match(writeSdp(description, "", ORIGIN), /t=0 0\r\na=group:BUNDLE 0\r\nm=audio/);
});
