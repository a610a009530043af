/** An incoming call rings on a station's sound card, and stops when somebody answers. */
import assert from "node:assert/strict";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import { PORTAUDIO_RIGS } from "../fakes/device_rigs.ts";
import { Changes } from "../peers/changes.ts";
import { Offhook } from "../peers/offhook.ts";
import { withScratch } from "../peers/scratch.ts";
import { SpeakerRecording } from "../peers/speaker_recording.ts";
import { aPbx, connect, startStation } from "../peers/station.ts";
import { testUnless } from "../support/skip.ts";
import { toneWav } from "../support/tones.ts";

const RIG = PORTAUDIO_RIGS.find(({ reason }) => reason === undefined) ?? PORTAUDIO_RIGS[0]!;
const PATIENCE_MS = 40_000;
const BELL = 1_000;
const FRIENDS = 1_500;

testUnless(
  RIG.reason,
  "a station rings on the ringer's card: the bell, or what the caller's group has, until the answer or silence",
  () =>
    withScratch(async (scratch) => {
      await using rig = await RIG.start();
      const sound = rig.options.env!;
      const file = await toneWav(scratch.file("friends.wav"), FRIENDS);
      const scene = await aPbx(
        scratch,
        `[devices]\nringer = "TEST_SPEAKER"\n[[ring.callers]]\ngroup = "Friends"\nfile = "${file}"`,
      );
      const env = { ...sound, ...scene.env };
      await startStation(scratch, { env, socket: scene.socket });
      const alice = await connect(scene.socket);
      const events: Sequenced[] = [];
      const changes = new Changes();
      await alice.subscribe((event) => {
        events.push(event);
        changes.notify();
      });
      const call = () => {
        const identity = ["--server", scene.place, "--user", "bob", "--transport", "udp"];
        const sounds = ["--mic", "silence", "--speaker", "null", "--duration", "1s"];
        const args = ["dial", `sip:alice@${scene.place}`, ...identity, ...sounds];
        return Offhook.run(scratch, args, { env: { OFFHOOK_PASSWORD: "bob" }, name: "dial" });
      };
      const rings = async (hertz: number) => {
        await using speaker = new SpeakerRecording(sound, hertz, 2_000);
        const from = events.length;
        const dialled = call();
        await speaker.loudFrom(0, 5, PATIENCE_MS);
        const event = events.slice(from).find(({ type }) => type === "call.incoming");
        assert.ok(event?.type === "call.incoming");
        await alice.request("answer", { call: event.call.id });
        assert.equal((await dialled).status, 0);
        await changes.until(
          () => events.slice(from).find(({ type }) => type === "call.ended"),
          PATIENCE_MS,
          () => "the call did not end",
        );
        assert.ok(Math.max(...speaker.windows.slice(-5)) < 200, "it rings no more");
      };
      await rings(BELL);
      const card = scratch.file("bob.vcf");
      const uri = `sip:bob@${scene.place}`;
      await Deno.writeTextFile(
        card,
        [
          "BEGIN:VCARD",
          "VERSION:4.0",
          "FN:Bob",
          "CATEGORIES:friends",
          `IMPP:${uri}`,
          "END:VCARD",
          "",
        ]
          .join("\r\n"),
      );
      const imported = await Offhook.run(scratch, ["contacts", "import", card], {
        env,
        name: "card",
      });
      assert.equal(imported.status, 0, imported.stderr);
      await rings(FRIENDS);
      {
        await using speaker = new SpeakerRecording(sound, FRIENDS, 2_000);
        const dialled = call();
        await speaker.loudFrom(0, 5, PATIENCE_MS);
        const silenced = await Offhook.run(scratch, ["silence"], { env, name: "silence" });
        assert.equal(silenced.status, 0, silenced.stderr);
        const { calls: [waiting] } = await alice.request("status", {});
        assert.equal(waiting?.state, "ringing");
        // What the card had still to play is over.
        const from = speaker.windows.length;
        while (speaker.windows.length < from + 10) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.ok(Math.max(...speaker.windows.slice(-5)) < 200, "it rings no more");
        await alice.request("reject", { call: waiting.id });
        assert.equal((await dialled).status, 7);
      }
      assert.equal(events.filter(({ type }) => type === "call.endpoint").length, 0);
      await alice.close();
    }),
  { timeout: 300_000 },
);
