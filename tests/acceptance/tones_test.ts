/** What a person hears of a call beside the far end, from the binary. */
import assert from "node:assert/strict";
import { PORTAUDIO_RIGS } from "../fakes/device_rigs.ts";
import { Offhook } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { SpeakerRecording } from "../peers/speaker_recording.ts";
import { testUnless } from "../support/skip.ts";
import { ToneRecording } from "../support/tones.ts";

/** Somebody who refuses every call, and the URI to call them by. */
async function refuses(scratch: Scratch, status: number): Promise<string> {
  const args = ["--mic", "silence", "--speaker", "null", "--count", "0"];
  const phone = Offhook.start(scratch, [
    "answer",
    "--listen",
    "127.0.0.1:0",
    "--reject",
    `${status}`,
    ...args,
  ], { name: "answer" });
  const [, place] = await phone.waitFor("stderr", /waiting for calls on (\S+) \(udp\)/);
  return `sip:test@${place}`;
}

Deno.test("a file has three seconds of the tone that says why a call failed", async () => {
  await withScratch(async (scratch) => {
    for (const status of [486, 404]) {
      const uri = await refuses(scratch, status);
      const path = scratch.file(`${status}.wav`);
      await Offhook.run(scratch, ["dial", uri, "--mic", "silence", "--speaker", `file:${path}`]);
      const picture = (await ToneRecording.read(path)).picture([425]);
      const tone = picture.slice(picture.indexOf("a"));
      assert.ok(Math.abs(tone.length - 30) <= 1, picture);
      // Half a second on and off; or a fifth.
      const pattern = status === 486 ? /^(?:a{5,6}\.{4,5}){3}/ : /^(?:a{2,3}\.{1,2}){7}/;
      assert.match(tone, pattern);
    }
  });
});

testUnless(
  PORTAUDIO_RIGS[1].reason,
  "on a sound card the busy tone is heard before dial exits, and an interrupt ends it",
  async () => {
    await using rig = await PORTAUDIO_RIGS[1].start();
    const env = rig.options.env!;
    await withScratch(async (scratch) => {
      const uri = await refuses(scratch, 486);
      const args = ["dial", uri, "--mic", "silence", "--speaker", "device:test_speaker"];
      await using speaker = new SpeakerRecording(env, 425, 2_000);
      const dialled = await Offhook.run(scratch, args, { env });
      assert.equal(dialled.status, 5, dialled.stderr);
      const first = await speaker.loudFrom(0, 3, 5_000);
      await speaker.loudFrom(first + 15, 3, 5_000);
      const again = Offhook.start(scratch, args, { name: "again", env });
      await again.waitFor("stderr", /486/);
      again.interrupt();
      const interrupted = await again.finished;
      assert.equal(interrupted.status, 5);
      const spared = dialled.elapsedMs - interrupted.elapsedMs;
      assert.ok(spared > 1_000, `${dialled.elapsedMs}, then ${interrupted.elapsedMs} ms`);
    });
  },
);
