/**
 * The fields of a descriptor that the headset model works with, and how they are read and written.
 *
 *     descriptor + behaviour ─► Controls ─► pressed(report)   inputs, by report id
 *                                       └─► encode(state)     one whole report for each id with a lamp
 *
 * Nothing is known by report id or model: whatever names the usage is used. Pure.
 */
import type { HeadsetState } from "../core/ports/mod.ts";
import type { Behaviour, InputName } from "./behaviour.ts";
import type { ArrayField, ReportDescriptor, ReportField, VariableField } from "./descriptor.ts";
import { usageCount, usagesAt } from "./item_state.ts";
import { readBits, writeBits } from "./report_bits.ts";
import { digitOf, Page, pageOf, Usage } from "./usages.ts";

/** One button or switch. */
export interface Control {
  input: InputName | "digit";
  /** Only with `digit`. */
  digit?: string;
  usage: number;
  field: ReportField;
}

export type LampName = keyof HeadsetState;

export interface Lamp {
  name: LampName;
  field: VariableField;
}

export interface Controls {
  /** True: every report begins with its id. */
  numbered: boolean;
  inputs: Control[];
  lamps: Lamp[];
  /** Bytes of an output report, its id byte included, by report id. */
  reportBytes: ReadonlyMap<number, number>;
  /** Inputs that the descriptor names on constant bits only. */
  constant: InputName[];
}

const INPUT_USAGES: [InputName, number][] = [
  ["hookSwitch", Usage.hookSwitch],
  ["phoneMute", Usage.phoneMute],
  ["reject", Usage.rejectButton],
  ["reject", Usage.drop],
  ["flash", Usage.flash],
  ["hold", Usage.hold],
  ["redial", Usage.redial],
  ["volumeUp", Usage.volumeUp],
  ["volumeDown", Usage.volumeDown],
];

const LAMP_USAGES: [LampName, number][] = [
  ["offHook", Usage.ledOffHook],
  ["ring", Usage.ledRing],
  ["ringer", Usage.ringer],
  ["mute", Usage.ledMute],
  ["hold", Usage.ledHold],
];

/** Chooses the inputs and lamps of a device. */
export function controlsOf(descriptor: ReportDescriptor, behaviour: Behaviour): Controls {
  const ignored = new Set(behaviour.ignoredUsages);
  const fields = descriptor.fields.filter((field) =>
    field.form === "array" || !ignored.has(field.usage)
  );
  const inputs = fields.filter((field) => field.kind === "input");
  const live = inputs.filter((field) => behaviour.constantInputs || !field.constant);
  const named = INPUT_USAGES.filter(([, usage]) => !ignored.has(usage));
  const found = named.flatMap(([input, usage]) => control(live, input, usage) ?? []);
  const constant = named.filter(([input, usage]) =>
    !found.some((each) => each.input === input) && control(inputs, input, usage) !== undefined
  ).map(([input]) => input);
  const lamps = lampsOf(fields);
  return {
    numbered: descriptor.numbered,
    inputs: [...found, ...digits(live), ...extraControls(behaviour)],
    lamps,
    reportBytes: reportBytes(descriptor, lamps),
    constant,
  };
}

function control(fields: ReportField[], input: InputName, usage: number): Control | undefined {
  const names = (field: ReportField) =>
    field.form === "variable"
      ? field.usage === usage || field.alternatives.includes(usage)
      : field.usages.some(({ first, last }) => usage >= first && usage <= last);
  const candidates = fields.filter(names);
  const field = candidates.find((each) => each.form === "variable") ?? candidates[0];
  return field && { input, usage, field };
}

/** Phone keys, as variables or as the usages of arrays. */
function digits(fields: ReportField[]): Control[] {
  const controls: Control[] = [];
  const seen = new Set<string>();
  const add = (usage: number, field: ReportField) => {
    const digit = digitOf(usage);
    if (digit === undefined || seen.has(digit)) return;
    seen.add(digit);
    controls.push({ input: "digit", digit, usage, field });
  };
  for (const field of fields) {
    if (field.form === "variable") add(field.usage, field);
    else {
      for (const { first, last } of field.usages) {
        for (let usage = Math.max(first, Usage.phoneKey0); usage <= last; usage++) {
          if (digitOf(usage) === undefined) break;
          add(usage, field);
        }
      }
    }
  }
  return controls;
}

function extraControls(behaviour: Behaviour): Control[] {
  return behaviour.extraButtons.map(({ input, reportId, bitOffset, mode }) => ({
    input,
    usage: 0,
    field: {
      form: "variable",
      kind: "input",
      usage: 0,
      alternatives: [],
      reportId,
      bitOffset,
      bitSize: 1,
      relative: mode === "relative",
      constant: false,
      nullState: false,
      logicalMinimum: 0,
      logicalMaximum: 1,
      collections: [],
    },
  }));
}

/** Lamps stand in a telephony collection: a keyboard on the same device has a mute lamp, too. */
function lampsOf(fields: ReportField[]): Lamp[] {
  const outputs = fields.filter((field): field is VariableField =>
    field.kind === "output" && field.form === "variable" && !field.constant &&
    field.collections.some((usage) => pageOf(usage) === Page.telephony)
  );
  const lamps = LAMP_USAGES.flatMap(([name, usage]) =>
    outputs.filter((field) => field.usage === usage || field.alternatives.includes(usage))
      .map((field): Lamp => ({ name, field }))
  );
  if (lamps.some(({ name }) => name === "ring")) return lamps;
  // without a ring lamp the ringer is the only way to show a call
  return lamps.map((lamp) => lamp.name === "ringer" ? { ...lamp, name: "ring" } : lamp);
}

function reportBytes(descriptor: ReportDescriptor, lamps: Lamp[]): Map<number, number> {
  const ids = [...new Set(lamps.map(({ field }) => field.reportId))];
  return new Map(ids.map((reportId) => {
    const bits = descriptor.reports.find((report) =>
      report.kind === "output" && report.reportId === reportId
    )!.bits;
    return [reportId, 1 + Math.ceil(bits / 8)];
  }));
}

/** A whole output report for each id that has lamps: the id (0 for none), then every lamp's bit. */
export function encode(controls: Controls, state: HeadsetState): Map<number, Uint8Array> {
  const reports = new Map<number, Uint8Array>();
  for (const [reportId, length] of controls.reportBytes) {
    const report = new Uint8Array(length);
    report[0] = reportId;
    reports.set(reportId, report);
  }
  for (const { name, field } of controls.lamps) {
    const body = reports.get(field.reportId)!.subarray(1);
    writeBits(body, field.bitOffset, field.bitSize, state[name] ? 1 : 0);
  }
  return reports;
}

/** Reads reports; remembers what it learns about arrays. */
export class InputReader {
  readonly #controls: Controls;
  /** Arrays that showed a value of their own for "nothing": 0 is a usage there. */
  readonly #zeroIsUsage = new Set<ReportField>();

  constructor(controls: Controls) {
    this.#controls = controls;
  }

  /**
   * The state of every control that the report carries; those of other reports are absent.
   *
   * @param report as node-hid gives it: the id first where the device numbers its reports
   */
  read(report: Uint8Array): { control: Control; on: boolean }[] {
    const { numbered, inputs } = this.#controls;
    const reportId = numbered ? report[0] : 0;
    const body = numbered ? report.subarray(1) : report;
    const states: { control: Control; on: boolean }[] = [];
    for (const control of inputs) {
      if (control.field.reportId !== reportId) continue;
      const on = control.field.form === "variable"
        ? variableOn(control.field, body)
        : this.#arrayHas(control.field, body, control.usage);
      if (on !== undefined) states.push({ control, on });
    }
    return states;
  }

  #arrayHas(field: ArrayField, body: Uint8Array, usage: number): boolean | undefined {
    let complete = false;
    for (let slot = 0; slot < Math.min(field.count, 64); slot++) {
      const raw = readBits(body, field.bitOffset + slot * field.bitSize, field.bitSize);
      if (raw === undefined) break;
      complete = true;
      const value = signed(raw, field);
      if (!within(value, field)) this.#zeroIsUsage.add(field);
      else if (value !== 0 || this.#zeroCounts(field)) {
        if (usagesAt(field.usages, value - field.logicalMinimum).includes(usage)) return true;
      }
    }
    return complete ? false : undefined;
  }

  /**
   * Deviation: HID 1.11 §6.2.2.5 makes 0 a usage wherever the logical range includes it, yet headsets
   * whose keys count from 0 also rest at 0. So 0 is nothing until the array rests at another value.
   */
  #zeroCounts(field: ArrayField): boolean {
    if (this.#zeroIsUsage.has(field)) return true;
    const values = 2 ** Math.min(field.bitSize, 32);
    return field.nullState && field.logicalMaximum - field.logicalMinimum + 1 < values &&
      usageCount(field.usages) < values;
  }
}

function variableOn(field: VariableField, body: Uint8Array): boolean | undefined {
  const raw = readBits(body, field.bitOffset, field.bitSize);
  if (raw === undefined) return undefined;
  if (field.nullState && !within(signed(raw, field), field)) return false;
  return raw !== 0;
}

function within(value: number, field: ReportField): boolean {
  return value >= field.logicalMinimum && value <= field.logicalMaximum;
}

function signed(raw: number, field: ReportField): number {
  const size = Math.min(field.bitSize, 32);
  return field.logicalMinimum < 0 && raw >= 2 ** (size - 1) ? raw - 2 ** size : raw;
}
