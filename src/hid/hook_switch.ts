/**
 * The hook switch of one headset: which of its reports a person meant.
 *
 *     report ─► repeated, or as it was ─► nothing
 *            ─► answers the off-hook lamp ─► nothing
 *            └► else the level that the person asks for (true: off-hook)
 *
 * Times are milliseconds of any steady clock. Pure.
 */
import type { Behaviour } from "./behaviour.ts";
import type { Controls } from "./controls.ts";
import { SharedLevel } from "./shared_level.ts";

export class HookSwitch {
  /** A relative switch has no level of its own: each press confirms, or asks for the other level. */
  readonly #toggles: boolean;
  readonly #repeatedMs: number;
  readonly #shared: SharedLevel;
  /** When it last came to each level. */
  #cameAt = { on: -Infinity, off: -Infinity };

  constructor({ inputs }: Controls, behaviour: Behaviour) {
    const field = inputs.find(({ input }) => input === "hookSwitch")?.field;
    this.#toggles = (field?.relative ?? false) || behaviour.momentaryHook;
    this.#repeatedMs = behaviour.repeatedHookMs;
    this.#shared = new SharedLevel(behaviour.acknowledgeMs, {
      silent: behaviour.silentAcknowledge,
      pulses: this.#toggles,
    });
  }

  /** As the headset last reported it. */
  get level(): boolean {
    return this.#shared.level;
  }

  /** Until when an answer to the off-hook lamp is awaited; undefined: none is. */
  get awaitedUntil(): number | undefined {
    return this.#shared.awaitedUntil;
  }

  /** The device was opened: on-hook until it says something. */
  open(): void {
    this.#shared.reset(false);
    this.#cameAt = { on: -Infinity, off: -Infinity };
  }

  /** The first report after opening: where it starts from. */
  baseline(on: boolean): void {
    if (!this.#toggles) this.#shared.reset(on);
  }

  /** The off-hook lamp was written: the headset is asked to follow. */
  command(level: boolean, now: number): void {
    this.#shared.command(level, now);
  }

  /**
   * @param pressed the bit went from 0 to 1
   * @param offHook the phone's state
   * @returns what the person asks for; undefined: nothing
   */
  report(on: boolean, pressed: boolean, offHook: boolean, now: number): boolean | undefined {
    if (!this.#toggles) return this.#levelReport(on, now);
    if (!pressed) return undefined;
    return this.#shared.pulse(now) === "changed" ? !offHook : undefined;
  }

  #levelReport(level: boolean, now: number): boolean | undefined {
    if (level === this.#shared.level) return undefined;
    const side = level ? "off" : "on";
    const repeated = now - this.#cameAt[side] < this.#repeatedMs;
    if (repeated && this.#shared.expected(now) !== level) return undefined;
    this.#cameAt[side] = now;
    return this.#shared.observe(level, now) === "changed" ? level : undefined;
  }
}
