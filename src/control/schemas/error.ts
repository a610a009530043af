/** An error in JSON output (`offhook.error/1`); as a part of other outputs it is the contract's. */
import { z } from "zod";
import { errorJson } from "../contract/mod.ts";

export const errorOutputSchema = z.object({
  schema: z.literal("offhook.error/1"),
  error: errorJson,
}).describe("What any command prints with --json when it fails before it has a result.");
