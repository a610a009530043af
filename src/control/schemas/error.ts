/** An error in JSON output (`offhook.error/1`), and as a part of other outputs. */
import { z } from "zod";
import { type ErrorCode, EXIT_CODES } from "../../base/mod.ts";

export const errorSchema = z.object({
  code: z.enum(Object.keys(EXIT_CODES) as [ErrorCode, ...ErrorCode[]]).describe(
    "What kind of failure it was; it decides the exit status.",
  ),
  message: z.string().describe("One sentence: what failed and with which value."),
  hint: z.string().optional().describe("What to do next."),
  data: z.record(z.string(), z.unknown()).optional().describe("Details."),
});

export const errorOutputSchema = z.object({
  schema: z.literal("offhook.error/1"),
  error: errorSchema,
}).describe("What any command prints with --json when it fails before it has a result.");
