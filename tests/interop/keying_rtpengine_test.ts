/**
 * Each way to keys over each transport of ours, through kamailio and rtpengine, to a phone with plain
 * RTP that sends back what it hears.
 */
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { assertAllKeyed, startKeyingDesk } from "../peers/keying_desk.ts";
import { Rtpengine } from "../peers/rtpengine.ts";
import { withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

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
