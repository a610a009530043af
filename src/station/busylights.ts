/**
 * Busylights show the phone's state: further sinks of what headsets get.
 *
 *     device host ─ watch ─► devices ─► a make that we know ─► colour, blinking, repeated where needed
 *
 * The device host darkens them when we go, however we go.
 */
import type { Clock, TimerHandle } from "../core/clock.ts";
import { OffhookError } from "../core/errors.ts";
import { type HeadsetState, IDLE_HEADSET } from "../core/headset_port.ts";
import { DeviceHostConnection } from "../device_host/client.ts";
import type { DeviceHostAccess } from "../device_host/client_access.ts";
import type { HidDevice, HidHandle } from "../device_host/client_hid.ts";
import {
  BLINK_MS,
  type BusylightMake,
  busylightOf,
  type Colour,
  DARK,
  lookOf,
} from "../hid/busylight.ts";

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

/** ms between two tries to reach a device host that died. */
const RETRY_MS = 1_000;

export class Busylights {
  readonly #options: BusylightsOptions;
  readonly #lights = new Map<string, Light>();
  readonly #tried = new Set<string>();
  #state: HeadsetState = IDLE_HEADSET;
  #since = 0;
  #connection: DeviceHostConnection | undefined;
  #timer: TimerHandle;
  #retry: TimerHandle;
  #stopped = false;

  constructor(options: BusylightsOptions) {
    this.#options = options;
  }

  /** Looks for lights; again when the device host died. Never rejects. */
  async start(): Promise<void> {
    const { host, log } = this.#options;
    try {
      const connection = await DeviceHostConnection.connect(await host.socket());
      this.#connection = connection;
      const { devices } = await connection.hid.watch({
        changed: (changed) => void this.#sync(connection, changed),
        resumed: () => this.#forget(),
      });
      await this.#sync(connection, devices);
      void connection.closed.then(() => this.#again());
    } catch (error) {
      log(`busylights: ${OffhookError.from(error).message}`);
      this.#again();
    }
  }

  #again(): void {
    this.#lights.clear();
    this.#tried.clear();
    if (this.#stopped) return;
    this.#retry = this.#options.clock.setTimeout(() => void this.start(), RETRY_MS);
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
    this.#options.clock.clearTimeout(this.#retry);
    await Promise.all([...this.#lights.values()].map(({ handle }) => handle.close()));
    this.#lights.clear();
    this.#connection?.close();
  }

  async #sync(connection: DeviceHostConnection, devices: HidDevice[]): Promise<void> {
    const present = new Set(devices.map(({ path }) => path));
    for (const path of this.#tried) if (!present.has(path)) this.#tried.delete(path);
    for (const device of devices) {
      const make = busylightOf(device);
      if (make === undefined || this.#tried.has(device.path)) continue;
      this.#tried.add(device.path);
      await this.#open(connection, device, make);
    }
    if (!this.#stopped) this.#draw();
  }

  async #open(
    connection: DeviceHostConnection,
    { path, name }: HidDevice,
    make: BusylightMake,
  ): Promise<void> {
    try {
      const handle = await connection.hid.open(path, [make.report(DARK)], {
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
