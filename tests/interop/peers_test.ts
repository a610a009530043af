/** The peers against each other: when this fails, the fault is in the drivers and not in our phone. */
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { Linphone } from "../peers/linphone.ts";
import { withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";
import { pause } from "../support/pause.ts";

const NEEDS = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "baresip",
  "openssl",
  "sox",
  "espeak",
] as const;

for (const transport of ["udp", "tcp", "tls"] as const) {
  testWith(
    [...NEEDS, "linphone"],
    `baresip calls linphone through kamailio over ${transport}`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const registrar = (user: string) => kamailio.registrar(user, transport);
        const baresip = await Baresip.start(scratch, {
          user: "alice",
          registrar: registrar("alice"),
          says,
        });
        const linphone = await Linphone.start(scratch, {
          user: "bob",
          registrar: registrar("bob"),
          says,
          autoAnswer: true,
        });

        await baresip.dial(kamailio.uri("bob", transport));
        await baresip.waitForEvent("CALL_ESTABLISHED");
        await linphone.waitForCall("StreamsRunning");
        await pause(3000);
        await baresip.hangup();
        await linphone.waitForCall("Released");

        const [heard] = await baresip.heard();
        await assertHeard(says, heard, "baresip");
        await assertHeard(says, linphone.heard, "linphone");
      }),
  );
}
