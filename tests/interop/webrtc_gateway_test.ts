/**
 * Calls through a server that ends encryption: kamailio has rtpengine give each phone the media that
 * its transport suggests. To a phone with plain RTP we speak as a browser does, or by SDES over TLS.
 */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio, type Transport } from "../peers/kamailio.ts";
import { accountArguments, callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { Rtpengine } from "../peers/rtpengine.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";

const NEEDS = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "rtpengine",
  "baresip",
  "openssl",
  "sox",
  "espeak",
] as const;

/** What baresip says: not what we say, so that nobody is heard who hears himself. */
const THEIRS = "She sells sea shells by the sea shore, and nine of them were white.";

/** How we speak with the server. */
interface Way {
  transport: Transport;
  keying: "dtls" | "sdes";
  ice: boolean;
}

const WAYS: Way[] = [
  { transport: "wss", keying: "dtls", ice: true },
  { transport: "tls", keying: "sdes", ice: false },
];

async function ours(
  scratch: Scratch,
  kamailio: Kamailio,
  way: Way,
  [says, hears]: [says: string, hears: string],
  command: string[],
): Promise<Offhook> {
  const config = scratch.file("ice.toml");
  await Deno.writeTextFile(config, `[ice]\npolicy = "${way.ice ? "all" : "off"}"\n`);
  const { args, env } = accountArguments(kamailio.registrar("alice", way.transport), "alice");
  return Offhook.start(scratch, [
    ...[...command, "--config", config, "--encryption", "require", "--json"],
    ...["--mic", `file:${says}`, "--loop", "--speaker", `file:${hears}`, ...args],
  ], { env });
}

function assertSecured(result: OffhookResult, { keying, ice }: Way): void {
  assert.equal(result.status, 0, result.stderr);
  const { outcome, security, encryption, media } = callJson(result);
  assert.deepEqual([outcome, security, encryption?.keying], ["answered", "srtp", keying]);
  assert.equal(media.ice?.state, ice ? "connected" : undefined, result.stderr);
}

for (const way of WAYS) {
  const words = `over ${way.transport.toUpperCase()} with keys by ${way.keying.toUpperCase()}`;
  testWith(
    NEEDS,
    `${words} we and baresip call each other through rtpengine`,
    () =>
      withScratch(async (scratch) => {
        const [rtpengine, weSay, theySay] = await Promise.all([
          Rtpengine.start(scratch),
          spokenWav(),
          spokenWav({ text: THEIRS }),
        ]);
        const kamailio = await Kamailio.start(scratch, { rtpengine: rtpengine.control });
        const registrar = kamailio.registrar("bob", "udp");
        const baresip = await Baresip.start(scratch, { user: "bob", registrar, says: theySay });
        const hears = [scratch.file("calling.wav"), scratch.file("called.wav")] as const;

        const calling = await ours(scratch, kamailio, way, [weSay, hears[0]], [
          ...["dial", kamailio.uri("bob", way.transport), "--duration", "4s", "--require-audio"],
          ...["--keying", way.keying],
        ]);
        await baresip.waitForEvent("CALL_INCOMING");
        await baresip.answer();
        assertSecured(await calling.finished, way);
        await baresip.waitForEvent("CALL_CLOSED");

        const called = await ours(scratch, kamailio, way, [weSay, hears[1]], [
          ...["answer", "--count", "1", "--timeout", "20s"],
        ]);
        await kamailio.waitForContacts("alice", 1);
        await baresip.dial(kamailio.uri("alice", "udp"));
        await baresip.waitForEvent("CALL_ESTABLISHED", 15_000, 2);
        await pause(4_000);
        await baresip.hangup();
        assertSecured(await called.finished, way);
        await baresip.waitForEvent("CALL_CLOSED", 15_000, 2);

        const theyHeard = await baresip.heard();
        assert.equal(theyHeard.length, 2);
        for (const [index, call] of ["calling", "called"].entries()) {
          await assertHeard(theySay, hears[index]!, `offhook, ${call}`);
          await assertHeard(weSay, theyHeard[index]!, `baresip, we ${call}`);
        }
      }),
    { timeout: 90_000 },
  );
}
