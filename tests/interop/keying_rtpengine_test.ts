/**
 * Each way to keys over each transport of ours, through kamailio and rtpengine, to a phone with plain
 * RTP that sends back what it hears.
 */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { assertAllKeyed, startKeyingDesk, TONE } from "../peers/keying_desk.ts";
import { Rtpengine } from "../peers/rtpengine.ts";
import { withScratch } from "../peers/scratch.ts";
import { pause } from "../support/pause.ts";
import { testWith } from "../support/skip.ts";
import { toneWav } from "../support/tones.ts";

const NEEDS = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "openssl",
  "rtpengine",
  "baresip",
] as const;

testWith(
  NEEDS,
  "rtpengine takes each keying over each transport",
  () =>
    withScratch(async (scratch) => {
      const rtpengine = await Rtpengine.start(scratch);
      const kamailio = await Kamailio.start(scratch, { rtpengine: rtpengine.control });
      const keyings = ["plain", "sdes", "dtls", "webrtc"] as const;
      const registrar = kamailio.registrar("bob", "udp");
      const [desk] = await Promise.all([
        startKeyingDesk(scratch, kamailio, keyings),
        Baresip.start(scratch, { user: "bob", registrar, says: "echo", autoAnswer: true }),
      ]);
      await assertAllKeyed(desk, keyings.map((keying) => [keying, "bob"]));
    }),
  { timeout: 120_000 },
);

/** What baresip says, Hz. */
const ITS_TONE = 1_510;
/** Time for a phase to be heard, ms. */
const PHASE = 1_200;

testWith(
  [...NEEDS, "sox"],
  "a call by ICE and DTLS through rtpengine is held and resumed",
  () =>
    withScratch(async (scratch) => {
      const rtpengine = await Rtpengine.start(scratch);
      const kamailio = await Kamailio.start(scratch, { rtpengine: rtpengine.control });
      const says = await toneWav(scratch.file("tone.wav"), ITS_TONE);
      const registrar = kamailio.registrar("bob", "udp");
      const [desk] = await Promise.all([
        startKeyingDesk(scratch, kamailio, ["webrtc"]),
        Baresip.start(scratch, { user: "bob", registrar, says, autoAnswer: true }),
      ]);
      const call = await desk.dial("bob", TONE, "wss-webrtc");
      await pause(PHASE);
      await desk.phone.request("hold", { call });
      await pause(500);
      const heldFrom = desk.now(call);
      await pause(PHASE);
      const heldTo = desk.now(call);
      await desk.phone.request("resume", { call });
      await pause(PHASE);
      await desk.hangup(call);
      const recording = await desk.recording(call);
      const heard = (from: number, to: number) =>
        recording.seconds(ITS_TONE, { channel: 1, from, to });
      const picture = recording.picture([ITS_TONE], 1);
      assert.ok(heard(0, heldFrom) >= 0.5, `before: ${picture}`);
      assert.ok(heard(heldFrom, heldTo) <= 0.1, `on hold: ${picture}`);
      assert.ok(heard(heldTo, Infinity) >= 0.5, `after: ${picture}`);
    }),
);
