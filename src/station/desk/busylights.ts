/**
 * Busylights show the phone's state: further sinks of what headsets get.
 *
 *     device host ─ watch ─► devices ─► a make that we know ─► colour, blinking, repeated where needed
 *
 * The device host darkens them when we go, however we go.
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { type HeadsetState, IDLE_HEADSET } from "../../core/ports/mod.ts";
import type {
  DeviceHostAccess,
  HidConnection,
  HidDevice,
  HidHandle,
} from "../../device_host/client/mod.ts";
import {
  BLINK_MS,
  type BusylightMake,
  busylightOf,
  type Colour,
  DARK,
  lookOf,
} from "../../hid/mod.ts";
import { HidWatch } from "./hid_watch.ts";

export interface BusylightsOptions {
  host: DeviceHostAccess;
  clock: Clock;
  log(text: string): void;
}

interface Light {
  make: BusylightMake;
  handle: HidHandle;
  /** What it shows, and since when. */
  shown: { colour: Colour; at: number } | undefined;
}

export class Busylights {
  readonly #options: BusylightsOptions;
  readonly #watch: HidWatch;
  readonly #lights = new Map<string, Light>();
  readonly #tried = new Set<string>();
  #state: HeadsetState = IDLE_HEADSET;
  #since = 0;
  #timer: TimerHandle;
  #stopped = false;

  constructor(options: BusylightsOptions) {
    this.#options = options;
    const { host, clock, log } = options;
    this.#watch = new HidWatch({
      host,
      clock,
      changed: (hid, devices) => this.#sync(hid, devices),
      resumed: () => this.#forget(),
      failed: ({ message }) => log(`busylights: ${message}`),
      unavailable: ({ message }) => log(`no busylights: ${message}`),
    });
  }

  /** Looks for lights from now on. */
  start(): void {
    this.#watch.start();
  }

  show(state: HeadsetState): void {
    this.#state = state;
    this.#since = this.#options.clock.now();
    this.#draw();
  }

  /** Dark, and let go. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    await Promise.all([...this.#lights.values()].map(({ handle }) => handle.close()));
    this.#lights.clear();
    await this.#watch.stop();
  }

  async #sync(hid: HidConnection | undefined, devices: HidDevice[]): Promise<void> {
    if (hid === undefined) this.#lights.clear();
    const present = new Set(devices.map(({ path }) => path));
    for (const path of this.#tried) if (!present.has(path)) this.#tried.delete(path);
    for (const device of devices) {
      const make = busylightOf(device);
      if (hid === undefined || make === undefined || this.#tried.has(device.path)) continue;
      this.#tried.add(device.path);
      await this.#open(hid, device, make);
    }
    if (!this.#stopped) this.#draw();
  }

  async #open(
    hid: HidConnection,
    { path, name }: HidDevice,
    make: BusylightMake,
  ): Promise<void> {
    try {
      const handle = await hid.open(path, [make.report(DARK)], {
        report: () => {},
        failed: () => void this.#lights.delete(path),
      }, { feature: make.feature });
      this.#lights.set(path, { make, handle, shown: undefined });
    } catch (thrown) {
      const { message, hint } = OffhookError.from(thrown);
      this.#options.log(`${name}: ${message}${hint === undefined ? "" : ` ${hint}`}`);
    }
  }

  #forget(): void {
    for (const light of this.#lights.values()) light.shown = undefined;
    this.#draw();
  }

  /** Writes what has changed, or must be repeated, and comes again when time changes it. */
  #draw(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    if (this.#stopped || this.#lights.size === 0) return;
    const now = clock.now();
    const look = lookOf(this.#state);
    const phase = Math.floor((now - this.#since) / BLINK_MS);
    const colour = look.blinks && phase % 2 === 1 ? DARK : look.colour;
    let next = look.blinks ? this.#since + (phase + 1) * BLINK_MS : Infinity;
    for (const light of this.#lights.values()) {
      next = Math.min(next, this.#light(light, colour, now));
    }
    if (next < Infinity) {
      this.#timer = clock.setTimeout(() => this.#draw(), Math.max(1, next - now));
    }
  }

  /** @returns when the light must be written again */
  #light(light: Light, colour: Colour, now: number): number {
    const { shown, make: { repeatMs = Infinity, report } } = light;
    // a dark light need not be told that it goes out
    const due = colour === DARK ? Infinity : repeatMs;
    if (shown?.colour === colour && now - shown.at < due) return shown.at + due;
    light.shown = { colour, at: now };
    light.handle.write(report(colour)).catch(() => {
      // It was unplugged: `failed` comes.
    });
    return now + due;
  }
}
