/**
 * A headset on the bench: its lamps lit one by one, its reports watched. `offhook headset test` and
 * `learn` go through it.
 *
 *     light(state) ─► reports written          take(report) ─► recorded ─► waits settle
 *
 * It knows no calls and answers nothing: what the device does by itself is seen as it is.
 */
import type { Clock } from "../base/time/mod.ts";
import { type HeadsetState, IDLE_HEADSET } from "../core/ports/mod.ts";
import type { InputName } from "./behaviour.ts";
import { type Controls, InputReader, type LampName } from "./controls.ts";
import { LampWriter } from "./lamp_writer.ts";

/** A report with the time of its coming, ms since the record was begun. */
export interface TimedReport {
  at: number;
  report: Uint8Array;
}

export interface Edge {
  input: InputName | "digit";
  on: boolean;
  /** ms since the wait began. */
  ms: number;
}

interface Wait {
  since: number;
  fits(edge: Edge): boolean;
  settle(edge: Edge | undefined): void;
}

export class Trial {
  readonly controls: Controls;
  readonly #write: (report: Uint8Array) => Promise<void>;
  readonly #clock: Clock;
  readonly #lamps: LampWriter;
  readonly #reader: InputReader;
  readonly #levels = new Map<string, boolean>();
  readonly #waits = new Set<Wait>();
  #heard: () => void = () => {};
  #record: { since: number; reports: TimedReport[] } | undefined;

  constructor(controls: Controls, write: (report: Uint8Array) => Promise<void>, clock: Clock) {
    this.controls = controls;
    this.#write = write;
    this.#clock = clock;
    this.#lamps = new LampWriter(controls);
    this.#reader = new InputReader(controls);
  }

  has(lamp: LampName): boolean {
    return this.#lamps.has(lamp);
  }

  input(name: InputName): Controls["inputs"][number] | undefined {
    return this.controls.inputs.find(({ input }) => input === name);
  }

  /** @throws what the driver throws when the device does not take a report */
  async light(state: Partial<HeadsetState>): Promise<void> {
    for (const report of this.#lamps.write({ ...IDLE_HEADSET, ...state })) {
      await this.#write(report);
    }
  }

  /** An input report. @param report belongs to the trial */
  take(report: Uint8Array): void {
    const now = this.#clock.now();
    if (this.#record) this.#record.reports.push({ at: now - this.#record.since, report });
    this.#heard();
    for (const { control, on } of this.#reader.read(report)) {
      const name = control.input === "digit" ? `digit ${control.digit}` : control.input;
      if ((this.#levels.get(name) ?? false) === on) continue;
      this.#levels.set(name, on);
      for (const wait of this.#waits) {
        const edge = { input: control.input, on, ms: now - wait.since };
        if (wait.fits(edge)) wait.settle(edge);
      }
    }
  }

  /** The next edge that fits; undefined when none came in `ms`, or when `signal` is aborted. */
  edge(fits: Wait["fits"], ms: number, signal?: AbortSignal): Promise<Edge | undefined> {
    return new Promise((resolve) => {
      const settle = (edge: Edge | undefined) => {
        this.#waits.delete(wait);
        this.#clock.clearTimeout(timer);
        resolve(edge);
      };
      const wait: Wait = { since: this.#clock.now(), fits, settle };
      const timer = this.#clock.setTimeout(() => settle(undefined), ms);
      signal?.addEventListener("abort", () => settle(undefined), { once: true });
      this.#waits.add(wait);
    });
  }

  /** True when any report comes in `ms`; false when none did, or `signal` is aborted. */
  anyReport(ms: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (came: boolean) => {
        this.#clock.clearTimeout(timer);
        this.#heard = () => {};
        resolve(came);
      };
      const timer = this.#clock.setTimeout(() => settle(false), ms);
      signal?.addEventListener("abort", () => settle(false), { once: true });
      this.#heard = () => settle(true);
    });
  }

  /** Every report that comes while `during` goes on. */
  async record(during: () => Promise<unknown>): Promise<TimedReport[]> {
    const record = this.#record = { since: this.#clock.now(), reports: [] as TimedReport[] };
    try {
      await during();
    } finally {
      this.#record = undefined;
    }
    return record.reports;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.setTimeout(resolve, ms));
  }
}
