/** The JSON of `offhook headset`. */
import { z } from "zod";

const id = z.string().regex(/^[0-9a-f]{4}$/);
const mode = z.enum(["absolute", "relative"]).nullable();

const headsetInfoSchema = z.object({
  name: z.string().describe("As the device names itself."),
  vendorId: id.describe("Four hex digits."),
  productId: id,
  path: z.string().describe("Names it while it is plugged in."),
  serial: z.string().optional(),
  usable: z.boolean().describe("It has a hook switch or a mute button, and we may open it."),
  why: z.string().describe("What works, or why nothing does."),
  hint: z.string().optional().describe("What to type when it may not be opened."),
  inputs: z.object({ hookSwitch: mode, phoneMute: mode, reject: mode, flash: mode }).describe(
    "absolute: levels; relative: single presses; null: there is none.",
  ),
  furtherInputs: z.object({ hold: mode, redial: mode }),
  digits: z.string().describe("Digits that its keys dial."),
  outputs: z.object({
    offHook: z.boolean(),
    ring: z.boolean(),
    mute: z.boolean(),
    hold: z.boolean(),
  }).describe("Its lamps."),
  quirks: z.array(z.string()).describe("Why it is treated in a way of its own."),
  soundCards: z.array(z.int()).describe("Linux: ALSA cards of the same USB device."),
  use: z.enum(["free", "station", "front", "released", "off"]).describe(
    "Whether a running station has it: front is where calls are; released: not while idle; " +
      "off: switched off.",
  ),
});

export const headsetListSchema = z.object({
  schema: z.literal("offhook.headsets/1"),
  headsets: z.array(headsetInfoSchema),
});

export type HeadsetListReport = z.infer<typeof headsetListSchema>;

export const headsetTestSchema = z.object({
  schema: z.literal("offhook.headset-test/1"),
  headset: z.object({ name: z.string(), vendorId: id, productId: id, path: z.string() }),
  passed: z.boolean().describe("Nothing failed; what was skipped does not count."),
  checks: z.array(z.object({
    part: z.string().describe("A lamp or a button: lamp ring, hook switch."),
    outcome: z.enum(["passed", "failed", "skipped"]),
    detail: z.string(),
    ms: z.number().nonnegative().optional().describe("How long the answer took."),
  })),
});

export type HeadsetTestReport = z.infer<typeof headsetTestSchema>;
