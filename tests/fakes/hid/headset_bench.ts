/**
 * A headset model on a bench: a phone of one or two calls on one side, the reports of a layout on the
 * other, and a clock that only the test moves.
 */
import {
  type HeadsetIntent,
  type HeadsetState,
  IDLE_HEADSET,
} from "../../../src/core/ports/headset_port.ts";
import { type Behaviour, STANDARD_BEHAVIOUR } from "../../../src/hid/behaviour.ts";
import { controlsOf, encode, type LampName } from "../../../src/hid/controls.ts";
import { parseDescriptor } from "../../../src/hid/descriptor.ts";
import { Headset, type HeadsetModelNotice, type HeadsetOutput } from "../../../src/hid/headset.ts";
import type { HidLayout } from "../../fixtures/hid_layouts.ts";

/** A phone that follows intents at once, as the core does. */
export class BenchPhone {
  state: HeadsetState = IDLE_HEADSET;
  /** False: asks nobody and follows nothing. */
  follows = true;

  set(change: Partial<HeadsetState>): void {
    this.state = { ...this.state, ...change };
  }

  answer = (): void => this.set({ offHook: true, ring: false, ringer: false });
  hangUp = (): void => this.set({ offHook: false, mute: false, hold: false });
  decline = (): void => this.set({ ring: false, ringer: false });

  obey(intent: HeadsetIntent): void {
    const { ring, offHook, mute } = this.state;
    if (!this.follows) return;
    if (intent.type === "hookOff" && ring) this.answer();
    else if (intent.type === "hookOn" && offHook) this.hangUp();
    else if (intent.type === "reject" && ring) this.decline();
    else if (intent.type === "toggleMute") this.set({ mute: !mute });
    else if (intent.type === "setMute") this.set({ mute: intent.muted });
    else if (intent.type === "flash" && offHook && !ring) this.set({ hold: !this.state.hold });
  }
}

export class HeadsetBench {
  now = 1000;
  /** What the device does with an output report. */
  onWrite: (report: Uint8Array) => void = () => {};
  readonly phone = new BenchPhone();
  readonly headset: Headset;
  /** Everything since the last {@link take}. */
  #writes: number[][] = [];
  #intents: HeadsetIntent[] = [];
  #notices: HeadsetModelNotice[] = [];
  /** What the device was last told, by report id. */
  readonly #device = new Map<number, Uint8Array>();
  readonly #controls;

  constructor(readonly layout: HidLayout, behaviour: Partial<Behaviour> = {}) {
    const all = { ...STANDARD_BEHAVIOUR, ...behaviour };
    this.#controls = controlsOf(parseDescriptor(layout.descriptor), all);
    this.headset = new Headset(this.#controls, all);
  }

  /** Opens the device and lets it settle. */
  open(): this {
    this.#apply(this.headset.open(this.now));
    this.show();
    return this.wait(200);
  }

  close(): this {
    this.#apply(this.headset.close());
    return this;
  }

  /** Lets time pass, with every tick that falls due. */
  wait(ms: number): this {
    const end = this.now + ms;
    for (;;) {
      const wake = this.headset.wakeAt;
      if (wake === undefined || wake > end) break;
      this.now = Math.max(this.now, wake);
      this.#apply(this.headset.tick(this.now));
    }
    this.now = end;
    return this;
  }

  /** The device sends reports of its layout (by name) or raw ones. */
  send(...reports: (keyof HidLayout["reports"] | number[])[]): this {
    for (const report of reports) {
      const bytes = typeof report === "string" ? this.layout.reports[report] : report;
      if (bytes === undefined) throw new Error(`${this.layout.name} has no report ${report}`);
      this.#apply(this.headset.report(Uint8Array.from(bytes), this.now));
    }
    return this;
  }

  /** The person or the network changes the phone, without the headset. */
  do(change: Partial<HeadsetState> | (() => void)): this {
    if (typeof change === "function") change();
    else this.phone.set(change);
    this.show();
    return this;
  }

  reassert(): this {
    this.#apply(this.headset.reassert(this.now));
    return this;
  }

  show(): void {
    this.#apply(this.headset.show(this.phone.state, this.now));
  }

  /** What came of it since the last call: written reports, intents and notices by their names. */
  take(): { writes: number[][]; intents: string[]; notices: string[] } {
    const taken = {
      writes: this.#writes,
      intents: this.#intents.map((intent) =>
        intent.type === "setMute"
          ? `${intent.refused ? "refused " : ""}${intent.muted ? "mute" : "unmute"}`
          : intent.type === "digit"
          ? `digit ${intent.digit}`
          : intent.type
      ),
      notices: this.#notices.map(({ type }) => type),
    };
    this.#writes = [];
    this.#intents = [];
    this.#notices = [];
    return taken;
  }

  /** True when the device's lamps show the state. */
  shows(state: HeadsetState): boolean {
    return [...encode(this.#controls, state)].every(([id, report]) =>
      this.#device.get(id)?.join() === report.join()
    );
  }

  /** Lamps that the device has. */
  has(name: LampName): boolean {
    return this.#controls.lamps.some((lamp) => lamp.name === name);
  }

  #apply(output: HeadsetOutput): void {
    for (const report of output.writes) {
      this.#writes.push([...report]);
      this.#device.set(report[0]!, report);
      this.onWrite(report);
    }
    this.#intents.push(...output.intents);
    this.#notices.push(...output.notices);
    for (const intent of output.intents) {
      const before = this.phone.state;
      this.phone.obey(intent);
      if (this.phone.state !== before) this.show();
    }
  }
}
