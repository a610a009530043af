/** The JSON of `offhook devices`. */
import { z } from "zod";
import { soundDevices } from "../contract/mod.ts";

export const devicesReportSchema = z.object({
  schema: z.literal("offhook.devices/1"),
  ...soundDevices.omit({ missing: true }).shape,
});

export type DevicesReport = z.infer<typeof devicesReportSchema>;

const triedDevice = z.object({
  id: z.string(),
  name: z.string(),
  rate: z.number().describe("Hz."),
  bufferMs: z.number().describe("What the sound system says that it buffers."),
  passedOver: z.array(z.string()).describe("Names of the list before it that are not there."),
});

export const devicesTestSchema = z.object({
  schema: z.literal("offhook.devices-test/1"),
  passed: z.boolean().describe("The microphone gives sound."),
  microphone: triedDevice.extend({
    silent: z.boolean().describe("It gave nothing but zeros."),
    noiseDbfs: z.number().describe("Noise floor, dBFS (RMS)."),
    voiceDbfs: z.number().describe("The loudest 20 ms while somebody should speak, dBFS (RMS)."),
  }),
  speaker: triedDevice,
  echo: z.object({
    heard: z.boolean().describe("The microphone hears the speaker."),
    levelDb: z.number().optional().describe("How loud, against what is played."),
    latencyMs: z.number().optional().describe("From our output through both devices to our input."),
  }),
  findings: z.array(z.string()).describe("One sentence each; empty: all is well."),
});

export type DevicesTestReport = z.infer<typeof devicesTestSchema>;
