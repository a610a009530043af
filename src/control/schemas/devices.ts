/** The JSON of `offhook devices`. */
import { z } from "zod";
import { soundDevices } from "../contract/mod.ts";

export const devicesReportSchema = z.object({
  schema: z.literal("offhook.devices/1"),
  ...soundDevices.omit({ missing: true }).shape,
});

export type DevicesReport = z.infer<typeof devicesReportSchema>;
