/**
 * One headset that is plugged in: open while it is wanted.
 *
 *     closed ──wanted──► opening ──► open ──unwanted──► closing ──► closed
 *                           └─ refused: permission; failed           └─ unplugged: gone
 *
 * What is asked meanwhile is done when the step before it is over.
 */
import type { Clock } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { HeadsetIntent, HeadsetNotice, HeadsetState } from "../../core/ports/mod.ts";
import type { HidConnection, HidDevice } from "../../device_host/client/mod.ts";
import type { Behaviour } from "../../hid/mod.ts";
import { HeadsetLink } from "./headset_link.ts";
import type { HeadsetModel } from "./headset_model.ts";

export interface SlotEvents {
  intent(slot: HeadsetSlot, intent: HeadsetIntent): void;
  opened(slot: HeadsetSlot): void;
  /** It is held no more; `error` unless it was let go. */
  closed(slot: HeadsetSlot, error?: OffhookError): void;
  notice(slot: HeadsetSlot, notice: HeadsetNotice, text: string, hint?: string): void;
}

export class HeadsetSlot {
  readonly device: HidDevice;
  readonly #hid: HidConnection;
  readonly #model: HeadsetModel;
  readonly #clock: Clock;
  readonly #events: SlotEvents;
  #link: HeadsetLink | undefined;
  #state: HeadsetState;
  #wanted = false;
  #gone = false;
  /** Why it did not open, told once. */
  #refused: OffhookError | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(
    place: { hid: HidConnection; device: HidDevice; model: HeadsetModel },
    state: HeadsetState,
    { clock, events }: { clock: Clock; events: SlotEvents },
  ) {
    this.device = place.device;
    this.#hid = place.hid;
    this.#model = place.model;
    this.#state = state;
    this.#clock = clock;
    this.#events = events;
  }

  get open(): boolean {
    return this.#link !== undefined;
  }

  get behaviour(): Behaviour {
    return this.#model.behaviour;
  }

  get refused(): OffhookError | undefined {
    return this.#refused;
  }

  /** Holds the headset, or lets it go. Settles when it is so; never rejects. */
  want(wanted: boolean): Promise<void> {
    this.#wanted = wanted;
    return this.#working = this.#working.then(() => this.#follow(false));
  }

  /** Tries again what was refused: udev may have come round. */
  retry(): Promise<void> {
    return this.#working = this.#working.then(() => this.#follow(true));
  }

  show(state: HeadsetState): void {
    this.#state = state;
    this.#link?.show(state);
  }

  reassert(): void {
    this.#link?.reassert();
  }

  /** The device, or the host that held it, is gone. */
  lost(): void {
    this.#gone = true;
    this.#link = undefined;
  }

  async #follow(again: boolean): Promise<void> {
    if (this.#gone || this.#wanted === this.open) return;
    if (this.#wanted) {
      if (again || this.#refused === undefined) await this.#open();
      return;
    }
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
    this.#events.closed(this);
  }

  async #open(): Promise<void> {
    try {
      const link = await HeadsetLink.open(this.#hid, this.device, this.#model, {
        clock: this.#clock,
        events: {
          intent: (intent) => this.#events.intent(this, intent),
          failed: (error) => this.#failed(error),
          notice: (notice, text, hint) => this.#events.notice(this, notice, text, hint),
        },
      });
      this.#link = link;
      this.#refused = undefined;
      link.show(this.#state);
      this.#events.opened(this);
    } catch (thrown) {
      this.#refuse(OffhookError.from(thrown));
    }
  }

  #refuse(error: OffhookError): void {
    if (this.#gone) return;
    const denied = error.data?.reason === "permission-denied";
    if (this.#refused?.message !== error.message) {
      this.#events.notice(this, denied ? "permission-denied" : "failed", error.message, error.hint);
    }
    this.#refused = error;
  }

  #failed(error: OffhookError): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
    this.#events.closed(this, error);
  }
}
