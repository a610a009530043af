/** The JSON of `offhook register`; with `--stay` one line for each change. */
import type { Names } from "../../base/names/mod.ts";
import { errorJson } from "../contract/mod.ts";
import { z } from "zod";

/** States of a registration that a command waits for. */
const FINAL_STATES = ["registered", "failed", "unregistered"] as const satisfies Names<3>;

export const registerReportSchema = z.object({
  schema: z.literal("offhook.register/1"),
  account: z.string(),
  uri: z.string().describe("The address of record."),
  state: z.enum(FINAL_STATES),
  expires: z.int().nonnegative().nullable().describe("Seconds that the registrar granted."),
  sipStatus: z.int().describe("Of a failure; 0 when nothing was answered, 200 when registered."),
  tookMs: z.int().nonnegative().describe("Since the command began to register."),
  retryInMs: z.int().nonnegative().optional().describe("When it is tried again, with --stay."),
  error: errorJson.optional(),
});

export type RegisterReport = z.infer<typeof registerReportSchema>;
