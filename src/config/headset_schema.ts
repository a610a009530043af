/** The `[headset]` table of the configuration: buttons, lamps, and what they do. */
import { z } from "zod";

const line = () =>
  z.string().min(1).regex(/^[^\p{Cc}]*$/u, {
    error: "allowed is one line without control characters",
  });

/** What a button of a kiosk may do; a hook switch is lifted while it is active. */
export const BUTTON_ACTIONS = [
  "hook-switch",
  "hook",
  "mute",
  "reject",
  "flash",
  "hold",
  "redial",
  "volume-up",
  "volume-down",
  ..."0123456789*#ABCD",
] as const;

const button = {
  does: z.enum(BUTTON_ACTIONS).describe(
    "hook-switch: lifted while it is active; hook: each press lifts or puts down; mute, reject, " +
      "flash, hold, redial, volume-up, volume-down; or a digit.",
  ).meta({ examples: ["hook-switch"] }),
  normally: z.enum(["open", "closed"]).default("open").describe(
    "closed: active means not pressed (a cradle that opens when the handset lies on it).",
  ).meta({ examples: ["open"] }),
  debounce_ms: z.int().min(0).max(1000).default(20).describe(
    "Milliseconds that a contact must rest before it counts.",
  ).meta({ examples: [20] }),
};

export const keySchema = z.strictObject({
  device: line().describe("An input device of Linux.").meta({
    examples: ["/dev/input/by-id/usb-handset-event-kbd"],
  }),
  code: z.int().min(0).max(767).describe(
    "Number of its key, as `evtest` shows it (linux/input-event-codes.h): 169 is KEY_PHONE.",
  ).meta({ examples: [169] }),
  ...button,
});

export const gpioSchema = z.strictObject({
  chip: line().default("/dev/gpiochip0").describe("The GPIO chip.").meta({
    examples: ["/dev/gpiochip0"],
  }),
  line: z.int().min(0).max(65535).describe("Number of its line.").meta({ examples: [17] }),
  active: z.enum(["high", "low"]).default("low").describe(
    "The level of a closed contact.",
  ).meta({ examples: ["low"] }),
  bias: z.enum(["as-is", "pull-up", "pull-down", "disabled"]).default("pull-up").describe(
    "The line's own resistor.",
  ).meta({ examples: ["pull-up"] }),
  ...button,
});

export const headsetSchema = z.strictObject({
  enabled: z.boolean().default(true).describe(
    "False: buttons and lamps of headsets are left alone (another softphone has them).",
  ),
  preferred: z.array(line()).default([]).describe(
    "Headsets, the preferred one first: a part of the name, or VENDOR:PRODUCT in hexadecimal.",
  ),
  sound: z.boolean().default(true).describe(
    "Calls use the headset's own sound card while it is plugged in; false: only its buttons and " +
      "lamps. A device that [devices] or [audio] names stays.",
  ),
  release_when_idle: z.boolean().default(false).describe(
    "Leave the headset to other programs while no call is on; its buttons begin no call then.",
  ),
  contested: z.enum(["say", "release"]).default("say").describe(
    "What to do when another softphone seems to use the same headset: say it, or let go of it.",
  ),
  lift: z.enum(["nothing", "hotline", "redial"]).default("nothing").describe(
    "What lifting does while no call is on.",
  ),
  hotline: line().optional().describe('What lift = "hotline" dials.').meta({
    examples: ["sip:reception@sip.example.com"],
  }),
  quirks: z.array(line()).default([]).describe(
    "Files for models that break the rules, besides those of the folder headsets/ beside this file.",
  ),
  busylight: z.boolean().default(true).describe("Show calls on a busylight that is plugged in."),
  keys: z.array(keySchema).default([]).describe("Keys of Linux input devices as buttons."),
  gpio: z.array(gpioSchema).default([]).describe("Contacts on GPIO lines as buttons."),
}).refine((headset) => headset.lift !== "hotline" || headset.hotline !== undefined, {
  path: ["hotline"],
  error: 'lift = "hotline" needs it',
}).prefault({}).describe("Buttons and lamps of headsets.");

export type HeadsetConfig = z.output<typeof headsetSchema>;
