/** Whole calls with keys by DTLS-SRTP: with baresip, and with another of our own phones. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const SOUND = ["sox", "espeak"] as const;

function sound(says: string, hears: string): string[] {
  return ["--mic", `file:${says}`, "--loop", "--speaker", `file:${hears}`];
}

function assertSecured(result: OffhookResult): void {
  assert.equal(result.status, 0, result.stderr);
  const call = callJson(result);
  assert.equal(call.outcome, "answered");
  assert.equal(call.security, "srtp");
  assert.equal(call.encryption?.keying, "dtls");
  assert.match(call.encryption?.fingerprint ?? "", /^[0-9A-F:]{95}$/);
}

function dtls(encryption: "require" | "prefer"): string[] {
  return ["--encryption", encryption, "--keying", "dtls"];
}

testWith(
  [...SOUND, "baresip"],
  "calls baresip with keys by DTLS",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, {
        ...{ user: "bob", says, autoAnswer: true, encryption: "dtls" },
      });
      const hears = scratch.file("hears.wav");
      const phone = Offhook.start(scratch, [
        ...["dial", baresip.uri, "--duration", "3500ms", "--require-audio", "--json"],
        ...dtls("require"),
        ...sound(says, hears),
      ]);
      assertSecured(await phone.finished);
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, hears, "our phone");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

testWith(
  [...SOUND, "baresip"],
  "calls a baresip without encryption where that is allowed",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true });
      const dial = ["dial", baresip.uri, "--duration", "2s", "--require-audio", "--json"];
      const hears = scratch.file("hears.wav");
      const open = await Offhook.run(scratch, [...dial, ...dtls("prefer"), ...sound(says, hears)]);
      assert.equal(open.status, 0, open.stderr);
      assert.deepEqual([callJson(open).security, callJson(open).encryption], ["none", null]);
      const strict = await Offhook.run(scratch, [
        ...dial,
        ...dtls("require"),
        ...sound(says, hears),
      ]);
      assert.notEqual(strict.status, 0);
      assert.equal(callJson(strict).encryption, null);
    }),
);

testWith(
  [...SOUND, "baresip"],
  "is called by baresip, which offers keys by DTLS",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, {
        ...{ user: "bob", says, encryption: "dtls" },
      });
      const hears = scratch.file("hears.wav");
      const phone = Offhook.start(scratch, [
        ...["answer", "--listen", "127.0.0.1:0", "--duration", "3500ms", "--json"],
        ...["--require-audio", ...sound(says, hears)],
      ]);
      await baresip.dial(`sip:us@${await listening(phone)}`);
      assertSecured(await phone.finished);
      await baresip.waitForEvent("CALL_CLOSED");
      await assertHeard(says, hears, "our phone");
      await assertHeard(says, (await baresip.heard())[0], "baresip");
    }),
);

testWith(SOUND, "two of our phones agree on keys by DTLS", () =>
  withScratch(async (scratch) => {
    const says = await spokenWav();
    const [first, second] = [scratch.file("first.wav"), scratch.file("second.wav")];
    const called = Offhook.start(scratch, [
      ...["answer", "--listen", "127.0.0.1:0", "--json", "--encryption", "require"],
      ...sound(says, first),
    ], { name: "called" });
    const calling = Offhook.start(scratch, [
      ...["dial", `sip:us@${await listening(called)}`, "--duration", "3500ms", "--json"],
      // Opus keeps too little of the wave to be compared where a busy machine conceals a packet.
      ...["--codec", "PCMU"],
      ...[...dtls("require"), ...sound(says, second)],
    ], { name: "calling" });
    for (const result of await Promise.all([calling.finished, called.finished])) {
      assertSecured(result);
    }
    await assertHeard(says, first, "the called phone");
    await assertHeard(says, second, "the calling phone");
  }));

/** Where it waits for calls. */
async function listening(phone: Offhook): Promise<string> {
  return (await phone.waitFor("stderr", /127\.0\.0\.1:\d+/))[0];
}
