/** Opus with phones that we did not write: both ways, with loss, and what each asks for. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { callJson, Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["baresip", "sox", "espeak"] as const;

testWith(
  NEEDS,
  "calls baresip with Opus, which is what we would rather speak",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav({ rate: 48_000 });
      const codecs = ["PCMU", "OPUS"];
      const baresip = await Baresip.start(scratch, { user: "bob", says, codecs, autoAnswer: true });
      const hears = scratch.file("hears.wav");
      const args = ["dial", baresip.uri, "--mic", `file:${says}`, "--loop", "--speaker"];
      const result = await Offhook.run(scratch, [
        ...args,
        `file:${hears}`,
        ...["--duration", "3500ms", "--dtmf", "5", "--json"],
      ]);
      assert.equal(result.status, 0, result.stderr);
      const call = callJson(result);
      assert.deepEqual([call.codec, call.dtmf.sent], ["OPUS", "5"]);
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, hears, "our phone");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

testWith(NEEDS, "is called by baresip with Opus", () =>
  withScratch(async (scratch) => {
    const says = await spokenWav({ rate: 48_000 });
    const hears = scratch.file("hears.wav");
    const listen = ["answer", "--listen", "127.0.0.1:0", "--mic", `file:${says}`, "--loop"];
    const phone = Offhook.start(scratch, [...listen, "--speaker", `file:${hears}`, "--json"]);
    const [, place] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
    const baresip = await Baresip.start(scratch, { user: "bob", says, codecs: ["OPUS"] });
    await baresip.dial(`sip:test@${place}`);
    await baresip.waitForEvent("CALL_ESTABLISHED");
    await pause(3500);
    await baresip.hangup();
    const result = await phone.finished;
    assert.equal(result.status, 0, result.stderr);
    assert.equal(callJson(result).codec, "OPUS");
    await assertHeard(says, hears, "our phone");
    await assertHeard(says, (await baresip.heard())[0], "baresip");
  }));
