/** L16 with a phone that we did not write, both ways. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { callJson, Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["baresip", "sox", "espeak"] as const;
const CODECS = ["L16"];

testWith(NEEDS, "calls baresip with L16", () =>
  withScratch(async (scratch) => {
    const says = await spokenWav({ rate: 16_000 });
    const baresip = await Baresip.start(scratch, {
      ...{ user: "bob", says, codecs: CODECS },
      autoAnswer: true,
    });
    const hears = scratch.file("hears.wav");
    const sound = ["--mic", `file:${says}`, "--loop", "--speaker", `file:${hears}`];
    const ends = ["--codec", "L16", "--duration", "3500ms", "--json"];
    const result = await Offhook.run(scratch, ["dial", baresip.uri, ...sound, ...ends]);
    assert.equal(result.status, 0, result.stderr);
    assert.equal(callJson(result).codec, "L16");
    await baresip.waitForEvent("CALL_CLOSED");
    await assertHeard(says, hears, "our phone");
    await assertHeard(says, (await baresip.heard())[0], "baresip");
  }));

testWith(NEEDS, "is called by baresip with L16", () =>
  withScratch(async (scratch) => {
    const says = await spokenWav({ rate: 16_000 });
    const hears = scratch.file("hears.wav");
    const listen = ["answer", "--listen", "127.0.0.1:0", "--mic", `file:${says}`, "--loop"];
    const sound = ["--speaker", `file:${hears}`, "--codec", "L16", "--json"];
    const phone = Offhook.start(scratch, [...listen, ...sound]);
    const [, place] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
    const baresip = await Baresip.start(scratch, { user: "bob", says, codecs: CODECS });
    await baresip.dial(`sip:test@${place}`);
    await baresip.waitForEvent("CALL_ESTABLISHED");
    await pause(3500);
    await baresip.hangup();
    const result = await phone.finished;
    assert.equal(result.status, 0, result.stderr);
    assert.equal(callJson(result).codec, "L16");
    await assertHeard(says, hears, "our phone");
    await assertHeard(says, (await baresip.heard())[0], "baresip");
  }));
