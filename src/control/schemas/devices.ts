/** The JSON of `offhook devices`. */
import { z } from "zod";
import { errorSchema } from "./error.ts";

export const devicesReportSchema = z.object({
  schema: z.literal("offhook.devices/1"),
  backend: z.string().describe("What reaches the sound cards: naudiodon, portaudio or none."),
  unavailable: errorSchema.optional().describe("Why there is none, and what to install."),
  devices: z.array(z.object({
    id: z.string().describe("Stays the same over restarts and replugging."),
    name: z.string(),
    hostApi: z.string(),
    inputChannels: z.int().nonnegative(),
    outputChannels: z.int().nonnegative(),
    defaultInput: z.boolean(),
    defaultOutput: z.boolean(),
    sampleRate: z.number().describe("That the device prefers, Hz."),
  })),
});

export type DevicesReport = z.infer<typeof devicesReportSchema>;
