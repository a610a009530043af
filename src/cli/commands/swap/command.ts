/** `offhook swap`: holds the active call and resumes the held one. */
import { defineCommand } from "../../args/mod.ts";
import { sayJson } from "../../process/mod.ts";
import { LIVE, type LiveFields, withStation } from "../../live/mod.ts";

export const command = defineCommand<LiveFields>({
  examples: ["swap"],
  shared: LIVE,
  run: (values, { io }) =>
    withStation(values, io, async (phone) => {
      const { seq } = await phone.request("swap", {});
      if (values.json) await sayJson(io, { schema: "offhook.action/1", action: "swap", seq });
      return 0;
    }),
});
