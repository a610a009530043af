/**
 * A station at kamailio with baresip and linphone as the other phones: hold, swap, waiting, transfer.
 * Everybody says a tone of their own, and each recording is asked who was heard in which phase.
 */
import assert from "node:assert/strict";
import { Baresip } from "../peers/baresip.ts";
import { Desk } from "../peers/desk.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { Linphone } from "../peers/linphone.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { pause } from "../support/pause.ts";
import { testWith } from "../support/skip.ts";
import { ToneRecording, toneWav } from "../support/tones.ts";

const NEEDS = [
  "kamailio",
  "kamailio-tls",
  "kamailio-websocket",
  "openssl",
  "sox",
  "baresip",
  "linphone",
] as const;

/** What is said in each phase, Hz; no two are multiples of each other. */
const OURS = { first: 530, held: 620, second: 830, heldByThem: 1_300, third: 1_750 };
const ALL_OURS = Object.values(OURS);
const BOB = 1_070;
const CAROL = 1_510;

/**
 * Time for a phase to be heard, ms. More than a second: baresip names the file of each phase by the
 * second, and one that begins in the same second would replace the one before.
 */
const PHASE = 1_100;

interface Party {
  user: string;
  /** The tone that it says. */
  says: number;
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** What it heard in its only call, when that is over. */
  recording(): Promise<ToneRecording>;
}

async function aBaresip(scratch: Scratch, kamailio: Kamailio) {
  const says = await toneWav(scratch.file("bob.wav"), BOB);
  const registrar = kamailio.registrar("bob", "udp");
  const options = { user: "bob", registrar, says, autoAnswer: true, recordsOn: true };
  return await Baresip.start(scratch, options);
}

async function aLinphone(scratch: Scratch, kamailio: Kamailio) {
  const says = await toneWav(scratch.file("carol.wav"), CAROL);
  const registrar = kamailio.registrar("carol", "udp");
  return await Linphone.start(scratch, { user: "carol", registrar, says, autoAnswer: true });
}

interface Everybody {
  scratch: Scratch;
  kamailio: Kamailio;
  desk: Desk;
  baresip: Baresip;
  linphone: Linphone;
}

/** @param config of the desk, besides its account */
async function withEverybody(
  run: (everybody: Everybody) => Promise<void>,
  config?: string,
): Promise<void> {
  await withScratch(async (scratch) => {
    const kamailio = await Kamailio.start(scratch);
    const [desk, baresip, linphone] = await Promise.all([
      Desk.start(scratch, kamailio, config),
      aBaresip(scratch, kamailio),
      aLinphone(scratch, kamailio),
    ]);
    await run({ scratch, kamailio, desk, baresip, linphone });
  });
}

/** All that baresip heard, its calls being over. */
async function heardBy(baresip: Baresip): Promise<ToneRecording> {
  await baresip.waitForEvent("CALL_CLOSED");
  return await ToneRecording.read(await baresip.heard());
}

/** Who was heard at least so long; with a picture when not. */
function assertHeard(recording: ToneRecording, hertz: number, who: string, channel = 0): void {
  const seconds = recording.seconds(hertz, { channel });
  const picture = recording.picture([...ALL_OURS, BOB, CAROL], channel);
  assert.ok(seconds >= 0.5, `${who}: ${hertz} Hz for ${seconds} s in ${picture}`);
}

function assertNotHeard(recording: ToneRecording, hertz: number, who: string, channel = 0): void {
  const seconds = recording.seconds(hertz, { channel });
  const picture = recording.picture([...ALL_OURS, BOB, CAROL], channel);
  assert.ok(seconds <= 0.1, `${who}: ${hertz} Hz for ${seconds} s in ${picture}`);
}

/** Hold and resume by either side, with one other phone. */
async function holdBothWays(desk: Desk, party: Party): Promise<void> {
  const call = await desk.dial(party.user, OURS.first);
  await pause(PHASE);

  await desk.phone.request("hold", { call });
  await desk.say(call, OURS.held);
  await pause(300);
  const heldFrom = desk.now(call);
  await pause(PHASE);
  const heldTo = desk.now(call);
  await desk.say(call, OURS.second);
  await desk.phone.request("resume", { call });
  await pause(PHASE);
  const resumed = desk.now(call);

  let after = desk.events.length;
  await party.hold();
  await desk.view(call, "hold by them", ({ hold }) => hold.remote, after);
  await desk.say(call, OURS.heldByThem);
  await pause(PHASE);
  await desk.say(call, OURS.third);
  after = desk.events.length;
  await party.resume();
  await desk.view(call, "resume by them", ({ hold }) => !hold.remote, after);
  const back = desk.now(call);
  await pause(PHASE);
  await desk.hangup(call);

  const ours = await desk.recording(call);
  const heard = (from: number, to: number) => ours.seconds(party.says, { channel: 1, from, to });
  const picture = ours.picture([...ALL_OURS, BOB, CAROL], 1);
  assert.ok(heard(0, heldFrom - 0.3) >= 0.5, `before the hold: ${picture}`);
  assert.ok(heard(heldFrom, heldTo) <= 0.1, `on hold, ${heldFrom} to ${heldTo} s: ${picture}`);
  assert.ok(heard(heldTo, resumed) >= 0.4, `after the resume: ${picture}`);
  assert.ok(heard(back, Infinity) >= 0.4, `after their resume: ${picture}`);

  const far = await party.recording();
  for (const phase of ["first", "second", "third"] as const) {
    assertHeard(far, OURS[phase], `${party.user}, ${phase}`);
  }
  for (const phase of ["held", "heldByThem"] as const) {
    assertNotHeard(far, OURS[phase], `${party.user}, ${phase}`);
  }
}

testWith(NEEDS, "hold and resume by us and by baresip", () =>
  withScratch(async (scratch) => {
    const kamailio = await Kamailio.start(scratch);
    const [desk, baresip] = await Promise.all([
      Desk.start(scratch, kamailio),
      aBaresip(scratch, kamailio),
    ]);
    await holdBothWays(desk, {
      user: "bob",
      says: BOB,
      hold: () => baresip.hold(),
      resume: () => baresip.resume(),
      recording: () => heardBy(baresip),
    });
  }));

testWith(NEEDS, "hold and resume by us and by linphone", () =>
  withScratch(async (scratch) => {
    const kamailio = await Kamailio.start(scratch);
    const [desk, linphone] = await Promise.all([
      Desk.start(scratch, kamailio),
      aLinphone(scratch, kamailio),
    ]);
    await holdBothWays(desk, {
      user: "carol",
      says: CAROL,
      hold: () => linphone.hold(),
      resume: () => linphone.resume(),
      recording: async () => {
        await linphone.waitForCall("Released");
        return await ToneRecording.read(linphone.heard);
      },
    });
  }));

testWith(
  NEEDS,
  "a second caller waits with a tone; swap goes between the two; a third is busy",
  () =>
    withEverybody(async ({ scratch, kamailio, desk, baresip, linphone }) => {
      const heardByUs = scratch.file("desk-speaker.wav");
      const bob = await desk.dial("bob", OURS.first);
      await desk.phone.request("useDevices", {
        call: bob,
        speaker: { kind: "file", path: heardByUs },
      });
      await pause(PHASE);

      // Carol calls: we hear it beside bob, and bob does not.
      await linphone.dial(kamailio.uri("alice"));
      const waiting = await desk.incoming();
      await pause(PHASE);
      const answeredAt = desk.now(bob);
      await desk.answer(waiting.id, OURS.second);
      const carol = waiting.id;
      await pause(PHASE);
      const swappedAt = desk.now(bob);

      // The line is full.
      const third = await baresip.dial(kamailio.uri("alice")).then(() =>
        baresip.waitForEvent("CALL_CLOSED")
      );
      assert.match(third.param ?? "", /486/);

      await desk.phone.request("swap", {});
      await desk.say(bob, OURS.third);
      await pause(PHASE + 300);
      const backAt = desk.now(carol);
      await desk.phone.request("swap", {});
      await desk.say(carol, OURS.heldByThem);
      await pause(PHASE + 300);
      await desk.phone.request("hangup", { call: bob });
      await desk.hangup(carol);
      await linphone.waitForCall("Released");

      const speaker = await ToneRecording.read(heardByUs);
      const tone = speaker.seconds(425);
      assert.ok(tone >= 0.2 && tone <= 0.4, `${tone} s of call-waiting tone`);
      const [withBob, withCarol] = [await desk.recording(bob), await desk.recording(carol)];
      assertNotHeard(withBob, 425, "the recording", 1);
      const picture = `${withBob.picture([BOB], 1)} ${withCarol.picture([CAROL], 1)}`;
      const fromBob = (from: number, to: number) => withBob.seconds(BOB, { channel: 1, from, to });
      assert.ok(fromBob(0, answeredAt) >= 1, `bob, before carol: ${picture}`);
      assert.ok(fromBob(answeredAt + 0.4, swappedAt) <= 0.1, `bob waits: ${picture}`);
      assert.ok(fromBob(swappedAt, Infinity) >= 0.5, `bob again: ${picture}`);
      const fromCarol = (from: number, to: number) =>
        withCarol.seconds(CAROL, { channel: 1, from, to });
      assert.ok(fromCarol(0, backAt - PHASE / 1000) >= 0.5, `carol: ${picture}`);
      assert.ok(fromCarol(backAt - 0.6, backAt) <= 0.1, `carol waits: ${picture}`);
      assert.ok(fromCarol(backAt, Infinity) >= 0.5, `carol again: ${picture}`);
      const carolHeard = await ToneRecording.read(linphone.heard);
      const bobHeard = await heardBy(baresip);
      assertHeard(bobHeard, OURS.first, "bob");
      assertHeard(bobHeard, OURS.third, "bob, after the swap");
      for (const hertz of [OURS.second, OURS.heldByThem, 425]) {
        assertNotHeard(bobHeard, hertz, "bob");
      }
      assertHeard(carolHeard, OURS.second, "carol");
      assertHeard(carolHeard, OURS.heldByThem, "carol, after the swaps");
      for (const hertz of [OURS.first, OURS.third]) assertNotHeard(carolHeard, hertz, "carol");
    }, "[station]\nmax_calls = 2\n"),
);

testWith(
  NEEDS,
  "baresip is transferred to linphone: they hear each other, and we are out of it",
  () =>
    withEverybody(async ({ desk, baresip, linphone }) => {
      const call = await desk.dial("bob", OURS.first);
      await pause(PHASE);

      // To nobody: bob comes back from hold.
      await desk.phone.request("transfer", { call, target: "status-480" });
      const failed = await desk.until(
        "failed transfer",
        (event) =>
          event.type === "call.transfer" && event.detail?.failed === true
            ? event.detail
            : undefined,
      );
      // It says 500 whatever it was told.
      assert.ok(Number(failed.status) >= 400, JSON.stringify(failed));
      await desk.view(call, "resume", ({ state }) => state === "active", desk.events.length - 1);
      await desk.say(call, OURS.third);
      const backAt = desk.now(call);
      await pause(PHASE);

      await desk.phone.request("transfer", { call, target: "carol" });
      const record = await desk.ended(call);
      assert.deepEqual([record.outcome, record.reason], ["answered", "transferred"]);
      await pause(PHASE + 400);
      await baresip.hangup();
      await linphone.waitForCall("Released");

      const ours = await desk.recording(call);
      const again = ours.seconds(BOB, { channel: 1, from: backAt });
      assert.ok(again >= 0.5, `bob comes back: ${ours.picture([BOB], 1)}`);
      const [bobHeard, carolHeard] = [
        await heardBy(baresip),
        await ToneRecording.read(linphone.heard),
      ];
      assertHeard(bobHeard, OURS.first, "bob, before");
      assertHeard(bobHeard, OURS.third, "bob, brought back");
      assertHeard(bobHeard, CAROL, "bob, transferred");
      assertHeard(carolHeard, BOB, "carol");
      for (const hertz of [OURS.first, OURS.third]) assertNotHeard(carolHeard, hertz, "carol");
    }),
);

testWith(
  NEEDS,
  "baresip transfers us to linphone: we hear her, and come back from who is not there",
  () =>
    withEverybody(async ({ scratch, kamailio, desk, baresip, linphone }) => {
      // To nobody, by carol, who keeps the call (baresip ends it then).
      const first = await desk.dial("carol", OURS.first);
      await pause(PHASE);
      await linphone.transfer(kamailio.uri("status-480"));
      const failed = await desk.until("failed transfer", (event) =>
        event.type === "call.transfer" && event.detail?.failed === true ? event : undefined);
      assert.equal(failed.detail?.reason, "As Asked");
      const since = desk.events.indexOf(failed);
      await desk.view(first, "resume", ({ state }) =>
        state === "active", since);
      await desk.say(first, OURS.third);
      const backAt = desk.now(first);
      await pause(PHASE);
      await desk.hangup(first);
      await linphone.waitForCall("Released");
      const withCarol = await desk.recording(first);
      const again = withCarol.seconds(CAROL, { channel: 1, from: backAt });
      assert.ok(again >= 0.5, `carol comes back: ${withCarol.picture([CAROL], 1)}`);
      assertHeard(await ToneRecording.read(linphone.heard), OURS.third, "carol, brought back");

      // To carol, by bob.
      const call = await desk.dial("bob", OURS.second);
      await pause(PHASE);
      const mark = linphone.now;
      await baresip.command("transfer", kamailio.uri("carol"));
      const { id: leg } = await desk.until("new call", (event) =>
        event.type === "call.answered" && event.call.referrer === call ? event.call : undefined);
      const record = await desk.ended(call);
      assert.deepEqual([record.outcome, record.endedBy], ["answered", "remote"]);
      const path = scratch.file("leg.wav");
      await desk.phone.request("record", { call: leg, action: "start", path });
      await pause(PHASE);
      await desk.hangup(leg);
      await linphone.waitForCall("Released", 15_000, mark);

      assertHeard(await ToneRecording.read(path, 2), CAROL, "we", 1);
      assertHeard(await ToneRecording.read(linphone.heard), OURS.second, "carol");
      const bobHeard = await heardBy(baresip);
      assert.ok(bobHeard.seconds(OURS.second) >= 0.3, "bob, until he transferred");
    }),
);
