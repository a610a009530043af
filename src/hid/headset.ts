/**
 * One headset: its reports become intents, the phone's state becomes its lamps.
 *
 *                      ┌──────────── closed ◄──────────── close (writes idle)
 *                      ▼                                    ▲
 *     open ─► writes idle ─► settling ─ first report, 200 ms ─► open ─► writes the phone's state
 *
 *     report ─► edges ─► acknowledgement of a lamp? ─ yes ─► swallowed
 *                                                   └ no ──► intent ─► (core) ─► show(state) ─► lamps
 *
 * A hook report is a request or an acknowledgement ({@link HookSwitch}). Only a request that differs
 * from the phone's state becomes an intent; when the phone does not follow it, the lamps are written
 * again, so that the headset gives up its own idea. Lamps are written as whole reports and only when
 * they change, or to re-assert them. Times are milliseconds of any steady clock, passed in. Pure.
 */
import { type HeadsetIntent, type HeadsetState, IDLE_HEADSET } from "../core/ports/mod.ts";
import type { Behaviour } from "./behaviour.ts";
import { type Control, type Controls, InputReader, type LampName } from "./controls.ts";
import { HookSwitch } from "./hook_switch.ts";
import { LampWriter } from "./lamp_writer.ts";
import { SharedLevel } from "./shared_level.ts";

/** What a person should hear about. */
export type HeadsetModelNotice =
  /** Another program wrote the lamps; they are written again. */
  | { type: "outsideWrite" }
  /** On-hook came sooner after off-hook than a person can press: perhaps a second softphone. */
  | { type: "contested" };

export interface HeadsetOutput {
  /** Whole output reports, the id byte first (0 where the device has no ids), to write in order. */
  writes: Uint8Array[];
  intents: HeadsetIntent[];
  notices: HeadsetModelNotice[];
}

/** How long the idle lamps stand after opening while the first report is awaited. */
const SETTLE_OPEN_MS = 200;
/** The phone has so long to follow a request before the lamps are written again. */
const FOLLOW_MS = 1000;
/** A desktop that follows the same mute press has written its lamp by then. */
const OUTSIDE_WRITE_MS = 300;
/** An on-hook so soon after a mute press is the outside write's doing. */
const MUTE_GUARD_MS = 500;
/** Nobody hangs up so soon after the off-hook lamp went on. */
const CONTESTED_MS = 300;

export class Headset {
  readonly #behaviour: Behaviour;
  readonly #reader: InputReader;
  readonly #lamps: LampWriter;
  readonly #hook: HookSwitch;
  readonly #mute: SharedLevel;
  readonly #muteMode: "toggle" | "level";
  /** Off-Hook and Mute stand in one report: whoever rebuilds one clears the other. */
  readonly #oneReport: boolean;
  #phase: "closed" | "settling" | "open" = "closed";
  #phone: HeadsetState = IDLE_HEADSET;
  #pressed = new Set<Control>();
  #offHookAt = -Infinity;
  #unmuteAt = -Infinity;
  #muteLampAt = -Infinity;
  #mutePressAt = -Infinity;
  #settleAt: number | undefined;
  #followAt: number | undefined;
  #echoAt: number | undefined;
  #output: HeadsetOutput = emptyOutput();

  constructor(controls: Controls, behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#reader = new InputReader(controls);
    this.#lamps = new LampWriter(controls);
    const mute = controls.inputs.find(({ input }) => input === "phoneMute")?.field;
    this.#muteMode = mute?.relative ? "toggle" : "level";
    this.#hook = new HookSwitch(controls, behaviour);
    this.#mute = new SharedLevel(behaviour.acknowledgeMs);
    this.#oneReport = this.#lamps.together("mute", "offHook");
  }

  /** When {@link tick} must be called next; undefined: not before something else happens. */
  get wakeAt(): number | undefined {
    const times = [this.#settleAt, this.#followAt, this.#echoAt].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The device was opened. Idle is written; the phone's state follows when the device settled. */
  open(now: number): HeadsetOutput {
    this.#phase = "settling";
    this.#pressed.clear();
    this.#lamps.forget();
    this.#hook.open();
    this.#mute.reset(false);
    this.#followAt = this.#echoAt = undefined;
    this.#settleAt = now + SETTLE_OPEN_MS;
    this.#writeLamps(IDLE_HEADSET, now);
    return this.#taken();
  }

  /** The device is about to be closed, or is gone: every lamp goes off. */
  close(): HeadsetOutput {
    if (this.#phase !== "closed") this.#output.writes.push(...this.#lamps.write(IDLE_HEADSET));
    this.#phase = "closed";
    this.#settleAt = this.#followAt = this.#echoAt = undefined;
    return this.#taken();
  }

  /** The phone's state changed (or is said again, which writes nothing). */
  show(state: HeadsetState, now: number): HeadsetOutput {
    if (this.#phase === "open") this.#apply(state, now);
    else this.#phone = state;
    return this.#taken();
  }

  /** An input report as node-hid gives it. */
  report(report: Uint8Array, now: number): HeadsetOutput {
    const states = this.#reader.read(report);
    if (this.#phase === "settling" && states.length > 0) {
      for (const { control, on } of states) this.#baseline(control, on);
      this.#settled(now);
    } else if (this.#phase === "open") {
      for (const { control, on } of states) this.#input(control, on, now);
    }
    return this.#taken();
  }

  /** Time went on to {@link wakeAt}. */
  tick(now: number): HeadsetOutput {
    if (this.#settleAt !== undefined && now >= this.#settleAt) this.#settled(now);
    if (this.#followAt !== undefined && now >= this.#followAt) this.#follow(now);
    if (this.#echoAt !== undefined && now >= this.#echoAt) {
      this.#echoAt = undefined;
      if (this.#oneReport || this.#muteLampAt < this.#mutePressAt) {
        this.#lamps.forget("mute");
        this.#writeLamps(this.#phone, now);
      }
    }
    return this.#taken();
  }

  /** Writes every lamp again: another program is known to have written some. */
  reassert(now: number): HeadsetOutput {
    if (this.#phase === "open") {
      this.#lamps.forget();
      this.#writeLamps(this.#phone, now);
    }
    return this.#taken();
  }

  #taken(): HeadsetOutput {
    const output = this.#output;
    this.#output = emptyOutput();
    return output;
  }

  #intend(intent: HeadsetIntent): void {
    this.#output.intents.push(intent);
  }

  #baseline(control: Control, on: boolean): void {
    if (on) this.#pressed.add(control);
    if (control.input === "hookSwitch") this.#hook.baseline(on);
    if (control.input === "phoneMute" && this.#muteMode === "level") this.#mute.reset(on);
  }

  #settled(now: number): void {
    this.#settleAt = undefined;
    this.#phase = "open";
    const phone = this.#phone;
    this.#phone = IDLE_HEADSET;
    this.#apply(phone, now);
  }

  #apply(state: HeadsetState, now: number): void {
    const before = this.#phone;
    this.#phone = state;
    this.#writeLamps(state, now);
    if (state.offHook && !before.offHook) this.#offHookAt = now;
    if (state.mute !== before.mute) {
      this.#muteLampAt = now;
      if (!state.mute && state.offHook) this.#unmuteAt = now;
    }
  }

  #input(control: Control, on: boolean, now: number): void {
    const pressed = on && !this.#pressed.has(control);
    if (on) this.#pressed.add(control);
    else this.#pressed.delete(control);
    switch (control.input) {
      case "hookSwitch": {
        const wanted = this.#hook.report(on, pressed, this.#phone.offHook, now);
        if (wanted !== undefined) this.#hookRequest(wanted, now);
        // a press may have been taken for the answer to an earlier lamp
        else if (this.#hook.level !== this.#phone.offHook) {
          this.#followAt ??= Math.min(now + FOLLOW_MS, this.#hook.awaitedUntil ?? Infinity);
        }
        return;
      }
      case "phoneMute":
        if (this.#muteMode === "level") this.#muteLevel(on, now);
        else if (pressed) this.#mutePulse(now);
        return;
      default:
        if (pressed) this.#button(control);
    }
  }

  #button({ input, digit }: Control): void {
    const { ring, offHook } = this.#phone;
    if (input === "reject" && ring) this.#intend({ type: "reject" });
    else if (input === "flash" && (ring || offHook)) this.#intend({ type: "flash" });
    else if (input === "hold" && offHook) this.#intend({ type: "hold" });
    else if (input === "redial") this.#intend({ type: "redial" });
    else if (input === "digit") this.#intend({ type: "digit", digit: digit! });
    else if (this.#behaviour.ownVolume) {
      if (input === "volumeUp") this.#intend({ type: "volume", direction: "up" });
      if (input === "volumeDown") this.#intend({ type: "volume", direction: "down" });
    }
  }

  #hookRequest(level: boolean, now: number): void {
    const { offHook, ring } = this.#phone;
    if (level === offHook) {
      // without a lamp the headset cannot follow us: its level may be left over from an ended call
      const inStep = this.#lamps.has("offHook") && !this.#behaviour.mechanicalHook;
      if (!level && ring && inStep) this.#intend({ type: "reject" });
      return;
    }
    if (level) {
      this.#intend({ type: "hookOff" });
      this.#followAt = now + FOLLOW_MS;
    } else this.#onHookRequest(now);
  }

  #onHookRequest(now: number): void {
    if (now - this.#offHookAt < this.#behaviour.ignoreOnHookMs) return;
    if (this.#oneReport && now - this.#mutePressAt < MUTE_GUARD_MS) {
      this.#output.notices.push({ type: "outsideWrite" });
      this.#follow(now);
    } else if (this.#phone.ring) {
      this.#follow(now); // which of two calls is meant cannot be told: neither is touched
    } else {
      if (now - this.#offHookAt < CONTESTED_MS) this.#output.notices.push({ type: "contested" });
      this.#intend({ type: "hookOn" });
      this.#followAt = now + FOLLOW_MS;
    }
  }

  #mutePulse(now: number): void {
    if (!this.#phone.offHook) return;
    if (this.#behaviour.acknowledgesMute && this.#mute.expected(now) !== undefined) {
      this.#mute.reset(this.#phone.mute);
      return;
    }
    const refused = !this.#phone.mute && now - this.#unmuteAt < this.#behaviour.refusedUnmuteMs;
    this.#mute.reset(!this.#phone.mute); // the lamp that follows is an answer, it asks for nothing
    this.#intend(refused ? { type: "setMute", muted: true, refused } : { type: "toggleMute" });
    this.#echo(now);
  }

  #muteLevel(level: boolean, now: number): void {
    if (this.#mute.observe(level, now) !== "changed") return;
    if (!this.#phone.offHook || level === this.#phone.mute) return;
    const refused = level && now - this.#unmuteAt < this.#behaviour.refusedUnmuteMs;
    this.#intend({ type: "setMute", muted: level, refused });
    this.#echo(now);
  }

  #echo(now: number): void {
    this.#mutePressAt = now;
    this.#echoAt = now + OUTSIDE_WRITE_MS;
  }

  /** Where the headset's hook and the phone still differ, the phone's state is written again. */
  #follow(now: number): void {
    this.#followAt = undefined;
    if (this.#hook.level === this.#phone.offHook) return;
    this.#lamps.forget("offHook");
    this.#writeLamps(this.#phone, now);
  }

  /** Whatever writes a lamp asks the headset's hook, or mute, to follow it: an answer may come. */
  #writeLamps(state: HeadsetState, now: number): void {
    const reports = this.#lamps.write(state);
    this.#output.writes.push(...reports);
    const writes = (name: LampName) => reports.some((report) => this.#lamps.isIn(name, report));
    if (writes("offHook")) this.#hook.command(state.offHook, now);
    if (writes("mute") && state.offHook) this.#mute.command(state.mute, now);
  }
}

function emptyOutput(): HeadsetOutput {
  return { writes: [], intents: [], notices: [] };
}
