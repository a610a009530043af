/** The JSON of `offhook version`. */
import { z } from "zod";

export const versionSchema = z.object({
  schema: z.literal("offhook.version/1"),
  version: z.string(),
  deno: z.string(),
  v8: z.string(),
  typescript: z.string(),
  platform: z.string(),
});
