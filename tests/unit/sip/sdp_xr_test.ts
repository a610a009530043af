/** `a=rtcp-xr` (RFC 3611 §5): what a party wants to get, and what is agreed on. */
import assert from "node:assert/strict";
import { acceptAnswer, answerOffer, createOffer } from "../../../src/core/media/mod.ts";
import { MEDIA_FORMATS } from "../../../src/media/formats.ts";
import { parseSdp, writeSdp } from "../../../src/sip/sdp/sdp.ts";

const ORIGIN = { sessionId: 1, version: 1 };
const LOCAL = { port: 4000, rtcpPort: 4001 };
const capabilities = [...MEDIA_FORMATS];
const description = (...lines: string[]) =>
  parseSdp(
    ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"]
      .concat(["m=audio 5000 RTP/AVP 0", ...lines, ""]).join("\r\n"),
  ).description;

Deno.test("the formats that we know are read, whatever stands beside them", () => {
  const read = (value: string) => description(`a=rtcp-xr:${value}`).extendedReports;
  // As linphone writes it.
  assert.deepEqual(read("rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics"), {
    voipMetrics: true,
    roundTrip: true,
  });
  assert.deepEqual(read("rcvr-rtt=sender"), { roundTrip: true });
  assert.deepEqual(read("voip-metrics"), { voipMetrics: true });
  for (const none of ["", "rcvr-rtt=none", "voip-metrics2", "pkt-loss-rle=100"]) {
    assert.equal(read(none), undefined, none);
  }
  assert.equal(description("a=rtcp-xr").extendedReports, undefined);
});

Deno.test("we offer them, and answer with them only when they were offered", () => {
  const offer = createOffer(capabilities, LOCAL);
  const text = writeSdp(offer, "192.0.2.9", ORIGIN);
  assert.match(text, /^a=rtcp-xr:rcvr-rtt=all voip-metrics\r$/m);
  const answers = (remote: ReturnType<typeof description>) =>
    answerOffer(remote, capabilities, LOCAL, { policy: "off" });
  const { answer, stream } = answers(description("a=rtcp-xr:voip-metrics"));
  assert.deepEqual(stream.extendedReports, { voipMetrics: true });
  assert.deepEqual(answer.extendedReports, { roundTrip: true, voipMetrics: true });
  const without = answers(description());
  assert.equal(without.answer.extendedReports, undefined);
  assert.equal(without.stream.extendedReports, undefined);
  assert.equal(acceptAnswer(offer, description(), "off").extendedReports, undefined);
  const taken = acceptAnswer(offer, description("a=rtcp-xr:rcvr-rtt=all"), "off");
  assert.deepEqual(taken.extendedReports, { roundTrip: true });
});
