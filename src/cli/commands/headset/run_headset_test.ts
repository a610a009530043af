/**
 * `offhook headset test`: each lamp, each button, one line each, and a report.
 *
 *     lamps ─► written, answered by the hook switch, seen by the person
 *     buttons ─► pressed by the person                      (--auto: skipped)
 */
import type { HeadsetTestReport } from "../../../control/schemas/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import { type BenchPerson, benchPerson } from "./bench_person.ts";
import type { TestValues } from "./command.ts";
import { quirkFilesOf } from "../../phone/mod.ts";
import { type Io, say, sayJson } from "../../process/mod.ts";
import { meantHeadset, present } from "./run.ts";

type Check = HeadsetTestReport["checks"][number];
type Bench = import("../../../station/desk/mod.ts").Bench;

const LAMPS = [
  ["ring", "that a call comes in (a ring lamp, or its ringer)"],
  ["offHook", "that a call is on"],
  ["mute", "that it is muted"],
  ["hold", "that the call is held"],
] as const;
const BUTTONS = [
  ["hookSwitch", "the hook switch (answer or call button)"],
  ["phoneMute", "the mute button"],
  ["reject", "the reject button"],
  ["flash", "the flash button"],
  ["hold", "the hold button"],
  ["redial", "the redial button"],
] as const;
/** A lamp stands so long before the next one. */
const LAMP_MS = 300;
const PRESS_LIMIT_MS = 20_000;

export async function runHeadsetTest(values: TestValues, io: Io): Promise<ExitCode> {
  if (!values.auto && !io.stdinIsTty) {
    throw new OffhookError("usage", "`headset test` asks a person, and there is no terminal", {
      hint: "Use --auto to test what needs nobody.",
    });
  }
  const { headsets, loaded } = await present(values, io);
  const { name, vendorId, productId, path } = meantHeadset(headsets, values.device);
  const { openBench } = await import("../../../station/desk/headset_bench.ts");
  const { readQuirks } = await import("../../../station/desk/quirk_files.ts");
  const { quirks } = await readQuirks(quirkFilesOf(loaded));
  const bench = await openBench(path, quirks);
  const person = values.auto ? undefined : benchPerson(io);
  const checks: Check[] = [];
  const done = async (check: Check) => {
    checks.push(check);
    await say(io, `${check.outcome.padEnd(7)}  ${check.part}: ${check.detail}`);
  };
  try {
    await Promise.race([
      tryAll(bench, person, done),
      bench.gone.then((error) => Promise.reject(error)),
    ]);
  } finally {
    await bench.close();
  }
  const passed = checks.every(({ outcome }) => outcome !== "failed");
  const headset = { name, vendorId, productId, path };
  const report: HeadsetTestReport = { schema: "offhook.headset-test/1", headset, passed, checks };
  if (values.json) await sayJson(io, report);
  else await io.stdout.write(`${name}: ${passed ? "passed" : "failed"}\n`);
  return passed ? 0 : 10;
}

export async function tryAll(
  bench: Bench,
  person: BenchPerson | undefined,
  done: (check: Check) => Promise<void>,
): Promise<void> {
  const { trial } = bench;
  const steps = LAMPS.filter(([lamp]) => trial.has(lamp)).length +
    BUTTONS.filter(([input]) => trial.input(input) !== undefined).length;
  let step = 0;
  const count = (there: boolean) => there ? `[${++step} of ${steps}] ` : "";
  for (const [lamp, words] of LAMPS) {
    const question = `${count(trial.has(lamp))}Does the headset show ${words}?`;
    await done(await tryLamp(bench, person, lamp, question));
  }
  for (const [input, words] of BUTTONS) {
    const request = `${count(trial.input(input) !== undefined)}Press ${words}`;
    await done(await tryButton(bench, person, input, request));
  }
}

async function tryLamp(
  { trial, behaviour }: Bench,
  person: BenchPerson | undefined,
  lamp: (typeof LAMPS)[number][0],
  question: string,
): Promise<Check> {
  const part = `lamp ${lamp}`;
  if (!trial.has(lamp)) return { part, outcome: "skipped", detail: "it has none" };
  const state = lamp === "offHook" ? { offHook: true } : { offHook: lamp !== "ring", [lamp]: true };
  const answers = lamp === "offHook" && trial.input("hookSwitch") !== undefined &&
    !behaviour.silentAcknowledge;
  try {
    const answer = answers
      ? trial.edge(({ input }) => input === "hookSwitch", behaviour.acknowledgeMs)
      : undefined;
    await trial.light(state);
    const edge = await answer;
    if (answer === undefined) await trial.pause(LAMP_MS);
    const seen = await person?.sees(question);
    await trial.light({});
    await trial.pause(LAMP_MS);
    if (seen === false) return { part, outcome: "failed", detail: "the person does not see it" };
    if (answers && edge === undefined) {
      return { part, outcome: "failed", detail: "the hook switch does not confirm it" };
    }
    const confirmed = edge === undefined ? "" : `, confirmed after ${Math.round(edge.ms)} ms`;
    const detail = `${seen === true ? "seen" : "taken"}${confirmed}`;
    return { part, outcome: "passed", detail, ...(edge === undefined ? {} : { ms: edge.ms }) };
  } catch (error) {
    return { part, outcome: "failed", detail: OffhookError.from(error).message };
  }
}

async function tryButton(
  { trial }: Bench,
  person: BenchPerson | undefined,
  input: (typeof BUTTONS)[number][0],
  request: string,
): Promise<Check> {
  if (trial.input(input) === undefined) {
    return { part: input, outcome: "skipped", detail: "it has none" };
  }
  if (person === undefined) return { part: input, outcome: "skipped", detail: "nobody pressed it" };
  // headsets report mute, flash and reject only in a call
  await trial.light(input === "reject" ? { ring: true } : { offHook: input !== "hookSwitch" });
  await trial.pause(LAMP_MS);
  let skipped = false;
  const edge = await person.presses(request, async (signal) => {
    const found = await trial.edge((each) => each.input === input, PRESS_LIMIT_MS, signal);
    skipped = signal.aborted;
    return found;
  });
  await trial.light({});
  await trial.pause(LAMP_MS);
  if (edge === undefined && skipped) return { part: input, outcome: "skipped", detail: "by a key" };
  if (edge === undefined) return { part: input, outcome: "failed", detail: "no report came" };
  return { part: input, outcome: "passed", detail: "pressed", ms: edge.ms };
}
