/** The JSON of `offhook demo`. */
import { errorJson } from "../contract/mod.ts";
import { z } from "zod";
import { callReportSchema } from "./call.ts";

export const demoReportSchema = z.object({
  schema: z.literal("offhook.demo/1"),
  ok: z.boolean().describe("The voice that was sent came back."),
  registerMs: z.int().nonnegative().describe("From REGISTER to registered, challenge included."),
  call: callReportSchema,
  echo: z.object({
    found: z.boolean(),
    delayMs: z.int().describe("There and back."),
    levelDb: z.number().describe("What came back against what was sent."),
    correlation: z.number().min(0).max(1),
  }),
  sound: z.object({
    card: z.boolean().describe("Whether there is a microphone and a loudspeaker."),
    error: errorJson.optional().describe("Why there is none, and what to install."),
  }),
});

export type DemoReport = z.infer<typeof demoReportSchema>;
