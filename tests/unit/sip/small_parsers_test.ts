/** DTMF bodies, Reason, automatic answer, sipfrag, multipart. */
import assert from "node:assert/strict";
import { IncomingRequestMessage } from "sip.js/lib/core/index.js";
import { autoAnswerAfter } from "../../../src/sip/message/auto_answer.ts";
import { acceptsSdp, sdpOf } from "../../../src/sip/message/capabilities.ts";
import { RequestMessage } from "../../../src/sip/library/peer_message.ts";
import { dtmfRelayBody, parseDtmfBody } from "../../../src/sip/message/dtmf_relay.ts";
import { sdpPart } from "../../../src/sip/message/multipart.ts";
import { isAnsweredElsewhere, reasonText } from "../../../src/sip/message/reason.ts";
import { referStatus } from "../../../src/sip/dialog/referral.ts";

function request(headers: [string, string][], body = ""): RequestMessage {
  const message = new IncomingRequestMessage();
  for (const [name, value] of headers) message.addHeader(name, value);
  message.body = body;
  return new RequestMessage(message);
}

Deno.test("a digit survives its body", () => {
  for (const digit of "0123456789*#ABCD") {
    const body = dtmfRelayBody({ digit, durationMs: 240 });
    assert.deepEqual(parseDtmfBody("application/dtmf-relay", body), { digit, durationMs: 240 });
  }
});

Deno.test("digits of other phones: spaces, numbers for signs, no duration, bare bodies", () => {
  const relay = (body: string) => parseDtmfBody("application/dtmf-relay", body);
  assert.deepEqual(relay("Signal= 5\r\nDuration= 160"), { digit: "5", durationMs: 160 });
  assert.deepEqual(relay("signal=11\nduration=90"), { digit: "#", durationMs: 90 });
  assert.deepEqual(relay("Signal=d"), { digit: "D", durationMs: 160 });
  assert.deepEqual(parseDtmfBody("application/dtmf", " * "), { digit: "*", durationMs: 160 });
  for (const bad of ["", "Signal=", "Signal=55", "Signal=x", "Duration=1"]) {
    assert.equal(relay(bad), undefined, bad);
  }
  assert.equal(parseDtmfBody("text/plain", "5"), undefined);
});

Deno.test("Reason tells words, and whether another phone answered", () => {
  const two = request([["reason", 'Q.850;cause=16;text="Normal, \\"clear\\"", SIP;cause=200']]);
  assert.equal(reasonText(two), 'Normal, "clear"');
  assert.equal(isAnsweredElsewhere(two), true);
  assert.equal(isAnsweredElsewhere(request([["reason", "Q.850;cause=200"]])), false);
  assert.equal(
    isAnsweredElsewhere(request([["reason", 'SIP;text="Call completed elsewhere"']])),
    true,
  );
  assert.equal(reasonText(request([])), undefined);
});

Deno.test("automatic answer is asked for in several ways, and a plain ring tone is not one", () => {
  const of = (name: string, value: string) => autoAnswerAfter(request([[name, value]]));
  assert.equal(of("call-info", "<sip:x>;answer-after=3"), 3);
  assert.equal(of("alert-info", "<http://x>;info=alert-autoanswer;delay=1"), 1);
  assert.equal(of("alert-info", "Auto Answer"), 0);
  assert.equal(of("alert-info", "info=intercom"), 0);
  assert.equal(of("answer-mode", "Auto;require"), 0);
  assert.equal(of("answer-mode", "Manual"), undefined);
  assert.equal(of("alert-info", "<urn:alert:source:internal>"), undefined);
  assert.equal(of("call-info", "<http://x/photo.jpg>;purpose=icon"), undefined);
});

Deno.test("a sipfrag's status line is read", () => {
  assert.deepEqual(referStatus(request([], "SIP/2.0 180 Ringing\r\nA: b\r\n")), {
    status: 180,
    reason: "Ringing",
  });
  assert.deepEqual(referStatus(request([], "SIP/2.0 200")), { status: 200, reason: "" });
  assert.equal(referStatus(request([], "HTTP/1.1 200 OK")), undefined);
  assert.equal(referStatus(request([])), undefined);
});

Deno.test("a caller who takes no SDP is known by Accept", () => {
  assert.equal(acceptsSdp(request([])), true);
  assert.equal(acceptsSdp(request([["accept", "text/plain, application/sdp;q=0.5"]])), true);
  assert.equal(acceptsSdp(request([["accept", "application/*"]])), true);
  assert.equal(acceptsSdp(request([["accept", "text/plain"]])), false);
  assert.equal(acceptsSdp(request([["accept", ""]])), false);
});

Deno.test("a description is one only with its content type", () => {
  assert.equal(sdpOf(request([["content-type", "Application/SDP;charset=utf-8"]], "v=0")), "v=0");
  assert.equal(sdpOf(request([["content-type", "text/plain"]], "v=0")), undefined);
  assert.equal(sdpOf(request([["content-type", "application/sdp"]])), undefined);
});

Deno.test("the description in a multipart body is found, whatever stands around it", () => {
  const body = [
    "preamble",
    "--x y",
    "Content-Type: application/isup",
    "",
    "m=not this",
    "--x y ",
    "content-disposition: session",
    "CONTENT-TYPE :application/SDP;v=1",
    "",
    "v=0",
    "o=-",
    "--x y--",
    "--x y",
    "Content-Type: application/sdp",
    "",
    "behind the end",
  ].join("\r\n");
  assert.equal(sdpPart('multipart/mixed;boundary="x y"', body), "v=0\r\no=-\r\n");
  const bare = body.replaceAll("\r\n", "\n");
  assert.equal(sdpPart('multipart/mixed;boundary="x y"', bare), "v=0\no=-\r\n");
  assert.equal(sdpPart("multipart/mixed;boundary=z", body), undefined);
  assert.equal(sdpPart("multipart/mixed", body), undefined);
  assert.equal(sdpPart("text/plain;boundary=x", body), undefined);
  assert.equal(sdpPart("multipart/mixed;boundary=b", "--b\r\n--b--"), undefined);
});
