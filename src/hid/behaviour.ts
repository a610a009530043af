/**
 * How a headset keeps to the rules of the Telephony page: the numbers and switches of the headset
 * model. {@link STANDARD_BEHAVIOUR} suits every device that follows them; a quirk changes single
 * entries for a model that does not. Plain JSON. Pure.
 */
import type { Names } from "../base/names/mod.ts";
import type { InputMode } from "../core/ports/mod.ts";

/** Inputs of a headset by what they mean. */
export const INPUT_NAMES = [
  "hookSwitch",
  "phoneMute",
  "reject",
  "flash",
  "hold",
  "redial",
  "volumeUp",
  "volumeDown",
] as const satisfies Names<8>;
export type InputName = (typeof INPUT_NAMES)[number];

/** A button that the report descriptor does not name, or names wrongly. */
export interface ExtraButton {
  input: InputName;
  /** 0 where reports have no id. */
  reportId: number;
  /** From the first bit behind the id byte. */
  bitOffset: number;
  mode: InputMode;
}

export interface Behaviour {
  /** Inputs on bits that the descriptor calls constant are live all the same. */
  constantInputs: boolean;
  /** Each press of an absolute hook switch goes to 1 and back: it toggles instead. */
  momentaryHook: boolean;
  /** The hook switch is a cradle: putting the handset down while it rings declines nothing. */
  mechanicalHook: boolean;
  /** The headset takes the off-hook lamp as its hook state and never reports it back. */
  silentAcknowledge: boolean;
  /** Milliseconds in which the report that confirms a lamp must come. */
  acknowledgeMs: number;
  /** Milliseconds after the off-hook lamp went on in which on-hook reports mean nothing. */
  ignoreOnHookMs: number;
  /** Milliseconds in which a second report of the same hook press is a repetition. */
  repeatedHookMs: number;
  /** A relative mute button also pulses to confirm the mute lamp. */
  acknowledgesMute: boolean;
  /** A mute pulse within these milliseconds of an unmute says that the headset refuses it. */
  refusedUnmuteMs: number;
  /** Volume keys are ours; else they are left to the desktop. */
  ownVolume: boolean;
  extraButtons: ExtraButton[];
  /** Usages (page × 65536 + id) to look away from. */
  ignoredUsages: number[];
}

export const STANDARD_BEHAVIOUR: Readonly<Behaviour> = Object.freeze({
  constantInputs: false,
  momentaryHook: false,
  mechanicalHook: false,
  silentAcknowledge: false,
  acknowledgeMs: 2000,
  ignoreOnHookMs: 0,
  repeatedHookMs: 0,
  acknowledgesMute: false,
  refusedUnmuteMs: 700,
  ownVolume: false,
  extraButtons: [],
  ignoredUsages: [],
});
