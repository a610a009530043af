/**
 * Every headset that is plugged in, as the core sees them: one state to show, intents to follow.
 *
 *     device host ─ watch ─► devices ─► telephony? ─► HeadsetLink ─► HeadsetAttached
 *                                          unplugged ─► HeadsetDetached
 *
 * The device host may die: it is started again, and the headsets are opened again. Headsets that the
 * user may not open are told once, with what to type.
 */
import type { Clock } from "../core/clock.ts";
import { OffhookError } from "../core/errors.ts";
import { type HeadsetInput, type HeadsetState, IDLE_HEADSET } from "../core/headset_port.ts";
import { DeviceHostConnection } from "../device_host/client.ts";
import type { DeviceHostAccess } from "../device_host/client_access.ts";
import type { HidDevice } from "../device_host/client_hid.ts";
import { capabilitiesOf, isTelephony } from "../hid/capabilities.ts";
import { parseDescriptor, type ReportDescriptor } from "../hid/descriptor.ts";
import { behaviourOf } from "../hid/quirks.ts";
import { HeadsetLink } from "./headset_link.ts";

export interface HeadsetsOptions {
  host: DeviceHostAccess;
  clock: Clock;
  notify(input: HeadsetInput): void;
  log(text: string): void;
}

/** ms between two tries to reach a device host that died. */
const RETRY_MS = 1_000;

export class Headsets {
  readonly #options: HeadsetsOptions;
  readonly #links = new Map<string, HeadsetLink>();
  /** Paths that are being opened, or that were told to be useless. */
  readonly #known = new Set<string>();
  /** Paths that this user may not open, as it was told; udev may come round after a plug. */
  readonly #refused = new Set<string>();
  #state: HeadsetState = IDLE_HEADSET;
  #connection: DeviceHostConnection | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(options: HeadsetsOptions) {
    this.#options = options;
  }

  /** Looks for headsets from now on. */
  start(): void {
    this.#running = this.#run();
  }

  show(state: HeadsetState): void {
    this.#state = state;
    for (const link of this.#links.values()) link.show(state);
  }

  /** Lamps off, everything let go. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    this.#links.clear();
    this.#connection?.close();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const connection = await DeviceHostConnection.connect(await this.#options.host.socket());
        this.#connection = connection;
        const list = await connection.hid.watch({
          changed: (devices) => void this.#sync(connection, devices),
          resumed: () => this.#links.forEach((link) => link.reassert()),
        });
        if (list.unavailable !== undefined) {
          this.#options.log(`no headset buttons: ${list.unavailable.message}`);
          return;
        }
        await this.#sync(connection, list.devices);
        await connection.closed;
      } catch (error) {
        this.#options.log(`headsets: ${OffhookError.from(error).message}`);
      }
      this.#forgetAll();
      if (!this.#stopped) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, RETRY_MS);
      this.#wake = () => {
        this.#options.clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  async #sync(connection: DeviceHostConnection, devices: HidDevice[]): Promise<void> {
    const present = new Set(devices.map(({ path }) => path));
    for (const path of this.#known) if (!present.has(path)) this.#known.delete(path);
    for (const path of this.#refused) if (!present.has(path)) this.#refused.delete(path);
    for (const device of devices) {
      if (this.#stopped || this.#known.has(device.path)) continue;
      if (device.access === "denied" && this.#refused.has(device.path)) continue;
      this.#known.add(device.path);
      const descriptor = telephonyOf(device);
      if (descriptor !== undefined) await this.#open(connection, device, descriptor);
    }
  }

  async #open(
    connection: DeviceHostConnection,
    device: HidDevice,
    descriptor: ReportDescriptor,
  ): Promise<void> {
    const { clock, notify, log } = this.#options;
    const headset = device.path;
    const events = {
      intent: (intent: Extract<HeadsetInput, { type: "HeadsetIntent" }>["intent"]) =>
        notify({ type: "HeadsetIntent", headset, intent }),
      failed: (error: OffhookError) => this.#lost(headset, error),
      log,
    };
    try {
      const link = await HeadsetLink.open(connection.hid, device, descriptor, { clock, events });
      this.#links.set(headset, link);
      link.show(this.#state);
      notify({ type: "HeadsetAttached", headset, name: device.name });
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      if (error.data?.reason === "permission-denied") {
        this.#known.delete(headset);
        this.#refused.add(headset);
      }
      log(`${device.name}: ${error.message}${error.hint === undefined ? "" : ` ${error.hint}`}`);
    }
  }

  #lost(headset: string, error: OffhookError): void {
    this.#links.delete(headset);
    this.#known.delete(headset);
    this.#options.notify({ type: "HeadsetDetached", headset, error: error.toJSON() });
  }

  /** The device host is gone, and every handle with it. */
  #forgetAll(): void {
    this.#known.clear();
    for (const headset of this.#links.keys()) {
      this.#options.notify({ type: "HeadsetDetached", headset });
    }
    this.#links.clear();
  }
}

/** The descriptor of a device that is a usable headset; undefined for any other. */
function telephonyOf(device: HidDevice): ReportDescriptor | undefined {
  if (device.descriptor === null) return undefined;
  const descriptor = parseDescriptor(hexBytes(device.descriptor));
  if (!isTelephony(descriptor)) return undefined;
  const { usable } = capabilitiesOf(descriptor, behaviourOf(device).behaviour);
  return usable ? descriptor : undefined;
}

/** Bytes of hexadecimal text; what is no hexadecimal digit pair ends it. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => parseInt(pair, 16));
}
