/** Calls with baresip and linphone through kamailio, both ways, with sound that is recognised. */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio, type Transport, TRANSPORTS } from "../peers/kamailio.ts";
import { Linphone } from "../peers/linphone.ts";
import { accountArguments, callJson, Offhook } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "openssl",
  "sox",
  "espeak",
] as const;

/** Transport of the other phone: theirs know no WebSocket. */
function theirs(transport: Transport): "udp" | "tcp" | "tls" {
  return transport === "ws" || transport === "wss" ? "udp" : transport;
}

/** Arguments with which our phone says one WAV file and records another. */
function sound(says: string, hears: string): string[] {
  return ["--mic", `file:${says}`, "--loop", "--speaker", `file:${hears}`];
}

function start(
  scratch: Scratch,
  kamailio: Kamailio,
  transport: Transport,
  command: string[],
): Offhook {
  const { args, env } = accountArguments(kamailio.registrar("alice", transport), "alice");
  return Offhook.start(scratch, [...command, ...args, "--json"], { env });
}

for (const transport of TRANSPORTS) {
  testWith(
    [...NEEDS, "baresip"],
    `calls baresip through kamailio over ${transport}`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const registrar = kamailio.registrar("bob", theirs(transport));
        const baresip = await Baresip.start(scratch, {
          user: "bob",
          registrar,
          says,
          autoAnswer: true,
        });
        const hears = scratch.file("hears.wav");

        const target = kamailio.uri("bob", transport);
        const phone = start(scratch, kamailio, transport, [
          ...["dial", target, "--duration", "3500ms", "--require-audio"],
          ...sound(says, hears),
        ]);
        const result = await phone.finished;

        assert.equal(result.status, 0, result.stderr);
        const call = callJson(result);
        assert.equal(call.outcome, "answered");
        assert.equal(call.transport, transport);
        assert.equal(call.endedBy, "local");
        await baresip.waitForEvent("CALL_CLOSED");
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, (await baresip.heard())[0], "baresip");
      }),
  );

  testWith(
    [...NEEDS, "baresip"],
    `is called by baresip through kamailio over ${transport}`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
        const hears = scratch.file("hears.wav");
        const phone = start(scratch, kamailio, transport, [
          ...["answer", "--count", "1", "--timeout", "20s"],
          ...sound(says, hears),
        ]);
        const registrar = kamailio.registrar("bob", theirs(transport));
        const baresip = await Baresip.start(scratch, { user: "bob", registrar, says });
        await kamailio.waitForContacts("alice", 1);

        await baresip.dial(kamailio.uri("alice", theirs(transport)));
        await baresip.waitForEvent("CALL_ESTABLISHED");
        await pause(3500);
        await baresip.hangup();
        const result = await phone.finished;

        assert.equal(result.status, 0, result.stderr);
        const call = callJson(result);
        assert.equal(call.outcome, "answered");
        assert.equal(call.endedBy, "remote");
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, (await baresip.heard())[0], "baresip");
      }),
  );
}

const RATES = [["PCMU", 8000], ["PCMA", 8000], ["G722", 16000], ["OPUS", 48_000]] as const;

for (const [codec, rate] of RATES) {
  testWith(
    [...NEEDS, "linphone"],
    `calls linphone through kamailio with ${codec}`,
    () =>
      withScratch(async (scratch) => {
        const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav({ rate })]);
        const linphone = await Linphone.start(scratch, {
          user: "bob",
          registrar: kamailio.registrar("bob", "udp"),
          says,
          codecs: ["PCMU", "PCMA", "G722", "OPUS"],
          autoAnswer: true,
        });
        const hears = scratch.file("hears.wav");

        const phone = start(scratch, kamailio, "udp", [
          ...["dial", "bob", "--duration", "3500ms", "--codec", codec],
          ...sound(says, hears),
        ]);
        const result = await phone.finished;
        await linphone.waitForCall("Released");

        assert.equal(result.status, 0, result.stderr);
        assert.equal(callJson(result).codec, codec);
        await assertHeard(says, hears, "our phone");
        await assertHeard(says, linphone.heard, "linphone");
      }),
  );
}

testWith(
  [...NEEDS, "linphone"],
  "is called by linphone over TLS",
  () =>
    withScratch(async (scratch) => {
      const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
      const hears = scratch.file("hears.wav");
      const phone = start(scratch, kamailio, "tls", [
        ...["answer", "--count", "1", "--timeout", "20s"],
        ...sound(says, hears),
      ]);
      const registrar = kamailio.registrar("bob", "tls");
      const linphone = await Linphone.start(scratch, { user: "bob", registrar, says });
      await kamailio.waitForContacts("alice", 1);

      await linphone.dial(kamailio.uri("alice", "tls"));
      await linphone.waitForCall("StreamsRunning");
      await pause(3500);
      await linphone.hangup();
      const result = await phone.finished;

      assert.equal(result.status, 0, result.stderr);
      await linphone.waitForCall("Released");
      await assertHeard(says, hears, "our phone");
      await assertHeard(says, linphone.heard, "linphone");
    }),
);

testWith(
  [...NEEDS, "baresip"],
  "digits by INFO arrive at baresip",
  () =>
    withScratch(async (scratch) => {
      const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
      const registrar = kamailio.registrar("bob", "udp");
      const baresip = await Baresip.start(scratch, {
        user: "bob",
        registrar,
        says,
        autoAnswer: true,
      });
      const phone = start(scratch, kamailio, "udp", [
        ...["dial", "bob", "--dtmf", "12#", "--dtmf-by", "info", "--duration", "3s"],
        ...["--mic", "silence", "--speaker", "null"],
      ]);
      const result = await phone.finished;
      assert.equal(result.status, 0, result.stderr);
      assert.equal(callJson(result).dtmf.sent, "12#");
      for (const digit of "12#") {
        await baresip.process.waitFor(new RegExp(`received DTMF: '[${digit}]'`), 1000);
      }
    }),
);

testWith(
  [...NEEDS, "baresip"],
  "keys pressed on either side arrive as digits",
  () =>
    withScratch(async (scratch) => {
      const says = await spokenWav();
      const baresip = await Baresip.start(scratch, { user: "bob", says, autoAnswer: true });
      const phone = Offhook.start(scratch, [
        ...["dial", baresip.uri, "--mic", "silence", "--speaker", "null", "--json"],
        ...["--dtmf", "12#", "--duration", "4s"],
      ]);
      await baresip.waitForEvent("CALL_ESTABLISHED");
      await baresip.sendDigits("49*");
      const result = await phone.finished;

      assert.equal(result.status, 0, result.stderr);
      assert.deepEqual(callJson(result).dtmf, { sent: "12#", received: "49*" });
      for (const digit of "12#") {
        await baresip.process.waitFor(new RegExp(`received event: '[${digit}]'`), 1000);
      }
    }),
);
