/**
 * Which output reports must be written so that the lamps show a state: whole reports, and only those
 * that differ from what was written last. Pure.
 */
import type { HeadsetState } from "../core/ports/mod.ts";
import { type Controls, encode, type LampName } from "./controls.ts";

export class LampWriter {
  readonly #controls: Controls;
  /** By report id; a report that is not here is written in any case. */
  readonly #written = new Map<number, Uint8Array>();

  constructor(controls: Controls) {
    this.#controls = controls;
  }

  /** The reports that change, each with all of its lamps; off-hook is written first. */
  write(state: HeadsetState): Uint8Array[] {
    const changed: Uint8Array[] = [];
    for (const [reportId, report] of encode(this.#controls, state)) {
      const last = this.#written.get(reportId);
      if (last !== undefined && report.every((byte, index) => byte === last[index])) continue;
      this.#written.set(reportId, report);
      changed.push(report);
    }
    return changed;
  }

  has(name: LampName): boolean {
    return this.#reportOf(name) !== undefined;
  }

  /** True when the output report writes the lamp. */
  isIn(name: LampName, report: Uint8Array): boolean {
    return this.#reportOf(name) === report[0];
  }

  /** True when both lamps stand in one report: whoever rebuilds it for one writes the other. */
  together(one: LampName, other: LampName): boolean {
    const reportId = this.#reportOf(one);
    return reportId !== undefined && reportId === this.#reportOf(other);
  }

  /** The next {@link write} includes the lamp's report, or all of them, changed or not. */
  forget(name?: LampName): void {
    const reportId = name && this.#reportOf(name);
    if (reportId !== undefined) this.#written.delete(reportId);
    else if (name === undefined) this.#written.clear();
  }

  #reportOf(name: LampName): number | undefined {
    return this.#controls.lamps.find((lamp) => lamp.name === name)?.field.reportId;
  }
}
