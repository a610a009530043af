/** Headsets as the faces see them: what each can do, why not, and what the station does with it. */
import type { z } from "zod";
import type { headsetInfo, headsetList } from "./record_values.ts";

export type HeadsetInfo = z.infer<typeof headsetInfo>;

export type HeadsetUse = HeadsetInfo["use"];

export type HeadsetList = z.infer<typeof headsetList>;
