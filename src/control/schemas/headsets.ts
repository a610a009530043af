/** The JSON of `offhook headset`. */
import type { Names } from "../../base/names/mod.ts";
import { z } from "zod";
import { headsetInfo } from "../contract/mod.ts";

export const headsetListSchema = z.object({
  schema: z.literal("offhook.headsets/1"),
  headsets: z.array(headsetInfo),
});

export type HeadsetListReport = z.infer<typeof headsetListSchema>;

const CHECK_OUTCOMES = ["passed", "failed", "skipped"] as const satisfies Names<3>;

export const headsetTestSchema = z.object({
  schema: z.literal("offhook.headset-test/1"),
  headset: headsetInfo.pick({ name: true, vendorId: true, productId: true, path: true }),
  passed: z.boolean().describe("Nothing failed; what was skipped does not count."),
  checks: z.array(z.object({
    part: z.string().describe("A lamp or a button: lamp ring, hook switch."),
    outcome: z.enum(CHECK_OUTCOMES),
    detail: z.string(),
    ms: z.number().nonnegative().optional().describe("How long the answer took."),
  })),
});

export type HeadsetTestReport = z.infer<typeof headsetTestSchema>;
