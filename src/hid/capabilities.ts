/**
 * What a headset can do, as `offhook headset list` shows it, from its report descriptor. Pure.
 */
import type { InputMode } from "../core/ports/mod.ts";
import type { Behaviour, InputName } from "./behaviour.ts";
import { type Controls, controlsOf, type LampName } from "./controls.ts";
import type { ReportDescriptor } from "./descriptor.ts";
import { Page, pageOf } from "./usages.ts";

/** Null: there is none. */
type Mode = InputMode | null;

export interface Capabilities {
  /** True when a hook switch or a mute button is there to be pressed. */
  usable: boolean;
  /** One sentence: what works, or why nothing does. */
  why: string;
  inputs:
    & Record<Exclude<InputName, "volumeUp" | "volumeDown">, Mode>
    & { /** Digits that its keys can dial, in the order of the descriptor. */ digits: string };
  outputs: Record<Exclude<LampName, "ringer">, boolean>;
}

/** What the device can do under a behaviour (the standard one, or its quirk's). */
export function capabilitiesOf(descriptor: ReportDescriptor, behaviour: Behaviour): Capabilities {
  const controls = controlsOf(descriptor, behaviour);
  const mode = (input: InputName): Mode => {
    const control = controls.inputs.find((each) => each.input === input);
    if (control === undefined) return null;
    const toggles = input === "hookSwitch" && behaviour.momentaryHook;
    return control.field.relative || toggles ? "relative" : "absolute";
  };
  const lamp = (name: LampName) => controls.lamps.some((each) => each.name === name);
  const inputs = {
    hookSwitch: mode("hookSwitch"),
    phoneMute: mode("phoneMute"),
    reject: mode("reject"),
    flash: mode("flash"),
    hold: mode("hold"),
    redial: mode("redial"),
    digits: controls.inputs.map(({ digit }) => digit ?? "").join(""),
  };
  const outputs = {
    offHook: lamp("offHook"),
    ring: lamp("ring"),
    mute: lamp("mute"),
    hold: lamp("hold"),
  };
  const usable = inputs.hookSwitch !== null || inputs.phoneMute !== null;
  const why = usable ? whatWorks(inputs, outputs) : whyNot(descriptor, controls);
  return { usable, why, inputs, outputs };
}

function whatWorks(inputs: Capabilities["inputs"], outputs: Capabilities["outputs"]): string {
  const buttons = [
    inputs.hookSwitch && "hook switch",
    inputs.phoneMute && "mute button",
    inputs.reject && "reject button",
    inputs.flash && "flash button",
  ].filter(Boolean).join(", ");
  const lamps = Object.entries({
    "off-hook": outputs.offHook,
    ring: outputs.ring,
    mute: outputs.mute,
    hold: outputs.hold,
  }).filter(([, there]) => there).map(([name]) => name).join(", ");
  const missing = inputs.hookSwitch === null ? "; it has no hook switch, so it cannot answer" : "";
  return `It has ${buttons}; lamps: ${lamps || "none"}${missing}.`;
}

function whyNot(descriptor: ReportDescriptor, controls: Controls): string {
  if (!isTelephony(descriptor)) return "It has no telephony collection, so no call buttons.";
  if (controls.constant.includes("hookSwitch")) {
    return "Its hook switch is declared constant, so it never reports a press.";
  }
  if (controls.constant.includes("phoneMute")) {
    return "Its mute button is declared constant, so it never reports a press.";
  }
  const buttons = controls.inputs.filter(({ input }) => !input.startsWith("volume"));
  if (buttons.length === 0 && controls.lamps.length === 0) {
    return "Its telephony collection has neither buttons nor lamps.";
  }
  return "It has neither a hook switch nor a mute button.";
}

/** True when a collection or a field of the device is of the Telephony page. */
export function isTelephony(descriptor: ReportDescriptor): boolean {
  const telephony = (usage: number) => pageOf(usage) === Page.telephony;
  return descriptor.collections.some(telephony) ||
    descriptor.fields.some(({ collections }) => collections.some(telephony));
}
