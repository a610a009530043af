/**
 * `offhook headset learn`: watches what a headset does by itself and when it is pressed, and writes what
 * differs from the standard as a quirk file that others can use.
 *
 *     lamps lit ─┐
 *     presses ───┴─► recordings ─► learn ─► FILE.json
 */
import { dirname, join } from "../../../base/path/mod.ts";
import { mkdirSync } from "node:fs";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import { type BenchPerson, benchPerson } from "./bench_person.ts";
import type { LearnValues } from "./command.ts";
import { quirkFilesOf } from "../../phone/mod.ts";
import { type Io, say } from "../../process/mod.ts";
import { meantHeadset, present } from "./run.ts";

type Bench = import("../../../station/desk/mod.ts").Bench;
type LearnRecording = import("../../../station/desk/mod.ts").LearnRecording;

/** Lamps are watched for so long: the slowest repetition known comes after 2 s. */
const WATCH_MS = 3_500;
const PRESS_LIMIT_MS = 15_000;
const PRESSES = [
  ["pressHook", "the hook switch (answer or call button) once"],
  ["pressMute", "the mute button once"],
  ["pressReject", "the reject button once, if there is one"],
] as const;

export async function runHeadsetLearn(values: LearnValues, io: Io): Promise<ExitCode> {
  if (!values.auto && !io.stdinIsTty) {
    throw new OffhookError("usage", "`headset learn` asks a person, and there is no terminal", {
      hint: "Use --auto to learn what needs nobody.",
    });
  }
  const { headsets, loaded } = await present(values, io);
  const headset = meantHeadset(headsets, values.device);
  const { folder } = quirkFilesOf(loaded);
  const path = values.output ?? join(folder, `${headset.vendorId}-${headset.productId}.json`);
  refuseOverwrite(path, values.force);
  const { learnQuirk, openBench } = await import("../../../station/desk/headset_bench.ts");
  const bench = await openBench(headset.path, []);
  let recordings: LearnRecording[];
  try {
    recordings = await Promise.race([
      recordAll(bench, values.auto ? undefined : benchPerson(io), io),
      bench.gone.then((error) => Promise.reject(error)),
    ]);
  } finally {
    await bench.close();
  }
  const quirk = learnQuirk(bench, recordings, headset);
  if (quirk === undefined) {
    await say(io, `${headset.name} keeps to the rules: no quirk is needed`);
    return 0;
  }
  mkdirSync(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, `${JSON.stringify(quirk.json, null, 2)}\n`);
  for (const finding of quirk.findings) await say(io, finding);
  await io.stdout.write(`${path}\n`);
  return 0;
}

function refuseOverwrite(path: string, force: boolean): void {
  let there = true;
  try {
    Deno.statSync(path);
  } catch {
    there = false;
  }
  if (!there || force) return;
  throw new OffhookError("file-unusable", `${path} is there already`, {
    hint: "Use --force to overwrite it, or --output FILE.",
  });
}

async function recordAll(
  { trial }: Bench,
  person: BenchPerson | undefined,
  io: Io,
): Promise<LearnRecording[]> {
  const recordings: LearnRecording[] = [];
  const watch = async (step: LearnRecording["step"], during: () => Promise<unknown>) => {
    recordings.push({ step, reports: await trial.record(during) });
    await trial.light({});
    await trial.pause(WATCH_MS / 4);
  };
  const presses = person === undefined ? [] : PRESSES;
  const steps = 1 + presses.length;
  await say(io, `[1 of ${steps}] Leave the headset alone for some seconds.`);
  await watch("lampOffHook", async () => {
    await trial.light({ offHook: true });
    await trial.pause(WATCH_MS);
  });
  await watch("lampMute", async () => {
    await trial.light({ offHook: true });
    await trial.light({ offHook: true, mute: true });
    await trial.pause(WATCH_MS);
  });
  for (const [index, [step, words]] of presses.entries()) {
    await trial.light({ offHook: step === "pressMute", ring: step !== "pressMute" });
    await trial.pause(WATCH_MS / 4);
    await watch(
      step,
      () =>
        person!.presses(`[${index + 2} of ${steps}] Press ${words}`, async (signal) => {
          if (await trial.anyReport(PRESS_LIMIT_MS, signal)) await trial.pause(WATCH_MS);
        }),
    );
  }
  return recordings;
}
