/**
 * The firmware of a headset that keeps to the rules, for any layout: when its off-hook lamp is written
 * and its hook is not so, it follows some time later and says so (the same with mute, where mute is a
 * level); each time, or, as a slow radio link does, only the last; not when the person presses first.
 *
 *     lamp ─► delayMs ─► confirmation ┐
 *     press ──────────────────────────┴─► whole report of every bit ─► bench
 *
 * An absolute switch reports its level; a relative or momentary one a pulse, 1 and 0.
 */
import assert from "node:assert/strict";
import type { InputName } from "../../../src/hid/behaviour.ts";
import { type Behaviour, STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { type Controls, controlsOf, type LampName } from "../../../src/hid/controls.ts";
import { parseDescriptor, type ReportDescriptor } from "../../../src/hid/descriptor.ts";
import { readBits, writeBits } from "../../../src/hid/report_bits.ts";
import type { HidLayout } from "../../fixtures/hid_layouts.ts";
import type { HeadsetBench } from "./headset_bench.ts";

type Level = "hookSwitch" | "phoneMute";

export interface FirmwareHabits {
  delayMs: number;
  inOrder: boolean;
  /** False: it takes the lamps and says nothing. */
  confirms: boolean;
}

export class Firmware {
  /** Its own idea of hook and mute. */
  readonly levels: Record<Level, boolean> = { hookSwitch: false, phoneMute: false };
  /** What confirmations made the phone do. */
  intentsOfConfirmations: string[] = [];
  readonly #bench: HeadsetBench;
  readonly #habits: FirmwareHabits;
  readonly #descriptor: ReportDescriptor;
  readonly #controls: Controls;
  readonly #pulses: ReadonlySet<InputName>;
  #pressed = new Set<InputName>();
  #confirmations: { input: Level; level: boolean; at: number }[] = [];

  constructor(
    bench: HeadsetBench,
    layout: HidLayout,
    behaviour: Partial<Behaviour>,
    habits: FirmwareHabits,
  ) {
    const all = { ...STANDARD_BEHAVIOUR, ...behaviour };
    this.#bench = bench;
    this.#habits = habits;
    this.#descriptor = parseDescriptor(layout.descriptor);
    this.#controls = controlsOf(this.#descriptor, all);
    const pulses = this.#controls.inputs.flatMap(({ input, field }) =>
      input !== "digit" && (field.relative || (input !== "hookSwitch" && input !== "phoneMute"))
        ? [input]
        : []
    );
    bench.onWrite = (report) => this.#light(report);
    this.#pulses = new Set(all.momentaryHook ? [...pulses, "hookSwitch" as const] : pulses);
  }

  has(input: InputName): boolean {
    return this.#controls.inputs.some((each) => each.input === input);
  }

  /** True when the input has no level: it sends 1 and 0. */
  pulses(input: InputName): boolean {
    return this.#pulses.has(input);
  }

  /** True when its next press of mute says the opposite of the phone. */
  get muteInStep(): boolean {
    return this.pulses("phoneMute") || this.levels.phoneMute === this.#bench.phone.state.mute;
  }

  /** The person presses something. */
  press(input: InputName): void {
    if (!this.has(input)) return;
    if (input === "hookSwitch" || input === "phoneMute") {
      this.#confirmations = this.#confirmations.filter((each) => each.input !== input);
      this.levels[input] = !this.levels[input];
    }
    this.#move(input);
  }

  /** Sends once more what it sent last. */
  repeat(): void {
    for (const input of ["hookSwitch", "phoneMute"] as const) {
      if (this.has(input)) this.#confirming(() => this.#send(input));
    }
  }

  /** Time goes on; confirmations that fall due are sent. */
  pass(ms: number): void {
    const bench = this.#bench;
    const end = bench.now + ms;
    let rounds = 0;
    while (bench.now < end || this.#confirmations.some(({ at }) => at <= end)) {
      const due = Math.min(...this.#confirmations.map(({ at }) => at));
      // the model may write lamps by itself, which are to be confirmed in turn
      bench.wait(Math.max(0, Math.min(due, bench.headset.wakeAt ?? end, end) - bench.now));
      this.#confirmDue();
      // phone and headset must come to an agreement
      assert.ok(++rounds < 200, "lamps and confirmations chase each other");
    }
  }

  #confirmDue(): void {
    const index = this.#confirmations.findIndex(({ at }) => at <= this.#bench.now);
    if (index < 0) return;
    const [{ input, level }] = this.#confirmations.splice(index, 1);
    if (this.levels[input] === level) return;
    this.levels[input] = level;
    this.#confirming(() => this.#move(input));
  }

  #light(report: Uint8Array): void {
    const lamp = (name: LampName) => {
      const field = this.#controls.lamps.find((each) => each.name === name)?.field;
      if (field === undefined || field.reportId !== report[0]) return undefined;
      return readBits(report.subarray(1), field.bitOffset, field.bitSize) === 1;
    };
    const [offHook, mute] = [lamp("offHook"), lamp("mute")];
    if (offHook !== undefined) this.#follow("hookSwitch", offHook);
    // a pulse confirms no mute; and headsets ignore mute outside of a call
    if (mute !== undefined && offHook && !this.pulses("phoneMute")) this.#follow("phoneMute", mute);
  }

  #follow(input: Level, level: boolean): void {
    const { confirms, inOrder, delayMs } = this.#habits;
    if (!confirms || !this.has(input)) return;
    const heading = this.#confirmations.findLast((each) => each.input === input)?.level;
    if (level === (heading ?? this.levels[input])) return;
    // pulses that are left out could not be told by anybody
    if (!inOrder && !this.pulses(input)) {
      this.#confirmations = this.#confirmations.filter((each) => each.input !== input);
      if (level === this.levels[input]) return;
    }
    this.#confirmations.push({ input, level, at: this.#bench.now + delayMs });
  }

  #confirming(move: () => void): void {
    this.#bench.take();
    move();
    this.intentsOfConfirmations.push(...this.#bench.take().intents);
  }

  #move(input: InputName): void {
    if (this.#pulses.has(input)) {
      this.#pressed.add(input);
      this.#send(input);
      this.#pressed.delete(input);
    }
    this.#send(input);
  }

  /** The whole report that the input stands in. */
  #send(input: InputName): void {
    const { inputs, numbered } = this.#controls;
    const { reportId } = inputs.find((each) => each.input === input)!.field;
    const { bits } = this.#descriptor.reports.find((each) =>
      each.kind === "input" && each.reportId === reportId
    )!;
    const body = new Uint8Array(Math.ceil(bits / 8));
    for (const { input: name, field } of inputs) {
      if (name === "digit" || field.reportId !== reportId) continue;
      const on = this.#pulses.has(name) ? this.#pressed.has(name) : this.levels[name as Level];
      if (on) writeBits(body, field.bitOffset, field.bitSize, 1);
    }
    this.#bench.send(numbered ? [reportId, ...body] : [...body]);
  }
}
