/** Encrypted sound with phones that we did not write, by SDES over TLS, with sound that is recognised. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { Linphone } from "../peers/linphone.ts";
import { accountArguments, callJson, Offhook } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = ["kamailio", "kamailio-tls", "openssl", "sox", "espeak"] as const;

function start(
  scratch: Scratch,
  kamailio: Kamailio,
  transport: "tls" | "udp",
  [says, hears]: [says: string, hears: string],
  command: string[],
): Offhook {
  const { args, env } = accountArguments(kamailio.registrar("alice", transport), "alice");
  const sound = ["--mic", `file:${says}`, "--loop", "--speaker", `file:${hears}`];
  return Offhook.start(scratch, [...command, ...sound, ...args, "--json"], { env });
}

const DIAL = (kamailio: Kamailio, ...more: string[]) => [
  "dial",
  kamailio.uri("bob", "tls"),
  ...["--duration", "3500ms", "--require-audio", ...more],
];

for (const [ours, theirs] of [["prefer", "prefer"], ["require", "require"]] as const) {
  testWith(
    [...NEEDS, "baresip"],
    `calls baresip with SRTP: we ${ours}, it ${theirs}s`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const baresip = await Baresip.start(scratch, {
          user: "bob",
          registrar: kamailio.registrar("bob", "tls"),
          says,
          autoAnswer: true,
          encryption: theirs,
        });
        const hears = scratch.file("hears.wav");
        const dial = DIAL(kamailio, "--encryption", ours);
        const result = await start(scratch, kamailio, "tls", [says, hears], dial).finished;
        assert.equal(result.status, 0, result.stderr);
        const call = callJson(result);
        assert.equal(call.security, "srtp");
        assert.equal(call.encryption?.keying, "sdes");
        await baresip.waitForEvent("CALL_CLOSED");
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, (await baresip.heard())[0], "baresip");
      }),
  );

  testWith(
    [...NEEDS, "baresip"],
    `is called by baresip with SRTP: we ${ours}, it ${theirs}s`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const hears = scratch.file("hears.wav");
        const phone = start(scratch, kamailio, "tls", [says, hears], [
          ...["answer", "--count", "1", "--timeout", "20s", "--encryption", ours],
        ]);
        const baresip = await Baresip.start(scratch, {
          user: "bob",
          registrar: kamailio.registrar("bob", "tls"),
          says,
          encryption: theirs,
        });
        await kamailio.waitForContacts("alice", 1);
        await baresip.dial(kamailio.uri("alice", "tls"));
        await baresip.waitForEvent("CALL_ESTABLISHED");
        await pause(3500);
        await baresip.hangup();
        const result = await phone.finished;
        assert.equal(result.status, 0, result.stderr);
        assert.equal(callJson(result).security, "srtp");
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, (await baresip.heard())[0], "baresip");
      }),
  );

  testWith(
    [...NEEDS, "linphone"],
    `calls linphone with SRTP: we ${ours}, it ${theirs}s`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const linphone = await Linphone.start(scratch, {
          user: "bob",
          registrar: kamailio.registrar("bob", "tls"),
          says,
          autoAnswer: true,
          encryption: theirs,
        });
        const hears = scratch.file("hears.wav");
        const dial = DIAL(kamailio, "--encryption", ours);
        const result = await start(scratch, kamailio, "tls", [says, hears], dial).finished;
        await linphone.waitForCall("Released");
        assert.equal(result.status, 0, result.stderr);
        // It heeds keys beside RTP/AVP in no offer of others (RFC 8643).
        assert.equal(callJson(result).security, ours === "require" ? "srtp" : "none");
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, linphone.heard, "linphone");
      }),
  );

  testWith(
    [...NEEDS, "linphone"],
    `is called by linphone with SRTP: we ${ours}, it ${theirs}s`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const hears = scratch.file("hears.wav");
        const phone = start(scratch, kamailio, "tls", [says, hears], [
          ...["answer", "--count", "1", "--timeout", "20s", "--encryption", ours],
        ]);
        const registrar = kamailio.registrar("bob", "tls");
        const linphone = await Linphone.start(scratch, {
          user: "bob",
          registrar,
          says,
          encryption: theirs,
        });
        await kamailio.waitForContacts("alice", 1);
        await linphone.dial(kamailio.uri("alice", "tls"));
        await linphone.waitForCall("StreamsRunning");
        await pause(3500);
        await linphone.hangup();
        const result = await phone.finished;
        assert.equal(result.status, 0, result.stderr);
        assert.equal(callJson(result).security, "srtp");
        await linphone.waitForCall("Released");
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, linphone.heard, "linphone");
      }),
  );
}

testWith(
  [...NEEDS, "baresip"],
  "prefer goes on openly with a phone without SRTP; require does not",
  () =>
    withScratch(async (scratch) => {
      const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
      const registrar = kamailio.registrar("bob", "tls");
      await Baresip.start(scratch, { user: "bob", registrar, says, autoAnswer: true });
      const hears = scratch.file("hears.wav");
      const open = DIAL(kamailio, "--encryption", "prefer");
      const preferred = await start(scratch, kamailio, "tls", [says, hears], open).finished;
      assert.equal(preferred.status, 0, preferred.stderr);
      assert.deepEqual([callJson(preferred).security, callJson(preferred).encryption], [
        "none",
        null,
      ]);
      await assertHeard(says, hears, "our phone");

      const secure = DIAL(kamailio, "--encryption", "require");
      const required = await start(scratch, kamailio, "tls", [says, hears], secure).finished;
      assert.equal(required.status, 9, required.stderr);
    }),
);

testWith(
  [...NEEDS, "baresip"],
  "no key goes over UDP: prefer is open, require says why it does not call",
  () =>
    withScratch(async (scratch) => {
      const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
      const baresip = await Baresip.start(scratch, {
        user: "bob",
        registrar: kamailio.registrar("bob", "udp"),
        says,
        autoAnswer: true,
        encryption: "prefer",
      });
      const hears = scratch.file("hears.wav");
      const dial = ["dial", "bob", "--duration", "2s", "--require-audio", "--encryption"];
      const open = [...dial, "prefer"];
      const preferred = await start(scratch, kamailio, "udp", [says, hears], open).finished;
      assert.equal(preferred.status, 0, preferred.stderr);
      assert.equal(callJson(preferred).security, "none");
      const calls = baresip.events.filter(({ type }) => type === "CALL_INCOMING").length;

      const secure = [...dial, "require"];
      const required = await start(scratch, kamailio, "udp", [says, hears], secure).finished;
      assert.equal(required.status, 9, required.stderr);
      const { error } = callJson(required);
      assert.equal(error?.code, "encryption-failed");
      assert.match(error?.message ?? "", /UDP/);
      assert.equal(baresip.events.filter(({ type }) => type === "CALL_INCOMING").length, calls);
    }),
);
