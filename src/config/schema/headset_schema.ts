/** The `[headset]` table of the configuration: buttons, lamps, and what they do. */
import { GPIO_BIASES, type Names } from "../../base/names/mod.ts";
import { DTMF_DIGITS } from "../../core/media/mod.ts";
import { z } from "zod";

const line = () =>
  z.string().min(1).regex(/^[^\p{Cc}]*$/u, {
    error: "allowed is one line without control characters",
  });

/** What a button of a kiosk may do; a hook switch is lifted while it is active. */
const BUTTON_ACTIONS = [
  "hook-switch",
  "hook",
  "mute",
  "reject",
  "flash",
  "hold",
  "redial",
  "volume-up",
  "volume-down",
  ...DTMF_DIGITS,
] as const satisfies Names<25>;
export type ButtonAction = (typeof BUTTON_ACTIONS)[number];

const CONTACTS = ["open", "closed"] as const satisfies Names<2>;
export type NormallyContact = (typeof CONTACTS)[number];

/** Of a GPIO line. */
const LEVELS = ["high", "low"] as const satisfies Names<2>;

/** What lifting does. */
const LIFTS = ["nothing", "hotline", "redial"] as const satisfies Names<3>;

/** What to do when another softphone seems to use the same headset. */
const CONTESTED = ["say", "release"] as const satisfies Names<2>;
export type ContestedPolicy = (typeof CONTESTED)[number];

const button = {
  does: z.enum(BUTTON_ACTIONS).describe(
    "hook-switch: off-hook while it is active; hook: each press changes between off-hook and " +
      "on-hook; mute, reject, flash, hold, redial, volume-up, volume-down; or a digit.",
  ).meta({ examples: ["hook-switch"] }),
  normally: z.enum(CONTACTS).default("open").describe(
    "closed: active when not pressed (a cradle that the resting handset presses).",
  ).meta({ examples: ["open"] }),
  debounce_ms: z.int().min(0).max(1000).default(20).describe(
    "Milliseconds that a contact must be stable before it counts.",
  ).meta({ examples: [20] }),
};

const keySchema = z.strictObject({
  device: line().describe("A Linux input device.").meta({
    examples: ["/dev/input/by-id/usb-handset-event-kbd"],
  }),
  code: z.int().min(0).max(767).describe(
    "Number of the key, as `evtest` shows it (linux/input-event-codes.h): 169 is KEY_PHONE.",
  ).meta({ examples: [169] }),
  ...button,
});

const gpioSchema = z.strictObject({
  chip: line().default("/dev/gpiochip0").describe("The GPIO chip.").meta({
    examples: ["/dev/gpiochip0"],
  }),
  line: z.int().min(0).max(65535).describe("Number of the line.").meta({ examples: [17] }),
  active: z.enum(LEVELS).default("low").describe(
    "Level of the line while the contact is closed.",
  ).meta({ examples: ["low"] }),
  bias: z.enum(GPIO_BIASES).default("pull-up").describe(
    "The internal resistor of the line.",
  ).meta({ examples: ["pull-up"] }),
  ...button,
});

export const headsetSchema = z.strictObject({
  enabled: z.boolean().default(true).describe(
    "False: do not use headset buttons and lamps, for example because another softphone does.",
  ),
  preferred: z.array(line()).default([]).describe(
    "Headsets in the order of preference: part of the name, or VENDOR:PRODUCT in hexadecimal.",
  ),
  sound: z.boolean().default(true).describe(
    "Use the headset's sound card for calls while it is plugged in; false: only its buttons and " +
      "lamps. A device that [devices] or [audio] names is kept, unless it is a list that prefers " +
      "the headset.",
  ),
  release_when_idle: z.boolean().default(false).describe(
    "Release the headset to other programs while there is no call; its buttons then cannot start a call.",
  ),
  contested: z.enum(CONTESTED).default("say").describe(
    "What to do when another softphone seems to use the same headset: say so, or release it.",
  ),
  lift: z.enum(LIFTS).default("nothing").describe(
    "What going off-hook does while there is no call.",
  ),
  hotline: line().optional().describe('What lift = "hotline" dials.').meta({
    examples: ["sip:reception@sip.example.com"],
  }),
  quirks: z.array(line()).default([]).describe(
    "More quirk files for non-standard models; those in the folder headsets/ beside this file are always read.",
  ),
  busylight: z.boolean().default(true).describe("Show calls on a busylight, if one is plugged in."),
  keys: z.array(keySchema).default([]).describe("Keys of Linux input devices that act as buttons."),
  gpio: z.array(gpioSchema).default([]).describe("Contacts on GPIO lines that act as buttons."),
}).refine((headset) => headset.lift !== "hotline" || headset.hotline !== undefined, {
  path: ["hotline"],
  error: 'lift = "hotline" needs it',
}).prefault({}).describe("Buttons and lamps of headsets.");

export type HeadsetConfig = z.output<typeof headsetSchema>;
