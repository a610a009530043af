/**
 * What stands on the desk, as the configuration says it now: changed settings let everything go and
 * take it up again; lamps show at once what they showed.
 */
import type { HeadsetList } from "../control/headsets.ts";
import type { HeadsetsProvider } from "../control/records.ts";
import type { HeadsetState } from "../core/headset_port.ts";
import { DeskDevices, type DeskOptions, type DeskSettings } from "./desk_devices.ts";

export class Desk implements HeadsetsProvider {
  readonly #options: Omit<DeskOptions, "settings">;
  #settings: DeskSettings | undefined;
  #devices: DeskDevices | undefined;

  /** @param settings absent: nothing is ever looked for */
  constructor(options: Omit<DeskOptions, "settings">, settings: DeskSettings | undefined) {
    this.#options = options;
    this.#settings = settings;
    this.#devices = this.#made();
  }

  /** Whether headsets are this phone's business at all. */
  get wanted(): boolean {
    return this.#settings !== undefined;
  }

  start(): void {
    this.#devices?.start();
  }

  show(state: HeadsetState): void {
    this.#devices?.show(state);
  }

  list(): HeadsetList {
    return this.#devices?.list() ?? { headsets: [], on: false };
  }

  async use(on: boolean): Promise<void> {
    await this.#devices?.use(on);
  }

  /**
   * Takes changed settings; the phone's endpoints were set anew in any case.
   * @param shown what lamps are to show
   */
  async change(settings: DeskSettings | undefined, shown: () => HeadsetState): Promise<void> {
    const before = this.#settings;
    if (JSON.stringify(settings) === JSON.stringify(before)) return this.#devices?.renewSound();
    const { on } = this.list();
    await this.#devices?.stop();
    this.#settings = settings;
    this.#devices = this.#made();
    this.#devices?.show(shown());
    this.#devices?.start();
    // What was switched by hand stays, unless the file says something new.
    if (settings?.enabled === before?.enabled && on !== settings?.enabled) await this.use(on);
  }

  /** Lamps and lights off, everything let go. Never rejects. */
  async stop(): Promise<void> {
    await this.#devices?.stop();
  }

  #made(): DeskDevices | undefined {
    if (this.#settings === undefined) return undefined;
    return new DeskDevices({ ...this.#options, settings: this.#settings });
  }
}
