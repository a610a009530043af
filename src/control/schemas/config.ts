/** The JSON of `offhook config check`, `config show` and `credential list`. */
import { z } from "zod";

export const configCheckSchema = z.object({
  schema: z.literal("offhook.config-check/1"),
  path: z.string(),
  ok: z.boolean(),
  issues: z.array(z.object({
    path: z.string().describe("Dotted key, or the flag or variable."),
    value: z.string().optional().describe("What is there, as JSON."),
    message: z.string(),
    nearest: z.string().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
  })),
  warnings: z.array(z.string()),
});

export const configShowSchema = z.object({
  schema: z.literal("offhook.config/1"),
  path: z.string(),
  found: z.boolean(),
  account: z.string().nullable().describe("The account that calls use."),
  config: z.record(z.string(), z.unknown()).describe("As `offhook config schema` says."),
  origins: z.record(z.string(), z.string()).describe("Keys that a flag or variable sets."),
  passwords: z.record(z.string(), z.string()).describe("Where they come from, in words."),
});

export const credentialsSchema = z.object({
  schema: z.literal("offhook.credentials/1"),
  credentials: z.array(z.object({ account: z.string(), changed: z.iso.datetime() })),
});
