/**
 * Runs in the rig's guest: the real station between a virtual headset, a virtual sound card and
 * baresip, through kamailio.
 *
 *     aplay ─► snd-aloop ─► station ─► kamailio ─► baresip ─► WAV
 *                 headset ─► ┘ └─► lamps
 */
import assert from "node:assert/strict";
import type { Sequenced } from "../../../src/control/contract/phone.ts";
import { RemotePhone } from "../../../src/control/client/remote_phone.ts";
import { layout } from "../../fixtures/hid_layouts.ts";
import { Baresip } from "../../peers/baresip.ts";
import { Kamailio } from "../../peers/kamailio.ts";
import { accountArguments, Offhook } from "../../peers/offhook.ts";
import { PeerProcess } from "../../peers/peer_process.ts";
import { type Scratch, withScratch } from "../../peers/scratch.ts";
import { readWav } from "../../support/wav.ts";
import { until } from "./place.ts";
import { VirtualHeadset } from "./virtual_headset.ts";

/** A headset whose name is that of snd-aloop's card: its sound is found by it. */
const KIND = { ...layout(1), name: "Loopback" };
const PATIENCE_MS = 30_000;
/** Three programs of Deno start one after the other; one that is too slow is started again. */
const START_MS = 100_000;
/** How long it is muted, and how much of that must be silence at least. */
const MUTED_MS = 4_000, SILENT_SECONDS = 1.5;

/** The backend that lists devices on a thread, over a configuration that has few. */
const SOUND = {
  OFFHOOK_AUDIO_BACKEND: "ffi",
  ALSA_CONFIG_PATH: new URL("asound.conf", import.meta.url).pathname,
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** baresip takes 8 kHz alone. */
async function tone(scratch: Scratch, seconds: number, rate: number): Promise<string> {
  const path = scratch.file(`tone-${seconds}.wav`);
  const { success } = await new Deno.Command("sox", {
    args: ["-n", "-r", String(rate), "-c", "1", "-b", "16", path, "synth", String(seconds)]
      .concat("sine", "1000", "vol", "0.5"),
  }).output();
  assert.ok(success, "sox made a tone");
  return path;
}

/** One after the other: an emulated machine has no time for all of them at once. */
async function place(scratch: Scratch) {
  const headset = new VirtualHeadset(KIND);
  const kamailio = await Kamailio.start(scratch);
  // it hangs up when it has nothing more to say
  const says = await tone(scratch, 200, 8_000);
  const caller = await Baresip.start(scratch, {
    user: "bob",
    registrar: kamailio.registrar("bob", "udp"),
    says,
  });
  const { args, env } = accountArguments(kamailio.registrar("alice", "udp"), "alice");
  const socket = scratch.file("control.sock");
  const station = Offhook.start(
    scratch,
    ["station", "--socket", socket, "--no-history", "--log-level", "info", ...args],
    { env: { ...env, ...SOUND } },
  );
  await station.waitFor("stderr", /station on/, START_MS);
  // it gives up a station that stands still, which this one may do while it starts
  const phone = await until(
    () => RemotePhone.connect({ address: socket }).catch(() => undefined),
    START_MS,
  );
  const events: Sequenced[] = [];
  await phone.subscribe((event) => events.push(event));
  await kamailio.waitForContacts("alice", 1, PATIENCE_MS);
  await until(
    async () => (await phone.request("headsets", {})).headsets[0]?.use === "front" || undefined,
    START_MS,
  ).catch(async (error) => {
    const list = JSON.stringify(await phone.request("headsets", {}));
    throw new Error(`the headset is not in use: ${list}`, { cause: error });
  });
  await station.waitFor("stderr", /calls use the sound card of Loopback/, START_MS);
  await pause(500); // the model takes its baseline
  return { scratch, headset, kamailio, station, caller, phone, events };
}

type Desk = Awaited<ReturnType<typeof place>>;

const onlyCall = async ({ phone }: Desk) => (await phone.request("status", {})).calls[0];

/** Waits for a report of the call's media whose level of what is sent (dBFS) is as wanted. */
async function level(desk: Desk, wanted: (dBFS: number) => boolean): Promise<void> {
  const from = desk.events.length;
  const levels = () =>
    desk.events.slice(from).flatMap((event) =>
      event.type === "call.media" && event.call.report ? [event.call.report.sentLevel] : []
    );
  await until(() => Promise.resolve(levels().some(wanted) || undefined), PATIENCE_MS)
    .catch(async () => {
      const card = await Deno.readTextFile("/proc/asound/card0/pcm0c/sub0/status");
      throw new Error(`levels were ${levels().join()}; the card's capture: ${card}`);
    });
}

Deno.test("a headset in a call", (t) =>
  withScratch(async (scratch) => {
    scratch.defer(() => keepLogs(scratch));
    const desk = await place(scratch);
    await t.step("INVITE lights the ring lamp", () => rings(desk));
    await t.step("lifting answers, and the lamps change", () => answers(desk));
    await t.step("the mute button silences RTP, and its lamp echoes", () => mutes(desk));
    await t.step("hold keeps the line", () => holds(desk));
    let again = desk.headset;
    await t.step("unplugged in the call and plugged again", async () => {
      again = await replug(desk);
    });
    await t.step("putting down sends BYE", () => hangsUp(desk, again));
    await t.step("what the other side heard: sound, silence, sound", () => heard(desk));
    await t.step("kill -9 of the station leaves the lamps off", () => killed(desk, again));
    await desk.phone.close();
    again.unplug();
  }));

/** What the peers said outlives the machine. */
async function keepLogs(scratch: Scratch): Promise<void> {
  const out = Deno.env.get("RIG_OUT");
  if (out === undefined) return;
  for await (const { name } of Deno.readDir(scratch.path)) {
    if (name.endsWith(".log")) await Deno.copyFile(scratch.file(name), `${out}/${name}`);
  }
}

async function rings({ caller, kamailio, headset }: Desk): Promise<void> {
  await caller.dial(kamailio.uri("alice"));
  await headset.shows({ ring: true, offHook: false });
}

/** Waits until somebody has the card's stream open and running. */
async function running(stream: string): Promise<void> {
  await until(
    async () => (await Deno.readTextFile(`${stream}/sub0/status`)).includes("RUNNING") || undefined,
    PATIENCE_MS,
  );
}

async function answers(desk: Desk): Promise<void> {
  const { headset, caller, scratch } = desk;
  headset.press("hookOff");
  await headset.shows({ offHook: true, ring: false });
  await caller.waitForEvent("CALL_ESTABLISHED", PATIENCE_MS);
  assert.equal((await onlyCall(desk))?.state, "active");
  for (const direction of ["c", "p"]) await running(`/proc/asound/card0/pcm0${direction}`);
  const sound = await tone(scratch, 100, 48_000);
  // the other end of the card's cable; the card is open already and says its format
  PeerProcess.start(scratch, {
    name: "aplay",
    command: "aplay",
    args: ["-D", "plughw:0,1", sound],
    env: SOUND,
  });
  await level(desk, (dBFS) => dBFS > -40);
  await pause(2_000);
}

async function mutes(desk: Desk): Promise<void> {
  const { headset } = desk;
  headset.press("mute");
  headset.press("release");
  await headset.shows({ mute: true, offHook: true });
  assert.equal((await onlyCall(desk))?.muted, true);
  await level(desk, (dBFS) => dBFS < -80);
  await pause(MUTED_MS);
  headset.press("mute");
  headset.press("release");
  await headset.shows({ mute: false, offHook: true });
  await level(desk, (dBFS) => dBFS > -40);
  await pause(2_000);
}

async function holds(desk: Desk): Promise<void> {
  const { headset, phone } = desk;
  const { id } = (await onlyCall(desk))!;
  await phone.request("hold", { call: id });
  await headset.shows({ hold: true, offHook: true });
  await phone.request("resume", { call: id });
  await headset.shows({ hold: false, offHook: true });
}

async function replug(desk: Desk): Promise<VirtualHeadset> {
  desk.headset.unplug();
  await until(async () =>
    (await desk.phone.request("headsets", {})).headsets.length === 0 || undefined
  );
  assert.equal((await onlyCall(desk))?.state, "active");
  const again = new VirtualHeadset(KIND);
  await again.shows({ offHook: true });
  assert.equal((await onlyCall(desk))?.state, "active");
  return again;
}

async function hangsUp({ caller, events }: Desk, headset: VirtualHeadset): Promise<void> {
  await pause(500);
  headset.press("hookOn");
  await headset.shows({ offHook: false });
  await caller.waitForEvent("CALL_CLOSED", PATIENCE_MS);
  const ended = await until(() =>
    Promise.resolve(events.find((event) => event.type === "call.ended"))
  );
  assert.equal(ended.type === "call.ended" && ended.record.endedBy, "local");
}

/** Tenths of a second that are loud, silent or between, as one letter each. */
async function picture(path: string): Promise<string> {
  const { rate, samples } = await readWav(path);
  const window = rate / 10;
  let text = "";
  for (let at = 0; at + window <= samples.length; at += window) {
    const part = samples.subarray(at, at + window);
    const rms = Math.sqrt(part.reduce((sum, each) => sum + each * each, 0) / window);
    text += rms > 0.03 ? "L" : rms < 0.0005 ? "." : "-";
  }
  return text;
}

async function heard({ caller }: Desk): Promise<void> {
  const text = await picture((await caller.heard()).at(-1)!);
  const silence = new RegExp(`L.*\\.{${SILENT_SECONDS * 10},}.*L`);
  assert.match(text, silence, text);
}

async function killed(desk: Desk, headset: VirtualHeadset): Promise<void> {
  const { caller, kamailio, station } = desk;
  await caller.dial(kamailio.uri("alice"));
  await headset.shows({ ring: true });
  headset.press("hookOff");
  await headset.shows({ offHook: true });
  Deno.kill(station.pid, "SIGKILL");
  await headset.shows({ offHook: false, ring: false, mute: false });
}
