/**
 * kill -9 of the device host under a station with a call on a sound card: the call stays up, every
 * client is told, and the sound comes back.
 */
import assert from "node:assert/strict";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import { PORTAUDIO_RIGS } from "../fakes/device_rigs.ts";
import { Changes } from "../peers/changes.ts";
import { Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { hostPid, SpeakerRecording } from "../peers/speaker_recording.ts";
import { aPbx, connect, startStation } from "../peers/station.ts";
import { testUnless } from "../support/skip.ts";

/** Nothing here is a matter of time; a machine may be busy. */
const PATIENCE_MS = 40_000;

const RIG = PORTAUDIO_RIGS.find(({ reason }) => reason === undefined) ?? PORTAUDIO_RIGS[0]!;

testUnless(
  RIG.reason,
  "the device host of a station is killed: the call stays, clients are told, the sound comes back",
  () =>
    withScratch(async (scratch) => {
      await using rig = await RIG.start();
      const sound = rig.options.env!;
      const scene = await aPbx(scratch);
      const env = { ...sound, ...scene.env };
      const station = await startStation(scratch, { env, socket: scene.socket });
      const [asking, watching] = await Promise.all([connect(scene.socket), connect(scene.socket)]);
      const events: Sequenced[] = [];
      const changes = new Changes();
      await watching.subscribe((event) => {
        events.push(event);
        changes.notify();
      });
      await using speaker = new SpeakerRecording(sound);
      const { call } = await asking.request("dial", {
        target: "601",
        endpoints: {
          microphone: { kind: "device", name: "test_microphone" },
          speaker: { kind: "device", name: "TEST_SPEAKER" },
        },
      });
      await speaker.loudFrom(0, 5, PATIENCE_MS);

      const host = await hostPid(sound.XDG_RUNTIME_DIR!);
      const at = Date.now();
      Deno.kill(host, "SIGKILL");
      // Another client is served while there is no device host.
      const status = await Offhook.run(scratch, ["calls", "--json"], { env, name: "calls" });
      const [still] = JSON.parse(new TextDecoder().decode(status.stdout)).calls;
      assert.deepEqual([still.id, still.state], [call, "active"]);

      const told = (endpoint: string, working: boolean) =>
        changes.until(
          () =>
            events.find((event) =>
              event.type === "call.endpoint" && event.at >= at &&
              event.detail.endpoint === endpoint && event.detail.working === working
            ),
          PATIENCE_MS,
          () => `nobody was told that the ${endpoint} is ${working ? "back" : "gone"}`,
        );
      for (const endpoint of ["microphone", "speaker"]) {
        const [gone, works] = [await told(endpoint, false), await told(endpoint, true)];
        assert.ok(gone.seq < works.seq, endpoint);
      }
      await speaker.loudFrom(speaker.windows.length, 5, PATIENCE_MS);
      const { calls } = await asking.request("status", {});
      assert.deepEqual(calls.map(({ id, state }) => [id, state]), [[call, "active"]]);
      await asking.request("hangup", { call });
      const ended = await changes.until(
        () => events.find((event) => event.type === "call.ended"),
        PATIENCE_MS,
        () => "the call did not end",
      );
      assert.equal(ended.type === "call.ended" && ended.record.report?.lost, 0);
      await Promise.all([asking.close(), watching.close()]);
      Deno.kill(station.pid, "SIGTERM");
      assert.equal((await station.finished).status, 0);
    }),
  { timeout: 300_000 },
);
