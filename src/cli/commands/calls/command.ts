/** `offhook calls`: the live calls of the running station. */
import { defineCommand } from "../../args/mod.ts";
import { callLine, LIVE, type LiveFields, withStation } from "../../live/mod.ts";
import { say, sayJson } from "../../process/mod.ts";

export const command = defineCommand<LiveFields>({
  examples: ["calls", "calls --json"],
  shared: LIVE,
  run: (values, { io }) =>
    withStation(values, io, async (phone) => {
      const { seq, calls } = await phone.request("status", {});
      if (values.json) await sayJson(io, { schema: "offhook.calls/1", seq, calls });
      else if (calls.length === 0) await say(io, "no call is on");
      else await io.stdout.rows(calls.map((call) => callLine(call, io.now())));
      return 0;
    }),
});
