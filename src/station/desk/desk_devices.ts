/**
 * What stands on the desk beside the sound: headsets, the buttons of kiosks, busylights. One state to
 * show, intents to follow.
 *
 *     core ─ state ─► headsets, busylights          headsets, buttons ─ intents ─► core
 */
import type { HeadsetList, SoundDevice } from "../../control/contract/mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import { type HeadsetInput, type HeadsetState, IDLE_HEADSET } from "../../core/ports/mod.ts";
import type { DeviceHostAccess } from "../../device_host/client/mod.ts";
import { Busylights } from "./busylights.ts";
import { Buttons, type ButtonSetting } from "./buttons.ts";
import { Headsets } from "./headsets.ts";
import type { HeadsetSettings } from "./headset_settings.ts";
import type { WriteLog } from "../log/mod.ts";

export interface DeskSettings extends HeadsetSettings {
  /** Whether busylights show calls. */
  busylights: boolean;
  buttons: ButtonSetting[];
}

export interface DeskOptions {
  host: DeviceHostAccess;
  clock: Clock;
  settings: DeskSettings;
  soundDevices(): Promise<SoundDevice[]>;
  notify(input: HeadsetInput): void;
  log: WriteLog;
}

export class DeskDevices {
  readonly #options: DeskOptions;
  readonly #headsets: Headsets;
  #busylights: Busylights | undefined;
  #buttons: Buttons;
  #settings: DeskSettings;
  #state: HeadsetState = IDLE_HEADSET;

  constructor(options: DeskOptions) {
    const { busylights, buttons } = options.settings;
    this.#options = options;
    this.#settings = options.settings;
    this.#headsets = new Headsets(options);
    this.#busylights = busylights ? new Busylights(options) : undefined;
    this.#buttons = new Buttons({ ...options, buttons });
  }

  /** Looks for them from now on. */
  start(): void {
    this.#headsets.start();
    this.#busylights?.start();
    void this.#buttons.start();
  }

  /** Goes on with other settings, at once; what they leave as it was is not touched. Never rejects. */
  async apply(settings: DeskSettings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    const { busylights, buttons } = settings;
    if (JSON.stringify(buttons) !== JSON.stringify(before.buttons)) {
      this.#buttons.stop();
      this.#buttons = new Buttons({ ...this.#options, buttons });
      this.#buttons.show(this.#state);
      void this.#buttons.start();
    }
    if (busylights && this.#busylights === undefined) {
      this.#busylights = new Busylights(this.#options);
      this.#busylights.show(this.#state);
      this.#busylights.start();
    } else if (!busylights) {
      const lights = this.#busylights;
      this.#busylights = undefined;
      await lights?.stop();
    }
    await this.#headsets.apply(settings);
  }

  show(state: HeadsetState): void {
    this.#state = state;
    this.#headsets.show(state);
    this.#busylights?.show(state);
    this.#buttons.show(state);
  }

  /** What of it somebody has to mend, a sentence each. */
  get troubles(): string[] {
    return this.#buttons.troubles;
  }

  list(): HeadsetList {
    return this.#headsets.list();
  }

  /** The phone's endpoints were set anew. */
  renewSound(): void {
    this.#headsets.renewSound();
  }

  /** Uses headsets, or leaves them alone; busylights and buttons are nobody else's. */
  use(on: boolean): Promise<void> {
    return this.#headsets.use(on);
  }

  /** Lamps and lights off, everything let go. Never rejects. */
  async stop(): Promise<void> {
    this.#buttons.stop();
    await Promise.all([this.#headsets.stop(), this.#busylights?.stop()]);
  }
}
