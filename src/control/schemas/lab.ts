/** The JSON of `offhook lab`: one object as soon as it takes calls. */
import { z } from "zod";
import { TRANSPORTS } from "../../core/account/mod.ts";

export const labSchema = z.object({
  schema: z.literal("offhook.lab/1"),
  listening: z.array(z.object({
    transport: z.enum(TRANSPORTS),
    host: z.string(),
    port: z.int().positive(),
  })),
  caFile: z.string().describe("PEM of the authority that signed its certificate, for --tls-ca."),
  users: z.array(z.object({ user: z.string(), password: z.string() }))
    .describe("Whom it lets register. It is for practice only."),
  numbers: z.array(z.object({ number: z.string(), does: z.string() })),
});

export type LabReport = z.infer<typeof labSchema>;
