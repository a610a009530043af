/**
 * From what a headset did on the bench to its quirk: which entries of the behaviour differ from the
 * standard, each with the sentence that says why. Pure.
 *
 *     recordings of steps ─► levels of the named inputs ─► findings ─► behaviour
 *                       └──► bits without a name that changed ─► extra buttons
 */
import { type Behaviour, type ExtraButton, STANDARD_BEHAVIOUR } from "./behaviour.ts";
import { type Controls, controlsOf, InputReader } from "./controls.ts";
import type { ReportDescriptor, ReportField } from "./descriptor.ts";
import { readBits } from "./report_bits.ts";
import type { TimedReport } from "./trial.ts";

/** What was done while reports were recorded. */
export type LearnStep =
  /** The off-hook lamp went on, for seconds, and nobody touched the headset. */
  | "lampOffHook"
  /** The mute lamp went on in the same way, off-hook. */
  | "lampMute"
  /** The person pressed the hook switch once. */
  | "pressHook"
  | "pressMute"
  | "pressReject";

export interface LearnRecording {
  step: LearnStep;
  reports: readonly TimedReport[];
}

export interface Lesson {
  behaviour: Partial<Behaviour>;
  /** A sentence for each entry of the behaviour. */
  findings: string[];
}

/** A second report within this time of one press belongs to it. */
const PRESS_MS = 1_000;
/** Room on top of a measured time. */
const MARGIN = 1.5;
const PRESSED = { pressHook: "hookSwitch", pressMute: "phoneMute", pressReject: "reject" } as const;

type PressStep = keyof typeof PRESSED;

export function learn(descriptor: ReportDescriptor, recordings: readonly LearnRecording[]): Lesson {
  const lesson: Lesson = { behaviour: {}, findings: [] };
  if (needsConstant(descriptor, recordings)) {
    note(
      lesson,
      { constantInputs: true },
      "Its buttons report although they are declared constant.",
    );
  }
  const behaviour = { ...STANDARD_BEHAVIOUR, ...lesson.behaviour };
  const controls = controlsOf(descriptor, behaviour);
  const edges = (step: LearnStep, input: string) =>
    recordings.filter((each) => each.step === step).flatMap(({ reports }) => {
      const reader = new InputReader(controls);
      return changes(reports, reader, input);
    });
  const has = (input: string) => controls.inputs.some((each) => each.input === input);
  const lamp = (name: string) => controls.lamps.some((each) => each.name === name);
  const done = (step: LearnStep) => recordings.some((each) => each.step === step);
  if (done("lampOffHook") && has("hookSwitch") && lamp("offHook")) {
    learnAcknowledgement(lesson, edges("lampOffHook", "hookSwitch"));
  }
  if (done("lampMute") && edges("lampMute", "phoneMute").some(({ on }) => on)) {
    note(lesson, { acknowledgesMute: true }, "It pulses its mute button to confirm the mute lamp.");
  }
  const hook = edges("pressHook", "hookSwitch");
  if (isPulse(hook) && !relative(controls.inputs, "hookSwitch")) {
    note(lesson, { momentaryHook: true }, "Each press of its hook switch sends 1 and 0.");
  }
  learnRepetition(lesson, hook);
  learnButtons(lesson, controls, recordings);
  return lesson;
}

function learnAcknowledgement(lesson: Lesson, edges: { at: number; on: boolean }[]): void {
  const confirmed = edges.find(({ on }) => on);
  if (confirmed === undefined) {
    note(
      lesson,
      { silentAcknowledge: true },
      "It does not report its hook after the off-hook lamp.",
    );
    return;
  }
  if (confirmed.at > STANDARD_BEHAVIOUR.acknowledgeMs / MARGIN) {
    const acknowledgeMs = Math.ceil(confirmed.at * MARGIN / 100) * 100;
    note(lesson, { acknowledgeMs }, `It confirms the off-hook lamp after ${ms(confirmed.at)}.`);
  }
  const dropped = edges.find(({ at, on }) => !on && at > confirmed.at);
  if (dropped === undefined) return;
  const ignoreOnHookMs = Math.max(500, Math.ceil(dropped.at * MARGIN / 100) * 100);
  const when = `${ms(dropped.at)} after the off-hook lamp`;
  note(lesson, { ignoreOnHookMs }, `It reports on-hook by itself, ${when}.`);
}

/** One press whose first level comes again later. */
function learnRepetition(lesson: Lesson, edges: { at: number; on: boolean }[]): void {
  const [first] = edges;
  const again = edges.findLast(({ at, on }) =>
    first !== undefined && on === first.on && at > first.at + PRESS_MS
  );
  if (first === undefined || again === undefined) return;
  const repeatedHookMs = Math.ceil((again.at - first.at) * MARGIN / 100) * 100;
  const when = `${ms(again.at - first.at)} later`;
  note(lesson, { repeatedHookMs }, `It sends the report of a hook press again ${when}.`);
}

function learnButtons(
  lesson: Lesson,
  controls: Controls,
  recordings: readonly LearnRecording[],
): void {
  const has = (input: string) => controls.inputs.some((each) => each.input === input);
  const extra: ExtraButton[] = [];
  for (const { step, reports } of recordings) {
    if (!(step in PRESSED) || has(PRESSED[step as PressStep])) continue;
    const input = PRESSED[step as PressStep];
    const found = firstChange(controls, reports);
    if (found === undefined) continue;
    extra.push({ input, ...found });
    lesson.findings.push(
      `Its ${input} is bit ${found.bitOffset} of report ${found.reportId}, without a name.`,
    );
  }
  if (extra.length > 0) lesson.behaviour.extraButtons = extra;
}

/** The first bit that went on, and whether it went off by itself. */
function firstChange(
  controls: Controls,
  reports: readonly TimedReport[],
): Omit<ExtraButton, "input"> | undefined {
  const { numbered } = controls;
  for (const { at, report } of reports) {
    const reportId = numbered ? report[0]! : 0;
    const body = numbered ? report.subarray(1) : report;
    const named = (bit: number) =>
      controls.inputs.some(({ field }) => field.reportId === reportId && covers(field, bit));
    const bits = Array.from({ length: body.length * 8 }, (_, bit) => bit);
    const bitOffset = bits.find((bit) => readBits(body, bit, 1) === 1 && !named(bit));
    if (bitOffset === undefined) continue;
    const released = reports.some((each) =>
      each.at > at && each.at < at + PRESS_MS && (!numbered || each.report[0] === reportId) &&
      readBits(numbered ? each.report.subarray(1) : each.report, bitOffset, 1) === 0
    );
    return { reportId, bitOffset, mode: released ? "relative" : "absolute" };
  }
}

function covers(field: ReportField, bit: number): boolean {
  const size = field.form === "array" ? field.count * field.bitSize : field.bitSize;
  return bit >= field.bitOffset && bit < field.bitOffset + size;
}

/** True when a press shows only on bits that the descriptor calls constant. */
function needsConstant(
  descriptor: ReportDescriptor,
  recordings: readonly LearnRecording[],
): boolean {
  const standard = controlsOf(descriptor, STANDARD_BEHAVIOUR);
  const all = controlsOf(descriptor, { ...STANDARD_BEHAVIOUR, constantInputs: true });
  return recordings.some(({ step, reports }) => {
    const input = PRESSED[step as PressStep];
    if (input === undefined || !standard.constant.includes(input)) return false;
    return changes(reports, new InputReader(all), input).some(({ on }) => on);
  });
}

function changes(
  reports: readonly TimedReport[],
  reader: InputReader,
  input: string,
): { at: number; on: boolean }[] {
  const edges: { at: number; on: boolean }[] = [];
  let level: boolean | undefined;
  for (const { at, report } of reports) {
    for (const { control, on } of reader.read(report)) {
      if (control.input !== input || on === (level ?? false)) continue;
      level = on;
      edges.push({ at, on });
    }
  }
  return edges;
}

function isPulse(edges: { at: number; on: boolean }[]): boolean {
  const [first, second] = edges;
  return first?.on === true && second?.on === false && second.at - first.at < PRESS_MS;
}

function relative(
  inputs: readonly { input: string; field: { relative: boolean } }[],
  name: string,
) {
  return inputs.find(({ input }) => input === name)?.field.relative ?? false;
}

function note(lesson: Lesson, change: Partial<Behaviour>, finding: string): void {
  Object.assign(lesson.behaviour, change);
  lesson.findings.push(finding);
}

function ms(time: number): string {
  return `${Math.round(time)} ms`;
}
