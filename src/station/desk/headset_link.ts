/**
 * One attached headset: its model between the device and the core.
 *
 *     report ─► Headset ─► intents ─► core          core ─► show(state) ─► Headset ─► writes ─► device
 *                  └─ writes ─► device
 */
import type { Clock, TimerHandle } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { HeadsetIntent, HeadsetNotice, HeadsetState } from "../../core/ports/mod.ts";
import type { HidConnection, HidDevice, HidHandle } from "../../device_host/client/mod.ts";
import { controlsOf, Headset, type HeadsetOutput } from "../../hid/mod.ts";
import type { HeadsetModel } from "./headset_model.ts";

export interface LinkEvents {
  intent(intent: HeadsetIntent): void;
  /** The device is gone; the last event. */
  failed(error: OffhookError): void;
  notice(notice: HeadsetNotice, text: string, hint?: string): void;
}

const NOTICES: Record<string, [HeadsetNotice, string, string?]> = {
  outsideWrite: ["outside-write", "another program wrote its lamps; they are written again"],
  contested: [
    "contested",
    "it hung up faster than a person can: perhaps another softphone uses it too",
    "Close the other softphone, or let only one of them use the headset: " +
    "`offhook headset off`, or headset.enabled = false.",
  ],
};

export class HeadsetLink {
  readonly device: HidDevice;
  readonly #headset: Headset;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  #handle: HidHandle | undefined;
  #timer: TimerHandle;
  #timerAt: number | undefined;

  private constructor(device: HidDevice, headset: Headset, clock: Clock, events: LinkEvents) {
    this.device = device;
    this.#headset = headset;
    this.#clock = clock;
    this.#events = events;
  }

  /** @throws OffhookError `device-not-found` or `device-failed`; permission is told apart there */
  static async open(
    hid: HidConnection,
    device: HidDevice,
    { descriptor, behaviour }: HeadsetModel,
    { clock, events }: { clock: Clock; events: LinkEvents },
  ): Promise<HeadsetLink> {
    const controls = controlsOf(descriptor, behaviour);
    const farewell = new Headset(controls, behaviour).open(0).writes;
    const link = new HeadsetLink(device, new Headset(controls, behaviour), clock, events);
    link.#handle = await hid.open(device.path, farewell, {
      report: (bytes) => link.#act((headset, now) => headset.report(bytes, now)),
      failed: (error) => {
        link.#stopTimer();
        link.#handle = undefined;
        events.failed(error);
      },
    });
    link.#act((headset, now) => headset.open(now));
    return link;
  }

  show(state: HeadsetState): void {
    this.#act((headset, now) => headset.show(state, now));
  }

  /** Something else may have written the lamps (the system slept). */
  reassert(): void {
    this.#act((headset, now) => headset.reassert(now));
  }

  /** Lamps off, handle closed. Never rejects. */
  async close(): Promise<void> {
    this.#act((headset) => headset.close());
    this.#stopTimer();
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  #act(move: (headset: Headset, now: number) => HeadsetOutput): void {
    const { writes, intents, notices } = move(this.#headset, this.#clock.now());
    for (const report of writes) this.#write(report);
    for (const { type } of notices) this.#events.notice(...NOTICES[type]!);
    for (const intent of intents) this.#events.intent(intent);
    this.#schedule();
  }

  #write(report: Uint8Array): void {
    this.#handle?.write(report).catch((error) => {
      if (this.#handle === undefined) return;
      this.#events.notice("failed", OffhookError.from(error).message);
    });
  }

  #schedule(): void {
    const { wakeAt } = this.#headset;
    if (wakeAt === this.#timerAt) return;
    this.#stopTimer();
    if (wakeAt === undefined) return;
    this.#timerAt = wakeAt;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timerAt = undefined;
      this.#act((headset, now) => headset.tick(now));
    }, Math.max(0, wakeAt - this.#clock.now()));
  }

  #stopTimer(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timerAt = undefined;
  }
}
