/** A call of a running station from bash: its sound on pipes, its recording, its devices. */
import assert from "node:assert/strict";
import { openWav } from "../../src/audio/wav_file.ts";
import { toneAmplitude } from "../fakes/tone.ts";
import { PHONE_COMMAND } from "../peers/phone_program.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { aPbx, startStation } from "../peers/station.ts";
import { testWith } from "../support/skip.ts";

const RATE = 16_000;

interface Shell {
  scratch: Scratch;
  env: Record<string, string>;
  /** Runs a bash script, `offhook` on its PATH. @throws when it does not end with 0 */
  bash(script: string): Promise<{ stdout: Uint8Array; stderr: string }>;
}

/** A station in a call to the practice PBX's echo, as `$CALL`. */
async function withCall(run: (shell: Shell) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const scene = await aPbx(scratch);
    await startStation(scratch, scene);
    const folder = scratch.file("bin");
    await Deno.mkdir(folder);
    const launcher = `#!/bin/sh\nexec ${PHONE_COMMAND} "$@"\n`;
    await Deno.writeTextFile(`${folder}/offhook`, launcher, { mode: 0o755 });
    const env: Record<string, string> = {
      ...scene.env,
      PATH: `${folder}:${Deno.env.get("PATH")}`,
      XDG_DATA_HOME: scratch.file("data"),
      NO_COLOR: "1",
    };
    const bash = async (script: string) => {
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: ["-c", `set -e -o pipefail\n${script}`],
        cwd: scratch.path,
        env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      const words = new TextDecoder().decode(stderr);
      assert.equal(code, 0, `${script}\n${words}`);
      return { stdout, stderr: words };
    };
    const { stdout } = await bash("offhook dial --detach 600");
    env.CALL = new TextDecoder().decode(stdout).trim();
    await bash(`until offhook calls --json | jq -e '.calls[0].state == "active"' >&2; do :; done`);
    await run({ scratch, env, bash });
  });
}

/** Amplitude of a tone in a stretch of raw sound, seconds. */
function toneIn(raw: Uint8Array, hertz: number, from: number, to: number): number {
  const samples = new Int16Array(raw.slice().buffer, 0, raw.length >> 1);
  return toneAmplitude(samples.subarray(from * RATE, to * RATE), hertz, RATE);
}

testWith(
  ["sox"],
  "a tone goes into a call and comes back through pipes, events beside it",
  () =>
    withCall(async ({ scratch, bash }) => {
      await bash(`
      sox -n -t raw -r 16000 -e signed -b 16 -c 1 - synth 3 sine 1300 gain -6 |
        offhook audio "$CALL" --events-fd 3 > far.raw 3> events.ndjson &
      pipe=$!
      sleep 4
      offhook hangup --quiet
      wait $pipe
      jq -e -s 'last.type == "call.ended" and last.record.outcome == "answered"' events.ndjson
    `);
      const raw = await Deno.readFile(scratch.file("far.raw"));
      const seconds = raw.length / 2 / RATE;
      assert.ok(seconds > 2.5 && seconds < 6, `${seconds} s`);
      const loud = Array.from(
        { length: Math.floor(seconds * 5) },
        (_, fifth) => toneIn(raw, 1_300, fifth / 5, (fifth + 1) / 5) > 5_000,
      );
      // Three seconds of it, none lost: the file waited for the call. Then silence, still heard.
      const count = loud.filter(Boolean).length;
      assert.ok(count >= 12 && count <= 16, `${count / 5} s of tone: ${loud.map(Number).join("")}`);
    }),
  { timeout: 90_000 },
);

testWith(
  ["sox"],
  "sound that is made in real time comes back within the bounds",
  () =>
    withCall(async ({ scratch, env }) => {
      const child = new Deno.Command(`${scratch.file("bin")}/offhook`, {
        args: ["audio", env.CALL!],
        env,
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      let burstAt = Infinity;
      let heardAt = Infinity;
      const reading = (async () => {
        for await (const bytes of child.stdout) {
          const samples = new Int16Array(bytes.slice().buffer, 0, bytes.length >> 1);
          if (heardAt === Infinity && samples.some((sample) => Math.abs(sample) > 5_000)) {
            heardAt = performance.now();
          }
        }
      })();
      const start = performance.now();
      for (let tick = 0; tick < 200 && heardAt === Infinity; tick++) {
        const wait = start + tick * 20 - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        const loud = tick >= 125;
        if (loud && burstAt === Infinity) burstAt = performance.now();
        const samples = Int16Array.from(
          { length: 320 },
          (_, i) => loud ? 15_000 * Math.sin(i * 2 * Math.PI / 16) : 0,
        );
        await writer.write(new Uint8Array(samples.buffer));
      }
      child.kill("SIGINT");
      await reading;
      assert.equal((await child.status).code, 130);
      const delay = heardAt - burstAt;
      if (Deno.env.get("OFFHOOK_SHOW_DELAY")) {
        await Deno.stderr.write(
          new TextEncoder().encode(`\nthere and back: ${Math.round(delay)} ms\n`),
        );
      }
      // Into the call, through two jitter buffers, and out again.
      assert.ok(delay > 20 && delay < 800, `${delay} ms`);
    }),
  { timeout: 90_000 },
);

testWith(
  ["sox"],
  "a reader that goes away ends the pipe quietly, and the call goes on",
  () =>
    withCall(async ({ bash }) => {
      const { stdout, stderr } = await bash(`
      offhook audio | head -c 32000 | wc -c
      offhook calls --json | jq -e '.calls | length == 1' > /dev/null
    `);
      assert.equal(new TextDecoder().decode(stdout).trim(), "32000");
      assert.equal(stderr, "");
    }),
  { timeout: 90_000 },
);

testWith(
  ["sox"],
  "a recording begins, pauses, goes on and is complete when stop returns",
  () =>
    withCall(async ({ scratch, bash }) => {
      const { stdout } = await bash(`
      offhook devices use --mic tone:500 --quiet
      offhook record start --quiet mine.wav
      sleep 1
      offhook record pause --quiet
      sleep 1
      offhook record resume --quiet
      sleep 1
      offhook record stop --json | jq -r .path
      offhook record start --json | jq -r .path
      offhook record stop --quiet
    `);
      const [mine, named] = new TextDecoder().decode(stdout).trim().split("\n");
      assert.equal(mine, scratch.file("mine.wav"));
      assert.match(named!, /recordings\/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_600_[0-9a-f]{8}\.wav$/);
      const { file, format, length } = await openWav(mine!);
      file.close();
      assert.deepEqual([format.channels, format.rate], [2, RATE]);
      assert.ok(length / 4 / RATE > 3, `${length / 4 / RATE} s`);
      const { stdout: left } = await bash(`sox mine.wav -t raw -c 1 - remix 1`);
      assert.ok(toneIn(left, 500, 0.2, 0.8) > 5_000, "the new microphone is on the left");
      const tenths = Array.from(
        { length: Math.floor(left.length / 3_200) },
        (_, i) => left.subarray(i * 3_200, (i + 1) * 3_200).every((octet) => octet === 0),
      );
      const silent = tenths.filter(Boolean).length;
      assert.ok(silent >= 8 && silent < tenths.length - 15, tenths.map(Number).join(""));
    }),
  { timeout: 90_000 },
);

testWith(
  ["sox"],
  "what cannot be is refused with its exit status",
  () =>
    withCall(async ({ bash }) => {
      await bash(`
      status() { "$@" && echo 0 || echo $?; }
      [ "$(status offhook record start /none/x.wav)" = 2 ]
      [ "$(status offhook record stop)" = 2 ]
      [ "$(status offhook devices use)" = 2 ]
      [ "$(status offhook devices use --mic pipe)" = 2 ]
      [ "$(status offhook audio nobody < /dev/null)" = 2 ]
      [ "$(status offhook audio --events-fd 9 < /dev/null)" = 2 ]
    `);
    }),
  { timeout: 90_000 },
);
