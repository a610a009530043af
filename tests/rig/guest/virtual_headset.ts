/**
 * A virtual headset in the kernel: buttons that a test presses, lamps that it looks at, and a firmware
 * that keeps to the rules (it confirms its off-hook lamp by its hook switch).
 */
import { STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { type Controls, controlsOf, type LampName } from "../../../src/hid/controls.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import { readBits } from "../../../src/hid/report_bits.ts";
import type { HidLayout } from "../../fixtures/hid_layouts.ts";
import { UhidDevice } from "./uhid.ts";

/** Long for one report, since an emulated machine is slow. */
const PATIENCE_MS = 60_000;

export class VirtualHeadset {
  readonly lamps: Record<LampName, boolean> = {
    offHook: false,
    ring: false,
    ringer: false,
    mute: false,
    hold: false,
  };
  /** Confirms the off-hook lamp with its hook switch. */
  acknowledges = true;
  hook = false;
  readonly #device: UhidDevice;
  readonly #controls: Controls;

  constructor(readonly layout: HidLayout, serial?: string) {
    this.#controls = controlsOf(parseDescriptor(layout.descriptor), STANDARD_BEHAVIOUR);
    this.#device = new UhidDevice({ ...layout, ...(serial === undefined ? {} : { serial }) });
    this.#device.onOutput = (report) => this.#light(report);
  }

  /** Every output report so far. */
  get outputs(): number[][] {
    return this.#device.outputs;
  }

  /** Presses (or releases) something of the layout. */
  press(report: keyof HidLayout["reports"]): void {
    if (report === "hookOff") this.hook = true;
    if (report === "hookOn") this.hook = false;
    this.send(this.layout.reports[report]!);
  }

  send(report: readonly number[]): void {
    this.#device.send(report);
  }

  /** Waits until lamps are as wanted. */
  async shows(wanted: Partial<Record<LampName, boolean>>): Promise<void> {
    const names = Object.keys(wanted) as LampName[];
    const end = performance.now() + PATIENCE_MS;
    while (names.some((name) => this.lamps[name] !== wanted[name])) {
      if (performance.now() > end) {
        throw new Error(
          `the lamps are ${JSON.stringify(this.lamps)} and not ${JSON.stringify(wanted)}; ` +
            `reports were ${JSON.stringify(this.outputs)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  unplug(): void {
    this.#device.destroy();
  }

  #light(report: number[]): void {
    const [reportId, ...body] = report;
    const bytes = Uint8Array.from(body);
    const before = this.lamps.offHook;
    for (const { name, field } of this.#controls.lamps) {
      if (field.reportId !== reportId) continue;
      this.lamps[name] = readBits(bytes, field.bitOffset, field.bitSize) === 1;
    }
    const { offHook } = this.lamps;
    if (this.acknowledges && offHook !== before && offHook !== this.hook) {
      this.press(offHook ? "hookOff" : "hookOn");
    }
  }
}
