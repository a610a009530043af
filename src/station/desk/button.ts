/**
 * One contact of a kiosk as a button: debounced, turned round where it is normally closed, and what it
 * means. Pure.
 *
 *     raw level ─► rests for debounceMs ─► pressed? ─► intent that fits the phone's state
 *
 * The level at the start is the baseline: a handset that is off its cradle then answers nothing.
 */
import type { DtmfDigit } from "../../core/media/mod.ts";
import type { ButtonAction, NormallyContact } from "../../config/schema/mod.ts";
import { type HeadsetIntent, type HeadsetState, IDLE_HEADSET } from "../../core/ports/mod.ts";

type Action = Exclude<ButtonAction, DtmfDigit>;

export interface ButtonMeaning {
  /** `hook-switch`: lifted while it is pressed; `hook`: each press lifts or puts down. */
  does: Action | { digit: string };
  /** `closed`: pressed means that the contact is open. */
  normally: NormallyContact;
  debounceMs: number;
}

export class Button {
  readonly #meaning: ButtonMeaning;
  #pressed: boolean;
  #raw: boolean;
  /** When the raw level has rested long enough. */
  #restsAt: number | undefined;
  #phone: HeadsetState = IDLE_HEADSET;

  /** @param active level of the contact now */
  constructor(meaning: ButtonMeaning, active: boolean) {
    this.#meaning = meaning;
    this.#raw = active;
    this.#pressed = this.#isPressed(active);
  }

  /** When {@link tick} must be called next. */
  get wakeAt(): number | undefined {
    return this.#restsAt;
  }

  show(state: HeadsetState): void {
    this.#phone = state;
  }

  /** The contact closed or opened. */
  level(active: boolean, now: number): HeadsetIntent[] {
    if (active === this.#raw) return [];
    this.#raw = active;
    this.#restsAt = this.#isPressed(active) === this.#pressed
      ? undefined
      : now + this.#meaning.debounceMs;
    return this.tick(now);
  }

  /** Time went on to {@link wakeAt}. */
  tick(now: number): HeadsetIntent[] {
    if (this.#restsAt === undefined || now < this.#restsAt) return [];
    this.#restsAt = undefined;
    this.#pressed = this.#isPressed(this.#raw);
    const intent = this.#meaningOf(this.#pressed);
    return intent === undefined ? [] : [intent];
  }

  #isPressed(active: boolean): boolean {
    return active === (this.#meaning.normally === "open");
  }

  #meaningOf(pressed: boolean): HeadsetIntent | undefined {
    const { does } = this.#meaning;
    const { offHook, ring } = this.#phone;
    if (does === "hook-switch") {
      if (pressed) return offHook && !ring ? undefined : { type: "hookOff" };
      // a cradle: putting the handset down declines nothing
      return offHook ? { type: "hookOn" } : undefined;
    }
    if (!pressed) return undefined;
    if (typeof does === "object") return { type: "digit", digit: does.digit };
    switch (does) {
      case "hook":
        return { type: offHook && !ring ? "hookOn" : "hookOff" };
      case "mute":
        return offHook ? { type: "toggleMute" } : undefined;
      case "volume-up":
        return { type: "volume", direction: "up" };
      case "volume-down":
        return { type: "volume", direction: "down" };
      case "reject":
      case "flash":
      case "hold":
      case "redial":
        return { type: does };
    }
  }
}
