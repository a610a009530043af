/** How a call sounds, with peers that we did not write: extended reports, and a collector of reports. */
import assert from "node:assert/strict";
import { Linphone } from "../peers/linphone.ts";
import { callJson, Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { Sipp } from "../peers/sipp.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { testWith } from "../support/skip.ts";

testWith(
  ["linphone", "sox", "espeak"],
  "linphone and we take each other's extended reports",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const linphone = await Linphone.start(scratch, {
        user: "bob",
        says,
        autoAnswer: true,
        extendedReports: true,
      });
      // Its reports come every five seconds.
      const result = await Offhook.run(scratch, [
        ...["dial", linphone.uri, "--codec", "PCMU", "--mic", `file:${says}`, "--loop"],
        ...["--speaker", "null", "--duration", "16s", "--json"],
      ]);
      assert.equal(result.status, 0, result.stderr);
      const { quality } = callJson(result).media;
      assert.equal(quality?.incoming?.scale, "narrowband");
      assert.ok(quality.incoming.call.conversational!.mos > 4);
      assert.ok(quality.outgoing!.call.listening.mos > 4);
      // Only its extended reports say this.
      assert.ok(quality.outgoing!.bursts !== undefined, JSON.stringify(quality));
      assert.equal(typeof quality.outgoing!.call.lateShare, "number");
      await linphone.waitForCall("Released");
      const offered = /a=rtcp-xr:.*voip-metrics/.exec(linphone.process.output);
      assert.ok(offered !== null);
    }),
  { timeout: 60_000 },
);

testWith(
  ["linphone", "sox", "espeak"],
  "linphone calls, and gets extended reports because it offers them",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const answer = ["answer", "--listen", "127.0.0.1:0", "--mic", `file:${says}`, "--loop"];
      const phone = Offhook.start(scratch, [...answer, "--speaker", "null", "--json"]);
      const [, place] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
      const extendedReports = true;
      const linphone = await Linphone.start(scratch, { user: "bob", says, extendedReports });
      await linphone.dial(`sip:test@${place}`);
      await linphone.waitForCall("StreamsRunning");
      await pause(13_000);
      await linphone.hangup();
      const result = await phone.finished;
      assert.equal(result.status, 0, result.stderr);
      const { quality } = callJson(result).media;
      assert.ok(quality!.incoming!.call.conversational!.mos > 4);
      assert.ok(quality!.outgoing!.bursts !== undefined, JSON.stringify(quality));
    }),
  { timeout: 60_000 },
);

for (
  const [report, said] of [
    ["taken", /^(?![^]*takes no quality reports)/],
    ["refused", /desk: the collector takes no quality reports \(489 Bad Event\)/],
  ] as const
) {
  testWith(
    ["sipp"],
    `the report of a call to sipp is ${report}`,
    () =>
      withScratch(async (scratch) => {
        const sipp = await Sipp.start(scratch, {
          scenario: "answer_and_collect",
          keys: { report },
          echo: true,
          count: 2,
        });
        const config = scratch.file("config.toml");
        await Deno.writeTextFile(
          config,
          `[accounts.desk]
user = "alice"
server = "${sipp.address}"
register = false
quality_collector = "sip:vq@${sipp.address}"
`,
        );
        const result = await Offhook.run(scratch, [
          ...["dial", "600", "--config", config, "--log-level", "debug", "--codec", "PCMU"],
          ...["--mic", "tone", "--speaker", "null", "--duration", "4s", "--json"],
        ]);
        assert.equal(result.status, 0, result.stderr);
        assert.equal(callJson(result).media.quality?.incoming?.call.listening.mos, 4.41);
        await sipp.finished();
        assert.match(result.stderr, said);
      }),
    { timeout: 60_000 },
  );
}
