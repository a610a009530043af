/**
 * `dial` and `answer` mean the same on a phone of their own and on a running station: flag by flag,
 * run both ways from bash against the practice PBX.
 */
import assert from "node:assert/strict";
import { toneAmplitude } from "../fakes/tone.ts";
import { readWav } from "../support/wav.ts";
import { PHONE_COMMAND } from "../peers/phone_program.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { aPbx, startStation } from "../peers/station.ts";
import { testWith } from "../support/skip.ts";

const RATE = 16_000;
const PCM = `-t raw -r ${RATE} -e signed -b 16 -c 1 -`;
/** 1.5 s of a tone, as fast as it is read. */
const SAYS = `sox -n ${PCM} synth 1.5 sine 440 gain -10`;

interface Row {
  /** What is called. */
  to: string;
  flags: string;
  /** Before and after `offhook` in its pipeline. */
  before?: string;
  behind?: string;
  status?: number;
  /** Of the report: each must be so. */
  report?: Record<string, unknown>;
  /** Seconds of a tone in a file that the command leaves, by channel: at least, at most. */
  tones?: { file: string; hertz: number; channel?: number; seconds: [number, number] }[];
  durationMs?: [number, number];
}

const QUIET = "--mic silence --speaker null";

const ROWS: Record<string, Row> = {
  "--mic pipe, --record": {
    to: "600",
    before: SAYS,
    flags: "--mic pipe --speaker null --record both.wav",
    report: { outcome: "answered", endedBy: "local" },
    durationMs: [2_200, 4_500],
    tones: [
      { file: "both.wav", channel: 0, hertz: 440, seconds: [1.2, 1.9] },
      { file: "both.wav", channel: 1, hertz: 440, seconds: [1.2, 1.9] },
    ],
  },
  "--mic pipe, --speaker pipe": {
    to: "600",
    before: SAYS,
    flags: "--mic pipe --speaker pipe",
    behind: `sox ${PCM} out.wav`,
    report: { outcome: "answered", endedBy: "local" },
    tones: [{ file: "out.wav", hertz: 440, seconds: [1.2, 1.9] }],
  },
  "--mic pipe, --duration": {
    to: "600",
    before: SAYS,
    flags: "--mic pipe --speaker null --duration 400ms",
    report: { reason: "the time was up" },
    durationMs: [380, 1_000],
  },
  "--speaker pipe hears early media": {
    to: "613",
    flags: "--mic silence --speaker pipe --duration 300ms",
    behind: `sox ${PCM} out.wav`,
    tones: [{ file: "out.wav", hertz: 1_004, seconds: [1.7, 3.1] }],
  },
  "--speaker pipe, --rate": {
    to: "601",
    flags: "--mic silence --speaker pipe --rate 8000 --duration 1s",
    behind: `sox ${PCM.replace(`${RATE}`, "8000")} out.wav`,
    tones: [{ file: "out.wav", hertz: 1_004, seconds: [0.7, 1.6] }],
  },
  "--speaker pipe whose reader leaves": {
    to: "601",
    flags: "--mic silence --speaker pipe --duration 9s",
    behind: "head -c 3200 > out.raw",
    report: { outcome: "answered", endedBy: "local" },
    durationMs: [0, 4_000],
  },
  "--mic file, --speaker file": {
    to: "600",
    before: `sox -n -r ${RATE} -b 16 -c 1 says.wav synth 1.5 sine 440 gain -10; true`,
    flags: "--mic file:says.wav --speaker file:out.wav",
    report: { outcome: "answered", endedBy: "local" },
    durationMs: [2_200, 4_500],
    tones: [{ file: "out.wav", hertz: 440, seconds: [1.2, 1.9] }],
  },
  "--mic file, --loop": {
    to: "600",
    before: `sox -n -r ${RATE} -b 16 -c 1 says.wav synth 0.4 sine 440 gain -10; true`,
    flags: "--mic file:says.wav --loop --speaker file:out.wav --duration 1500ms",
    tones: [{ file: "out.wav", hertz: 440, seconds: [0.9, 1.9] }],
  },
  "--mic tone, --require-audio": {
    to: "600",
    flags: "--mic tone --speaker null --require-audio --duration 500ms",
    report: { outcome: "answered" },
  },
  "--dtmf": {
    to: "602",
    flags: `${QUIET} --dtmf 1,2# --duration 5s`,
    report: { dtmf: { sent: "12#", received: "12#" } },
  },
  "--codec": {
    to: "600",
    flags: `${QUIET} --codec PCMA --duration 200ms`,
    report: { codec: "PCMA" },
  },
  "--from, --header": {
    to: "600",
    flags:
      `${QUIET} --from '"Night test" <sip:night@example.test>' --header X-Test:1 --duration 200ms`,
    report: { local: "sip:night@example.test", outcome: "answered" },
  },
  "busy": { to: "610", flags: QUIET, status: 5, report: { outcome: "busy", sipStatus: 486 } },
  "--timeout": {
    to: "611",
    flags: `${QUIET} --timeout 600ms`,
    status: 6,
    report: { outcome: "no-answer" },
  },
  "a number that is none": { to: "699", flags: QUIET, status: 8, report: { sipStatus: 404 } },
  "a codec that is none": { to: "600", flags: `${QUIET} --codec OPUS9`, status: 2 },
  "--loop without a file": { to: "600", flags: "--mic tone --speaker null --loop", status: 2 },
};

interface Shell {
  scratch: Scratch;
  bash(script: string, folder: string): Promise<{ code: number; words: string }>;
}

async function withStation(run: (shell: Shell) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const scene = await aPbx(scratch, "[station]\nmax_calls = 20\n");
    await startStation(scratch, scene);
    const offhook = `offhook() { ${PHONE_COMMAND} "$@"; }`;
    const bash: Shell["bash"] = async (script, folder) => {
      const { code, stderr, stdout } = await new Deno.Command("bash", {
        args: ["-c", `set -o pipefail\n${offhook}\n${script}`],
        cwd: folder,
        env: { ...scene.env, XDG_DATA_HOME: scratch.file("data"), NO_COLOR: "1" },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, words: text(stdout) + text(stderr) };
    };
    await run({ scratch, bash });
  });
}

/** One row on one of the two phones. */
async function runRow({ scratch, bash }: Shell, row: Row, phone: string): Promise<unknown> {
  const folder = await Deno.makeTempDir({ dir: scratch.path });
  const offhook = `offhook dial ${row.to} ${phone} ${row.flags} --json`;
  const before = row.before === undefined
    ? ""
    : `${row.before} ${row.before.endsWith("true") ? ";" : "|"} `;
  const behind = row.behind === undefined ? "" : ` | ${row.behind}`;
  const { code, words } = await bash(`${before}${offhook}${behind}`, folder);
  assert.equal(code, row.status ?? 0, words);
  const line = words.split("\n").find((each) => each.startsWith("{"));
  assert.ok(line !== undefined, `no report: ${words}`);
  const report = JSON.parse(line);
  for (const [key, value] of Object.entries(row.report ?? {})) {
    assert.deepEqual(report[key], value, `${key}: ${line}`);
  }
  const [least, most] = row.durationMs ?? [0, Infinity];
  assert.ok(!(report.durationMs < least || report.durationMs > most), line);
  for (const tone of row.tones ?? []) {
    const seconds = await secondsOfTone(`${folder}/${tone.file}`, tone.hertz, tone.channel);
    const [shortest, longest] = tone.seconds;
    assert.ok(seconds >= shortest && seconds <= longest, `${seconds} s of tone, ${line}`);
  }
  const { outcome, sipStatus, endedBy, codec, dtmf, error } = report;
  return { keys: Object.keys(report).sort(), outcome, sipStatus, endedBy, codec, dtmf, error };
}

async function secondsOfTone(path: string, hertz: number, channel = 0): Promise<number> {
  const { samples, rate } = await readWav(path, channel);
  const piece = rate / 20;
  let pieces = 0;
  for (let at = 0; at + piece <= samples.length; at += piece) {
    const part = Int16Array.from(samples.subarray(at, at + piece), (sample) => sample * 32767);
    if (toneAmplitude(part, hertz, rate) > 4_000) pieces++;
  }
  return pieces / 20;
}

testWith(
  ["sox"],
  "every flag of dial means the same with a station and without",
  async (t) => {
    await withStation(async (shell) => {
      for (const [name, row] of Object.entries(ROWS)) {
        await t.step(name, async () => {
          // Beside each other: two phones of one user are no trouble to a call that goes out.
          const [own, station] = await Promise.all([
            runRow(shell, row, "--standalone"),
            runRow(shell, row, ""),
          ]);
          assert.deepEqual(station, own);
        });
      }
    });
  },
  { timeout: 150_000 },
);

testWith(
  ["sox"],
  "answer through a station takes pipes, and says from the answer on",
  () =>
    withStation(async ({ scratch, bash }) => {
      const far = await Deno.makeTempDir({ dir: scratch.path });
      const near = await Deno.makeTempDir({ dir: scratch.path });
      // 620 hangs up and calls the station back.
      const taken = bash(
        `${SAYS} | offhook answer --mic pipe --speaker pipe --timeout 15s --json ` +
          `--record both.wav | sox ${PCM} out.wav`,
        near,
      );
      const asked = await bash(`offhook dial 620 --standalone ${QUIET}`, far);
      assert.equal(asked.code, 0, asked.words);
      const { code, words } = await taken;
      assert.equal(code, 0, words);
      const report = JSON.parse(words.split("\n").find((line) => line.startsWith("{"))!);
      assert.deepEqual([report.outcome, report.endedBy], ["answered", "local"], words);
      const said = await secondsOfTone(`${near}/both.wav`, 440, 0);
      assert.ok(said >= 1.3 && said <= 1.6, `${said} s said`);
      const { samples, rate } = await readWav(`${near}/out.wav`);
      assert.ok(samples.length / rate > 1.5, "what the far end said is on standard output");
    }),
  { timeout: 60_000 },
);

testWith(
  ["sox"],
  "what a station cannot do for a command is refused in a sentence",
  () =>
    withStation(async ({ scratch, bash }) => {
      for (
        const [flags, sentence] of [
          ["--mic pipe --speaker null", "--mic pipe needs this command to stay"],
          ["--mic silence --speaker pipe", "--speaker pipe needs this command to stay"],
          ["--dtmf 1", "--dtmf needs this command to stay"],
          ["--require-audio", "--require-audio needs this command to stay"],
          ["--trace t.sip", "--detach needs the station, --trace a phone of its own"],
          ["--log-level debug", "--detach needs the station, --log-level a phone of its own"],
        ]
      ) {
        const { code, words } = await bash(
          `offhook dial 600 --detach ${flags} < /dev/null | cat`,
          scratch.path,
        );
        assert.equal(code, 2, flags);
        assert.ok(words.includes(sentence!), words);
      }
    }),
);
