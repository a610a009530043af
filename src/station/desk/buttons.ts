/**
 * Keys and GPIO lines of kiosks: further sources of what headsets say.
 *
 *     device host ─ contact ─► Button ─► intent ─► core
 *         └─ gone, or not there yet ─► tried again every 2 s, told once
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  type HeadsetInput,
  type HeadsetIntent,
  type HeadsetState,
  IDLE_HEADSET,
} from "../../core/ports/mod.ts";
import {
  type ContactSource,
  type DeviceHostAccess,
  DeviceHostConnection,
  type OpenContact,
} from "../../device_host/client/mod.ts";
import type { WriteLog } from "../log/mod.ts";
import { Button, type ButtonMeaning } from "./button.ts";

/** A contact and what it means. */
export interface ButtonSetting extends ButtonMeaning {
  source: ContactSource;
}

export interface ButtonsOptions {
  host: DeviceHostAccess;
  clock: Clock;
  buttons: ButtonSetting[];
  notify(input: HeadsetInput): void;
  log: WriteLog;
}

const RETRY_MS = 2_000;

export class Buttons {
  readonly #options: ButtonsOptions;
  readonly #wired: WiredButton[];
  #connection: DeviceHostConnection | undefined;
  #retry: TimerHandle;
  #stopped = false;
  /** What was told last: the same trouble is told once. */
  #told = "";

  constructor(options: ButtonsOptions) {
    this.#options = options;
    this.#wired = options.buttons.map((setting) => new WiredButton(setting, options));
  }

  /** Wires every contact that is there, and comes again for the others. Never rejects. */
  async start(): Promise<void> {
    if (this.#stopped || this.#wired.length === 0) return;
    try {
      if (this.#connection === undefined) {
        const { host } = this.#options;
        const connection = await DeviceHostConnection.connect(await host.socket());
        this.#connection = connection;
        // Ended while the device host was starting: nobody else closes it.
        if (this.#stopped) return connection.close();
        void connection.closed.then(() => this.#connection = undefined);
      }
      for (const wired of this.#wired) await wired.open(this.#connection);
    } catch (error) {
      this.#tell(OffhookError.from(error).message);
    }
    if (this.#stopped) return;
    this.#retry = this.#options.clock.setTimeout(() => void this.start(), RETRY_MS);
  }

  /** Those that cannot be used, a sentence each. */
  get troubles(): string[] {
    return this.#wired.flatMap(({ trouble }) => trouble ?? []);
  }

  show(state: HeadsetState): void {
    for (const wired of this.#wired) wired.show(state);
  }

  stop(): void {
    this.#stopped = true;
    this.#options.clock.clearTimeout(this.#retry);
    for (const wired of this.#wired) wired.stop();
    this.#connection?.close();
  }

  #tell(text: string): void {
    if (text !== this.#told) this.#options.log(`buttons: ${text}`, { level: "warning" });
    this.#told = text;
  }
}

class WiredButton {
  readonly #setting: ButtonSetting;
  readonly #options: ButtonsOptions;
  readonly #name: string;
  #contact: OpenContact | undefined;
  #button: Button | undefined;
  #phone: HeadsetState = IDLE_HEADSET;
  #timer: TimerHandle;
  #trouble: string | undefined;

  constructor(setting: ButtonSetting, options: ButtonsOptions) {
    const { source } = setting;
    this.#setting = setting;
    this.#options = options;
    this.#name = source.kind === "key"
      ? `${source.device} key ${source.code}`
      : `${source.chip} line ${source.line}`;
  }

  /** Why it cannot be used; undefined: it can, or nobody has tried yet. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Never rejects: what does not open is told once, and tried again later. */
  async open(connection: DeviceHostConnection): Promise<void> {
    if (this.#contact !== undefined) return;
    try {
      const contact = await connection.contacts.open(this.#setting.source, {
        changed: (active) => this.#act((button, now) => button.level(active, now)),
        failed: (error) => this.#lost(error),
      });
      this.#contact = contact;
      this.#button = new Button(this.#setting, contact.active);
      this.#button.show(this.#phone);
      this.#trouble = undefined;
      this.#options.notify({ type: "HeadsetAttached", headset: this.#name, name: this.#name });
    } catch (thrown) {
      const { message, hint } = OffhookError.from(thrown);
      const trouble = `${this.#name}: ${message.replace(/\.$/, "")}`;
      if (trouble !== this.#trouble) {
        const words = hint === undefined ? trouble : `${trouble}. ${hint}`;
        this.#options.log(words, { level: "warning" });
      }
      this.#trouble = trouble;
    }
  }

  show(state: HeadsetState): void {
    this.#phone = state;
    this.#button?.show(state);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
    void this.#contact?.close();
  }

  #lost(error: OffhookError): void {
    this.#contact = undefined;
    this.#button = undefined;
    this.#trouble = `${this.#name}: ${error.message}`;
    this.#options.clock.clearTimeout(this.#timer);
    this.#options.notify({
      type: "HeadsetDetached",
      headset: this.#name,
      error: error.toJSON(),
    });
  }

  #act(move: (button: Button, now: number) => HeadsetIntent[]): void {
    const { clock, notify } = this.#options;
    const button = this.#button;
    if (button === undefined) return;
    const now = clock.now();
    for (const intent of move(button, now)) {
      notify({ type: "HeadsetIntent", headset: this.#name, intent });
    }
    clock.clearTimeout(this.#timer);
    if (button.wakeAt === undefined) return;
    const tick = () => this.#act((each, time) => each.tick(time));
    this.#timer = clock.setTimeout(tick, Math.max(0, button.wakeAt - now));
  }
}
