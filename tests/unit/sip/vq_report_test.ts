/** The text of a session report (RFC 6035 §4.6). */
import assert from "node:assert/strict";
import { vqReport } from "../../../src/sip/quality/vq_report.ts";
import { SESSION } from "../../fakes/quality_session.ts";
import { REPORT } from "../core/scene.ts";

const PARTIES = {
  local: "sip:alice@example.com",
  remote: "sip:bob@example.com",
  localAddress: "192.0.2.1",
};

Deno.test("what was measured is in the fields of the RFC, both ways", () => {
  assert.deepEqual(vqReport(SESSION, PARTIES).split("\r\n"), [
    "VQSessionReport: CallTerm",
    "CallID: abc@us",
    "LocalID: <sip:alice@example.com>",
    "RemoteID: <sip:bob@example.com>",
    "OrigID: <sip:alice@example.com>",
    "LocalAddr: IP=192.0.2.1 PORT=4000 SSRC=1a3b5c7d",
    "RemoteAddr: IP=192.0.2.7 PORT=5000 SSRC=02468abc",
    "LocalMetrics:",
    "Timestamps:START=2026-01-31T12:00:00Z STOP=2026-01-31T12:03:00Z",
    "SessionDesc:PT=0 PD=PCMU SR=8000 FD=20 FPP=1 PPS=50 PLC=3",
    "PacketLoss:NLR=2.0 JDR=0.1",
    "BurstGapLoss:BLD=33.3 BD=120 GLD=1.2 GD=2600 GMIN=16",
    "Delay:RTD=40 SOWD=82 IAJ=2",
    "QualityEst:RLQ=86 RCQ=85 MOSLQ=4.3 MOSCQ=4.2 QoEEstAlg=G.107",
    "RemoteMetrics:",
    "Timestamps:START=2026-01-31T12:00:00Z STOP=2026-01-31T12:03:00Z",
    "SessionDesc:PT=0 PD=PCMU SR=8000 FD=20 FPP=1 PPS=50 PLC=3",
    "PacketLoss:NLR=0.0",
    "Delay:RTD=40",
    "QualityEst:RLQ=93 MOSLQ=4.4 QoEEstAlg=G.107",
    "",
  ]);
});

Deno.test("a wideband score is on the common scale, and names its model; who called is the origin", () => {
  const listening = { r: 116, mos: 4.34 };
  const quality = { incoming: { scale: "wideband", call: { lossShare: 0, listening } } } as const;
  const format = { payloadType: 9, encoding: "G722", clockRate: 8000, channels: 1 };
  const text = vqReport({
    ...SESSION,
    outgoing: false,
    media: { ...SESSION.media, format },
    report: { ...REPORT, quality },
  }, PARTIES);
  assert.match(text, /OrigID: <sip:bob@example\.com>/);
  assert.match(text, /PD=G722 SR=16000/);
  assert.match(text, /QualityEst:RLQ=90 MOSLQ=4\.3 QoEEstAlg=G\.107\.1\r\n$/);
  assert.doesNotMatch(text, /RemoteMetrics|RTD|undefined|BurstGapLoss/);
});
