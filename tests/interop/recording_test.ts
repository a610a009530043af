/** Recordings, read by programs of others. */
import assert from "node:assert/strict";
import { Recording } from "../../src/media/sound/mod.ts";
import { withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

testWith(
  ["opusinfo"],
  "opus-tools read our Ogg Opus, closed or killed",
  () =>
    withScratch(async (scratch) => {
      const path = scratch.file("call.opus");
      const recording = new Recording({ settled() {}, failed: (error) => assert.fail(error) });
      await recording.open(path);
      const frame = new Int16Array(960);
      for (let i = 0; i < 525; i++) {
        for (let at = 0; at < 960; at++) frame[at] = 8000 * Math.sin((i * 960 + at) * 0.06);
        recording.hear(frame);
        recording.keep(frame);
      }
      await recording.close();
      const whole = await run("opusinfo", path);
      assert.match(whole, /Playback length: 0m:10\.50\ds/);
      assert.match(whole, /Channels: 2/);
      assert.doesNotMatch(whole, /WARNING|ERROR/i);
      await run("opusdec", "--quiet", "--force-wav", path, scratch.file("call.wav"));
      const decoded = await Deno.readFile(scratch.file("call.wav"));
      assert.ok(Math.abs(decoded.length - 10.5 * 48_000 * 4) < 100, `${decoded.length} octets`);

      const cut = scratch.file("cut.opus");
      const octets = await Deno.readFile(path);
      await Deno.writeFile(cut, octets.subarray(0, octets.length - 6000));
      await run("opusdec", "--quiet", "--force-wav", cut, scratch.file("cut.wav"));
      const seconds = (await Deno.stat(scratch.file("cut.wav"))).size / 48_000 / 4;
      assert.ok(seconds > 8.9, `${seconds} s`);
    }),
);

/** What it prints. */
async function run(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, text);
  return text;
}
