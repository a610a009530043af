/**
 * What HID devices are plugged in, through whichever device host lives.
 *
 *     connect ─► watch ─► devices … changed(devices) … resumed
 *        ▲                  └─ the host is gone ─► changed([]) ─┐
 *        └───────────────────────── RETRY_MS ◄──────────────────┘
 *
 * One change is dealt with before the next one is told.
 */
import type { Clock } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  type DeviceHostAccess,
  DeviceHostConnection,
  type HidConnection,
  type HidDevice,
} from "../../device_host/client/mod.ts";

export interface HidWatchOptions {
  host: DeviceHostAccess;
  clock: Clock;
  /** Must not reject. @param hid opens them; undefined, with no devices, when the host is gone */
  changed(hid: HidConnection | undefined, devices: HidDevice[]): Promise<void>;
  /** The system slept: what lamps show is not known. */
  resumed(): void;
  /** The host cannot be reached; it is tried again. */
  failed(error: OffhookError): void;
  /** This system has no HID library: the watch is over. */
  unavailable(error: OffhookError): void;
}

/** ms between two tries to reach a device host that died. */
const RETRY_MS = 1_000;

export class HidWatch {
  readonly #options: HidWatchOptions;
  #connection: DeviceHostConnection | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #telling: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(options: HidWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Nothing is told any more. What is open must be closed before. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection?.close();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        if (!await this.#watch()) return;
      } catch (error) {
        if (!this.#stopped) this.#options.failed(OffhookError.from(error));
      }
      await this.#tell(undefined, []);
      if (!this.#stopped) await this.#pause();
    }
  }

  /** @returns false when there is nothing to watch */
  async #watch(): Promise<boolean> {
    const connection = await DeviceHostConnection.connect(await this.#options.host.socket());
    this.#connection = connection;
    if (this.#stopped) {
      connection.close();
      return false;
    }
    const { hid } = connection;
    const { devices, unavailable } = await hid.watch({
      changed: (changed) => void this.#tell(hid, changed),
      resumed: () => this.#options.resumed(),
    });
    if (unavailable !== undefined) {
      this.#options.unavailable(OffhookError.fromJSON(unavailable));
      return false;
    }
    await this.#tell(hid, devices);
    await connection.closed;
    return true;
  }

  #tell(hid: HidConnection | undefined, devices: HidDevice[]): Promise<void> {
    return this.#telling = this.#telling.then(() => {
      if (!this.#stopped) return this.#options.changed(hid, devices);
    });
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
}
