/** What a person hears of a call beside the far end, from the binary. */
import assert from "node:assert/strict";
import { PORTAUDIO_RIGS } from "../fakes/device_rigs.ts";
import { Offhook } from "../peers/offhook.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { SpeakerRecording } from "../peers/speaker_recording.ts";
import { aPbx } from "../peers/station.ts";
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

/** A configuration with the tones of Britain, and an account on the practice PBX. */
async function british(scratch: Scratch) {
  const { place } = await aPbx(scratch);
  const config = scratch.file("british.toml");
  await Deno.writeTextFile(config, `[audio]\ntones = "gb"\n`);
  const dial = async (number: string, ...more: string[]) => {
    const path = scratch.file(`${number}.wav`);
    const sound = ["--mic", "silence", "--speaker", `file:${path}`];
    const args = ["dial", `sip:${number}@${place}`, "--config", config, ...sound, ...more];
    await Offhook.run(scratch, args, { name: number });
    return await ToneRecording.read(path);
  };
  return { dial };
}

const BRITISH = [400, 450];

Deno.test("a file holds the country's ringback, then the tone of the failure", async () => {
  await withScratch(async (scratch) => {
    const { dial } = await british(scratch);
    const rang = await dial("611", "--timeout", "6s");
    for (const hertz of BRITISH) {
      const before = rang.seconds(hertz, { to: 1 });
      assert.equal(before, 0, "early sound may come yet");
      const seconds = rang.seconds(hertz, { from: 1, to: 6 });
      assert.ok(seconds >= 1 && seconds <= 2.2, rang.picture(BRITISH));
    }
    // Congestion is 400 Hz alone.
    assert.ok(rang.seconds(400, { from: 6.2 }) > 1, rang.picture(BRITISH));
    assert.ok(rang.seconds(450, { from: 6.2 }) === 0, rang.picture([450]));
  });
});

Deno.test("a file holds early media in place of ringback, and the talk after it", async () => {
  await withScratch(async (scratch) => {
    const { dial } = await british(scratch);
    const heard = await dial("613", "--duration", "1s");
    // Two seconds before the answer, one after it.
    assert.ok(heard.seconds(1_004) >= 2, heard.picture([1_004, ...BRITISH]));
    for (const hertz of BRITISH) assert.equal(heard.seconds(hertz), 0);
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
