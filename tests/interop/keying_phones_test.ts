/** Each way to keys over each transport of ours, with phones that we did not write. */
import assert from "node:assert/strict";
import { Baresip, type BaresipOptions } from "../peers/baresip.ts";
import { Kamailio, TRANSPORTS } from "../peers/kamailio.ts";
import { assertAllKeyed, type KeyingName, startKeyingDesk, TONE } from "../peers/keying_desk.ts";
import { Linphone, type LinphoneOptions } from "../peers/linphone.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";
import { ToneRecording, toneWav } from "../support/tones.ts";

const NEEDS = ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl"] as const;

/** What linphone says, Hz: it cannot send back what it hears. */
const ITS_TONE = 1_510;

/** How the phone of a user is set up, and by which keying of ours it is called. */
type Setups<T> = readonly [user: string, keying: KeyingName, wish: Partial<T>][];

const BARESIPS: Setups<BaresipOptions> = [
  ["sdes", "sdes", { encryption: "require" }],
  ["dtls", "dtls", { encryption: "dtls" }],
  ["ice", "ice", { ice: true }],
];

const LINPHONES: Setups<LinphoneOptions> = [
  ["plain", "plain", {}],
  ["sdes", "sdes", { encryption: "require" }],
  ["dtls", "dtls", { encryption: "dtls" }],
  ["ice", "ice", { ice: "plain" }],
  ["ice-mux", "ice", { ice: "mux" }],
];

/** A server with the users and alice, and our station. */
async function scene<T>(scratch: Scratch, setups: Setups<T>) {
  const users = ["alice", ...setups.map(([user]) => user)];
  const passwords = Object.fromEntries(users.map((user) => [user, `${user}-password`]));
  const kamailio = await Kamailio.start(scratch, { users: passwords });
  const keyings = [...new Set(setups.map(([, keying]) => keying))];
  return { kamailio, desk: await startKeyingDesk(scratch, kamailio, keyings) };
}

function targets<T>(setups: Setups<T>): [KeyingName, string][] {
  return setups.map(([user, keying]) => [keying, user]);
}

testWith(
  [...NEEDS, "baresip"],
  "baresip takes each keying over each transport",
  () =>
    withScratch(async (scratch) => {
      const { kamailio, desk } = await scene(scratch, BARESIPS);
      await Promise.all(BARESIPS.map(([user, , wish]) => {
        const registrar = kamailio.registrar(user, "udp");
        return Baresip.start(scratch, { user, registrar, says: "echo", autoAnswer: true, ...wish });
      }));
      await assertAllKeyed(desk, targets(BARESIPS));
    }),
  { timeout: 120_000 },
);

testWith(
  [...NEEDS, "linphone", "sox"],
  "linphone takes each keying over each transport",
  () =>
    withScratch(async (scratch) => {
      const { kamailio, desk } = await scene(scratch, LINPHONES);
      const says = await toneWav(scratch.file("tone.wav"), ITS_TONE);
      const phones = await Promise.all(LINPHONES.map(([user, , wish]) => {
        const registrar = kamailio.registrar(user, "udp");
        return Linphone.start(scratch, { user, registrar, says, autoAnswer: true, ...wish });
      }));
      await assertAllKeyed(desk, targets(LINPHONES), ITS_TONE);
      for (const { user, heard } of phones) {
        // Its one recording has every call, one behind the other.
        const recording = await ToneRecording.read(heard);
        const seconds = recording.seconds(TONE);
        const picture = recording.picture([TONE]);
        assert.ok(seconds >= 0.4 * TRANSPORTS.length, `${user}: ${seconds} s in ${picture}`);
      }
    }),
  { timeout: 120_000 },
);
