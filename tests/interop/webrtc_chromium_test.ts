/** Calls with a browser: Chromium and SIP.js, over kamailio's WebSocket, with ICE and DTLS-SRTP. */
import assert from "node:assert/strict";
import { Desk } from "../peers/desk.ts";
import { Kamailio, type Transport } from "../peers/kamailio.ts";
import { assertAllKeyed, startKeyingDesk, TONE } from "../peers/keying_desk.ts";
import { accountArguments, callJson, Offhook, type OffhookResult } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { WebPhone } from "../peers/web_phone.ts";
import { pause } from "../support/pause.ts";
import { assertHeard } from "../support/recognise.ts";
import { testWith } from "../support/skip.ts";
import { ToneRecording } from "../support/tones.ts";

const NEEDS = [
  "chromium",
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "openssl",
  "sox",
  "espeak",
] as const;

/** What the browser says: not what we say, so that nobody is heard who hears himself. */
const THEIRS = "She sells sea shells by the sea shore, and nine of them were white.";

interface Scene {
  scratch: Scratch;
  kamailio: Kamailio;
  browser: WebPhone;
  weSay: string;
  theySay: string;
}

function withBrowser(transport: "ws" | "wss", run: (scene: Scene) => Promise<void>): Promise<void> {
  return withScratch(async (scratch) => {
    const [kamailio, weSay, theySay] = await Promise.all([
      Kamailio.start(scratch),
      spokenWav(),
      spokenWav({ rate: 16_000, text: THEIRS }),
    ]);
    const registrar = kamailio.registrar("bob", transport);
    const browser = await WebPhone.start(scratch, { user: "bob", registrar, says: theySay });
    await run({ scratch, kamailio, browser, weSay, theySay });
  });
}

/** Our phone, registered over a transport, with ICE. */
async function start(
  { scratch, kamailio, weSay }: Scene,
  transport: Transport,
  command: string[],
  ice: "all" | "off" = "all",
): Promise<{ phone: Offhook; heard: string }> {
  const config = scratch.file("ice.toml");
  await Deno.writeTextFile(config, `[ice]\npolicy = "${ice}"\n`);
  const heard = scratch.file("heard.wav");
  const sound = ["--mic", `file:${weSay}`, "--loop", "--speaker", `file:${heard}`];
  const { args, env } = accountArguments(kamailio.registrar("alice", transport), "alice");
  const all = [...command, "--config", config, ...sound, ...args, "--json"];
  return { phone: Offhook.start(scratch, all, { env }), heard };
}

/** Encrypted with keys by DTLS, over a pair of addresses that ICE found. */
function assertSecured(result: OffhookResult): void {
  assert.equal(result.status, 0, result.stderr);
  const { outcome, security, encryption, media } = callJson(result);
  assert.deepEqual([outcome, security, encryption?.keying], ["answered", "srtp", "dtls"]);
  assert.equal(media.ice?.state, "connected", result.stderr);
}

testWith(
  NEEDS,
  "offhook and a browser call each other over WSS, and both hear",
  () =>
    withBrowser("wss", async (scene) => {
      const { browser, kamailio, weSay, theySay } = scene;
      const bob = kamailio.uri("bob", "wss");
      const calling = await start(scene, "wss", [
        ...["dial", bob, "--duration", "4500ms", "--require-audio"],
        ...["--encryption", "require", "--keying", "dtls"],
      ]);
      await browser.waitFor("ringing");
      await browser.answer();
      assertSecured(await calling.phone.finished);
      await browser.waitFor("ended");
      await assertHeard(weSay, await browser.heard(), "the browser");
      await assertHeard(theySay, calling.heard, "offhook");

      const called = await start(scene, "ws", [
        ...["answer", "--count", "1", "--timeout", "20s", "--encryption", "require"],
      ]);
      await kamailio.waitForContacts("alice", 1);
      await browser.call(kamailio.uri("alice", "wss"));
      await browser.waitFor("answered");
      await pause(4_500);
      await browser.hangup();
      const result = await called.phone.finished;
      assertSecured(result);
      assert.equal(callJson(result).endedBy, "remote");
      await assertHeard(weSay, await browser.heard(), "the browser that called");
      await assertHeard(theySay, called.heard, "offhook, called");
    }),
  { timeout: 120_000 },
);

testWith(
  NEEDS,
  "a browser is refused where ICE is off, and with another certificate than announced",
  () =>
    withBrowser("ws", async (scene) => {
      const { browser, kamailio } = scene;
      await browser.lie();
      const { phone } = await start(scene, "wss", [
        ...["dial", kamailio.uri("bob", "wss"), "--duration", "20s"],
        ...["--encryption", "require", "--keying", "dtls"],
      ]);
      await browser.waitFor("ringing");
      await browser.answer();
      const result = await phone.finished;
      assert.equal(result.status, 12, result.stderr);
      const { error } = callJson(result);
      assert.equal(error?.code, "tls-failed");
      assert.match(error?.message ?? "", /certificate/);
      await browser.waitFor("ended");
    }),
);

/** Hz of what each side says in each phase; no two are multiples of each other. */
const OURS = { first: 530, held: 620, second: 830, heldByThem: 1_300, third: 1_750 };
const THEIRS_HZ = { first: 470, held: 710, second: 1_070, heldByThem: 1_510, third: 1_930 };
const HEARD = ["first", "second", "third"] as const;
const NOT_HEARD = ["held", "heldByThem"] as const;

/** Time for a phase to be heard, ms. */
const PHASE = 1_200;

function assertPhases(recording: ToneRecording, tones: typeof OURS, who: string, channel = 0) {
  const picture = `${who}: ${recording.picture(Object.values(tones), channel)}`;
  for (const phase of HEARD) {
    assert.ok(recording.seconds(tones[phase], { channel }) >= 0.5, `${phase}, ${picture}`);
  }
  for (const phase of NOT_HEARD) {
    assert.ok(recording.seconds(tones[phase], { channel }) <= 0.1, `${phase}, ${picture}`);
  }
}

testWith(
  NEEDS,
  "a browser without a microphone, known by mDNS names only, is held and holds",
  () =>
    withScratch(async (scratch) => {
      const kamailio = await Kamailio.start(scratch);
      const registrar = kamailio.registrar("bob", "ws");
      const account = 'encryption = "require"\nkeying = "dtls"';
      const [desk, browser] = await Promise.all([
        Desk.start(scratch, kamailio, '[ice]\npolicy = "all"', account),
        WebPhone.start(scratch, { user: "bob", registrar, says: THEIRS_HZ.first }),
      ]);
      const dialling = desk.dial("bob", OURS.first);
      await browser.waitFor("ringing");
      await browser.answer();
      const call = await dialling;
      await pause(PHASE);
      const say = async (phase: keyof typeof OURS) => {
        await Promise.all([desk.say(call, OURS[phase]), browser.say(THEIRS_HZ[phase])]);
      };

      await desk.phone.request("hold", { call });
      await browser.waitFor("direction recvonly");
      await say("held");
      await pause(PHASE);
      await say("second");
      await desk.phone.request("resume", { call });
      await browser.waitFor("direction sendrecv");
      await pause(PHASE);

      await browser.hold();
      await browser.waitFor("direction sendonly");
      await say("heldByThem");
      await pause(PHASE);
      await say("third");
      await browser.resume();
      await pause(PHASE);
      await browser.hangup();

      const { report } = await desk.ended(call);
      assert.deepEqual([report?.ice?.state, report?.ice?.remote?.type], ["connected", "prflx"]);
      assertPhases(await desk.recording(call), THEIRS_HZ, "we", 1);
      assertPhases(await ToneRecording.read(await browser.heard()), OURS, "the browser");
    }),
);

testWith(
  NEEDS,
  "over each transport of ours a browser is called and heard",
  () =>
    withScratch(async (scratch) => {
      const kamailio = await Kamailio.start(scratch);
      const registrar = kamailio.registrar("bob", "wss");
      const [desk, browser] = await Promise.all([
        startKeyingDesk(scratch, kamailio, ["webrtc"]),
        WebPhone.start(scratch, {
          ...{ user: "bob", registrar, says: THEIRS_HZ.first, autoAnswer: true },
        }),
      ]);
      await assertAllKeyed(desk, [["webrtc", "bob"]], THEIRS_HZ.first);
      const heard = await ToneRecording.read(await browser.heard());
      assert.ok(heard.seconds(TONE) >= 0.4, `the browser, last: ${heard.picture([TONE])}`);
    }),
);
